package lease

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/command"
)

// takeHeard: KEYS heard; ARGV workflow, send, lifetime in ms. The key lives as long as its longest-lived waiter.
var takeHeard = redis.NewScript(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
`)

// TakeHeard asks for a signal at the next message of the scooter, whatever it is. Each workflow has one such wait, for its
// latest send; waits of several workflows stand side by side.
func (s *Store) TakeHeard(ctx context.Context, plate string, w command.Waiter, ttl time.Duration) error {
	if ttl < time.Millisecond {
		return ErrLifetime
	}
	err := takeHeard.Run(ctx, s.redis, []string{s.heard(plate)}, w.WorkflowID, w.SendID, ttl.Milliseconds()).Err()
	if err != nil {
		return fmt.Errorf("wait to hear of a scooter: %w", err)
	}
	return nil
}

// Listeners are those who wait to hear of the scooter. They go on waiting until they are told: unlike an ack, which
// comes once, any later message does as well, so a listener that could not be told is told by that one.
func (s *Store) Listeners(ctx context.Context, plate string) ([]command.Waiter, error) {
	all, err := s.redis.HGetAll(ctx, s.heard(plate)).Result()
	if err != nil {
		return nil, fmt.Errorf("look up who waits to hear of a scooter: %w", err)
	}
	waiters := make([]command.Waiter, 0, len(all))
	for workflow, send := range all {
		waiters = append(waiters, command.Waiter{WorkflowID: workflow, SendID: send})
	}
	return waiters, nil
}

// told: KEYS heard; ARGV workflow, send.
var told = redis.NewScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
return 0
`)

// Told ends the wait of a listener; one that waits for a later send by now goes on.
func (s *Store) Told(ctx context.Context, plate string, w command.Waiter) error {
	if err := told.Run(ctx, s.redis, []string{s.heard(plate)}, w.WorkflowID, w.SendID).Err(); err != nil {
		return fmt.Errorf("end the wait to hear of a scooter: %w", err)
	}
	return nil
}
