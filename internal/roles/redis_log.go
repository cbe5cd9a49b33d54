package roles

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"
)

// redisLog is where the Redis library tells of every connection that it can't open, many a second while Redis is away. It
// writes to the standard error unless told otherwise; whoever asks Redis has the error anyway.
type redisLog struct{ log *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.LogAttrs(ctx, slog.LevelDebug, "redis library", slog.String("says", fmt.Sprintf(format, args...)))
}

var quietRedis sync.Once

// quieten sends the library's words to the first role's log: the library has one logger for the process.
func quieten(log *slog.Logger) { quietRedis.Do(func() { redis.SetLogger(redisLog{log}) }) }
