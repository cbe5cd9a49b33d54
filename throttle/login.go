package throttle

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/limit"
)

// How long wrong tries at an account are remembered after the last, those of an address after the first, because many may share it, and an
// address from which somebody logged in.
const (
	remember = 24 * time.Hour
	window   = time.Hour
	familiar = 90 * 24 * time.Hour
)

// How much later than one address at one account all unknown addresses at one account must wait, and one address at all accounts.
const (
	perAccount = 4
	perAddress = 10
)

// try: KEYS counters; ARGV ms to remember, whether from the last try on or the first, then of each counter tries, first ms, max ms.
// A try counts before it is known to be wrong: of many at the same moment no more get through than of one after the other.
var try = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
  local over = tonumber(redis.call('HGET', key, 'until') or 0)
  wait = math.max(wait, over - now)
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  local tries, first, most = tonumber(ARGV[3*i]), tonumber(ARGV[3*i+1]), tonumber(ARGV[3*i+2])
  local more = redis.call('HINCRBY', key, 'tries', 1) - tries
  if more >= 0 then
    redis.call('HSET', key, 'until', string.format('%d', now + math.min(first * 2 ^ math.min(more, 40), most)))
  end
  if ARGV[2] == 'last' or redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[1]) end
end
return 0
`)

// Try asks to try a password. It returns how long to wait instead, or 0; then the try counts as a wrong one until Right takes it back.
// An address from which somebody logged in to the account lately answers for its own tries alone, so that nobody locks it out from
// elsewhere.
func (s *Store) Try(ctx context.Context, l limit.Login, b limit.Backoff) time.Duration {
	var wait time.Duration
	ok := s.ask(ctx, func(ctx context.Context) error {
		known, pair, err := s.standing(ctx, l)
		if err != nil {
			return err
		}
		own := []string{pair}
		if !known {
			own = append(own, s.account(l))
			if wait, err = s.try(ctx, window, "first", []string{s.address(l)}, b.Times(perAddress)); err != nil || wait > 0 {
				return err
			}
		}
		wait, err = s.try(ctx, remember, "last", own, b, b.Times(perAccount))
		return err
	})
	if ok {
		return wait
	}
	for key, q := range map[string]limit.Quota{s.pair(l): localQuota(b), s.account(l): localQuota(b.Times(perAccount)), s.address(l): localQuota(b.Times(perAddress))} {
		if v := s.local.take(key, q); !v.Allowed {
			wait = max(wait, v.Retry)
		}
	}
	return wait
}

// localQuota is a steady pace in place of waits that grow.
func localQuota(b limit.Backoff) limit.Quota {
	return limit.Quota{Count: b.Tries, Per: time.Duration(b.Tries) * b.First}
}

func (s *Store) try(ctx context.Context, life time.Duration, since string, keys []string, backoffs ...limit.Backoff) (time.Duration, error) {
	args := []any{life.Milliseconds(), since}
	for i := range keys {
		args = append(args, backoffs[i].Tries, backoffs[i].First.Milliseconds(), backoffs[i].Max.Milliseconds())
	}
	ms, err := try.Run(ctx, s.redis, keys, args...).Int64()
	return time.Duration(ms) * time.Millisecond, err
}

// Right takes back a try that Try has let through: the password was right. What others have tried at the account stays, and so does what
// the address has tried at other accounts.
func (s *Store) Right(ctx context.Context, l limit.Login) {
	s.local.forget(s.pair(l))
	s.ask(ctx, func(ctx context.Context) error {
		known, pair, err := s.standing(ctx, l)
		if err != nil {
			return err
		}
		_, err = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.Del(ctx, pair)
			if !known { // else Try has counted it there alone, and there is nothing of it to take back
				takeBack.Eval(ctx, p, []string{s.account(l)}, "and the wait")
				takeBack.Eval(ctx, p, []string{s.address(l)})
			}
			return nil
		})
		return err
	})
}

// Reset forgets all wrong tries at an account, wherever they came from: it has another password now.
func (s *Store) Reset(ctx context.Context, l limit.Login) {
	s.local.forget(s.account(l))
	s.ask(ctx, func(ctx context.Context) error {
		_, err := s.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Del(ctx, s.account(l))
			p.Set(ctx, s.turn(l), rand.Text(), 2*remember) // by when all counters of another turn are forgotten
			return nil
		})
		return err
	})
}

// standing is whether an address is one that the owner of an account comes from, and the key of its tries at the account since the last
// Reset.
func (s *Store) standing(ctx context.Context, l limit.Login) (known bool, pair string, err error) {
	found, err := s.redis.MGet(ctx, s.known(l), s.turn(l)).Result()
	if err != nil {
		return false, "", err
	}
	turn, _ := found[1].(string)
	return found[0] != nil, s.pair(l) + turn, nil
}

// Meet makes an address one that the owner of an account comes from.
func (s *Store) Meet(ctx context.Context, l limit.Login) {
	s.ask(ctx, func(ctx context.Context) error { return s.redis.Set(ctx, s.known(l), 1, familiar).Err() })
}

// Met reports whether the owner of an account came from an address lately.
func (s *Store) Met(ctx context.Context, l limit.Login) (met bool) {
	s.ask(ctx, func(ctx context.Context) error {
		known, err := s.redis.Exists(ctx, s.known(l)).Result()
		met = known > 0
		return err
	})
	return met
}

// takeBack: KEYS counter; ARGV whether a wait ends too. That of an address does not: with an account of one's own there would be no end
// to tries at those of others.
var takeBack = redis.NewScript(`
if tonumber(redis.call('HGET', KEYS[1], 'tries') or 0) > 0 then redis.call('HINCRBY', KEYS[1], 'tries', -1) end
if ARGV[1] then redis.call('HDEL', KEYS[1], 'until') end
return 0
`)

func (s *Store) pair(l limit.Login) string    { return s.account(l) + ":" + l.Address }
func (s *Store) known(l limit.Login) string   { return s.account(l) + ":known:" + l.Address }
func (s *Store) turn(l limit.Login) string    { return s.account(l) + ":turn" }
func (s *Store) account(l limit.Login) string { return s.prefix + "login:{" + l.Account + "}" }
func (s *Store) address(l limit.Login) string { return s.prefix + "login:from:{" + l.Address + "}" }
