package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/command"
	"rodada/protocol"
)

// Most scooters answer within a few milliseconds or a few hundred: who watches looks often at first, then less.
const (
	firstLook = time.Millisecond
	lastLook  = 20 * time.Millisecond
)

// unwatch: KEYS lease, taken; ARGV send. From here on the answer is signalled, unless it is there; then it has been seen.
var unwatch = redis.NewScript(`
local taken = redis.call('HMGET', KEYS[2], 'send', 'ack')
if taken[1] == ARGV[1] then
  redis.call('HDEL', KEYS[2], 'watched')
  return taken[2]
end
if redis.call('HGET', KEYS[1], 'send') == ARGV[1] then redis.call('HDEL', KEYS[1], 'watched') end
return false
`)

// Watch looks for the answer to a send, for a while at the most. Nil: it has not come yet, and whoever claims it from now on
// signals the waiter.
func (s *Store) Watch(ctx context.Context, plate string, ack protocol.Code, sendID string, limit time.Duration) (*command.Ack, error) {
	keys := s.of(plate, ack)
	end := time.Now().Add(limit)
	for pause := firstLook; time.Now().Add(pause).Before(end); pause = min(pause*3/2, lastLook) {
		answered, err := s.redis.HGet(ctx, keys[1], "send").Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, fmt.Errorf("watch for %s: %w", ack, err)
		}
		if answered == sendID {
			break
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("watch for %s: %w", ack, ctx.Err())
		case <-time.After(pause):
		}
	}
	text, err := unwatch.Run(ctx, s.redis, keys, sendID).Text()
	if errors.Is(err, redis.Nil) {
		return nil, nil //nolint:nilnil // nobody has answered yet: there is neither an ack nor an error
	}
	if err != nil {
		return nil, fmt.Errorf("watch for %s: %w", ack, err)
	}
	return readAck(text, ack, sendID)
}

func readAck(text string, code protocol.Code, sendID string) (*command.Ack, error) {
	var got command.Ack
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		return nil, fmt.Errorf("read the ack %s: %w", code, err)
	}
	got.SendID = sendID
	return &got, nil
}
