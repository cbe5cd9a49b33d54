package alerts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// takeTurn: KEYS turn; ARGV who, milliseconds: the turn is taken when nobody has it, and lasts longer when it is ours.
var takeTurn = redis.NewScript(`
local has = redis.call('GET', KEYS[1])
if has and has ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`)

// Turns are taken in Redis. Should two ever believe that it is their turn, the books still open each alert once.
type Turns struct {
	redis redis.UniversalClient
	key   string
	who   string
	lasts time.Duration
}

// NewTurns makes a turn that is lost when it is not asked for again in time.
func NewTurns(client redis.UniversalClient, prefix string, lasts time.Duration) *Turns {
	return &Turns{redis: client, key: prefix + "alerts:turn", who: uuid.NewString(), lasts: lasts}
}

// Mine takes the turn, or keeps it.
func (t *Turns) Mine(ctx context.Context) (bool, error) {
	is, err := takeTurn.Run(ctx, t.redis, []string{t.key}, t.who, t.lasts.Milliseconds()).Bool()
	if err != nil {
		return false, fmt.Errorf("take the turn to watch the fleet: %w", err)
	}
	return is, nil
}
