package throttle

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"rodada/domain/limit"
)

const (
	patience = time.Second     // with Redis: whoever asks waits for more than a counter
	respite  = 2 * time.Second // after Redis failed, before it is asked again
)

// Store is the counters. It is safe for concurrent use. Give it a client with ContextTimeoutEnabled.
type Store struct {
	redis  redis.UniversalClient
	rates  *redis_rate.Limiter
	prefix string
	log    *slog.Logger
	local  *local
	next   atomic.Int64 // when Redis is asked again, in Unix nanoseconds
	away   atomic.Bool
}

// New returns the counters in the given Redis; prefix goes before every key.
func New(client redis.UniversalClient, prefix string, log *slog.Logger) *Store {
	return &Store{
		redis: client, rates: redis_rate.NewLimiter(prefixed{client, prefix}), prefix: prefix, log: log, local: newLocal(),
	}
}

// Take asks to do what a key stands for once more.
func (s *Store) Take(ctx context.Context, key string, q limit.Quota) limit.Verdict {
	if q.None() {
		return limit.Verdict{Allowed: true}
	}
	var v limit.Verdict
	ok := s.ask(ctx, func(ctx context.Context) error {
		r, err := s.rates.Allow(ctx, key, redis_rate.Limit{Rate: q.Count, Burst: q.Count, Period: q.Per})
		if err == nil {
			v = limit.Verdict{Allowed: r.Allowed > 0, Left: r.Remaining, Reset: r.ResetAfter, Retry: max(0, r.RetryAfter)}
		}
		return err
	})
	if !ok {
		return s.local.take(key, q)
	}
	return v
}

// Away reports whether Redis did not answer when it was asked last.
func (s *Store) Away() bool { return s.away.Load() }

// ask does something with Redis, and reports whether that came off. Of many who find it away, one asks again in a while.
func (s *Store) ask(ctx context.Context, do func(context.Context) error) bool {
	now := time.Now().UnixNano()
	if next := s.next.Load(); next > now || s.away.Load() && !s.next.CompareAndSwap(next, now+int64(respite)) {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // who hangs up has come all the same
	defer cancel()
	err := do(ctx)
	if err != nil {
		s.next.Store(time.Now().Add(respite).UnixNano())
	} else {
		s.next.Store(0)
	}
	if was := s.away.Swap(err != nil); was != (err != nil) {
		if err != nil {
			s.log.LogAttrs(ctx, slog.LevelError, "requests are counted by each process alone: Redis does not answer", slog.String("error", err.Error()))
		} else {
			s.log.LogAttrs(ctx, slog.LevelInfo, "requests are counted in Redis again")
		}
	}
	return err == nil
}

// prefixed is a Redis whose keys have a prefix that redis_rate does not know of.
type prefixed struct {
	redis.UniversalClient
	prefix string
}

func (p prefixed) of(keys []string) []string {
	own := make([]string, len(keys))
	for i, key := range keys {
		own[i] = p.prefix + key
	}
	return own
}

func (p prefixed) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	return p.UniversalClient.Eval(ctx, script, p.of(keys), args...)
}

func (p prefixed) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	return p.UniversalClient.EvalSha(ctx, sha, p.of(keys), args...)
}
