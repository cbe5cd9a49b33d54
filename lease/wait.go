package lease

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/command"
	"rodada/protocol"
)

// take: KEYS lease, taken, polled; ARGV send, workflow, call, lifetime in ms, ms that polls stand back.
// "call" tells the reply that got lost on its way (new) from an earlier attempt of the same send (own). A send whose
// answer came already still owns it, so that another attempt does not throw the answer away. A new lease counts as watched
// until Watch has looked long enough: its answer is handed over here, and nobody is signalled. While that answer lies there
// unseen the turn is not over, at most for as long as anybody watches. Who finds a poll before him has the next turn: no other
// poll takes one until he has tried again.
var take = redis.NewScript(`
local held = redis.call('HMGET', KEYS[1], 'send', 'call', 'workflow')
if held[1] then
  if held[1] ~= ARGV[1] then
    if held[3] == '' then
      local time = redis.call('TIME')
      redis.call('HSET', KEYS[3], 'wanted', string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[5]))
      redis.call('PEXPIRE', KEYS[3], 3600000)
    end
    return 'busy'
  end
  if held[2] == ARGV[3] then return 'new' end
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
  redis.call('HDEL', KEYS[1], 'watched')
  return 'own'
end
local taken = redis.call('HMGET', KEYS[2], 'send', 'watched', 'life')
if taken[1] == ARGV[1] then return 'answered' end
if taken[2] == '1' and taken[3] - redis.call('PTTL', KEYS[2]) < 1500 then return 'busy' end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'send', ARGV[1], 'workflow', ARGV[2], 'call', ARGV[3], 'watched', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 'new'
`)

// standBack is how long polls leave a scooter alone for a send that found one before it: longer than it waits to try again.
const standBack = 2 * time.Second

// Take claims the answer with the given code for w. It is command.TakenOwn when w's own send holds it already, which
// makes it last longer, command.TakenAnswered when it has been answered, and command.TakenBusy while another send waits for the same answer.
func (s *Store) Take(ctx context.Context, plate string, ack protocol.Code, w command.Waiter, ttl time.Duration) (command.Taken, error) {
	if ttl < time.Millisecond {
		return "", ErrLifetime
	}
	keys := append(s.of(plate, ack), s.polled(plate))
	taken, err := take.Run(ctx, s.redis, keys, w.SendID, w.WorkflowID, rand.Text(), ttl.Milliseconds(), standBack.Milliseconds()).Text()
	if err != nil {
		return "", fmt.Errorf("take the lease of %s: %w", ack, err)
	}
	return command.Taken(taken), nil
}

// withdraw: KEYS lease, taken; ARGV send.
var withdraw = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'send') == ARGV[1] then redis.call('DEL', KEYS[1]) end
local taken = redis.call('HMGET', KEYS[2], 'send', 'ack')
if taken[1] == ARGV[1] then
  redis.call('HDEL', KEYS[2], 'watched')
  return taken[2]
end
return false
`)

// Withdraw ends the wait of a send: it returns the ack that was claimed for it, or nil, after which none can be. It may
// be repeated, and says the same again.
func (s *Store) Withdraw(ctx context.Context, plate string, ack protocol.Code, sendID string) (*command.Ack, error) {
	text, err := withdraw.Run(ctx, s.redis, s.of(plate, ack), sendID).Text()
	if errors.Is(err, redis.Nil) {
		return nil, nil //nolint:nilnil // nobody answered: there is neither an ack nor an error
	}
	if err != nil {
		return nil, fmt.Errorf("withdraw the lease of %s: %w", ack, err)
	}
	return readAck(text, ack, sendID)
}
