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

// claimHeard: KEYS heard.
var claimHeard = redis.NewScript(`
local waiting = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return waiting
`)

// ClaimHeard takes away all who wait to hear of the scooter.
func (s *Store) ClaimHeard(ctx context.Context, plate string) ([]command.Waiter, error) {
	flat, err := claimHeard.Run(ctx, s.redis, []string{s.heard(plate)}).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("claim who waits to hear of a scooter: %w", err)
	}
	waiters := make([]command.Waiter, 0, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		waiters = append(waiters, command.Waiter{WorkflowID: flat[i], SendID: flat[i+1]})
	}
	return waiters, nil
}
