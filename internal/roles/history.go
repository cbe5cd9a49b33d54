package roles

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/internal/config"
	"rodada/telemetry/history"
	"rodada/telemetry/live"
	"rodada/telemetry/rebuild"
)

func historyAccess(c config.Influx, log *slog.Logger) (history.Access, error) {
	t, err := clientTLS(c.TLS, "RODADA_INFLUX", log)
	return history.Access{URL: c.URL, Token: c.Token, Org: c.Org, Bucket: c.Bucket, TLS: t}, err
}

// retainPatience is how long InfluxDB is waited for.
const retainPatience = 30 * time.Second

// retainHistory sees to the history's retention. An InfluxDB that is away stops nobody: it keeps what it has, and rides need no
// history. One that refuses is set up wrongly, which is an error.
func retainHistory(ctx context.Context, c config.Config, log *slog.Logger, patience time.Duration) error {
	at, err := historyAccess(c.Influx, log)
	if err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var refused *history.RefusedError
	changed, err := patiently(wait, log, "InfluxDB", func(ctx context.Context) (bool, error) {
		changed, err := history.Retain(ctx, at, c.Influx.Retention)
		if errors.As(err, &refused) {
			return false, nil
		}
		return changed, err
	})
	switch {
	case refused != nil:
		return refused
	case err != nil && ctx.Err() == nil:
		log.Error("the retention of the history is not set up: run migrate again when InfluxDB is back", "error", err)
		return nil
	case changed:
		log.Info("the history is kept", "for", c.Influx.Retention, "bucket", c.Influx.Bucket)
	}
	return err
}

// How often the bridge looks whether Redis has lost the live state, and when it tries again to bring it back.
const (
	rebuildLook  = time.Second
	rebuildAgain = 15 * time.Second
)

// rebuildLive brings the live state back from the history whenever Redis has lost it, until what it returns is called.
func rebuildLive(ctx context.Context, c config.Config, log *slog.Logger, client redis.UniversalClient) (stop func(), err error) {
	at, err := historyAccess(c.Influx, log)
	if err != nil {
		return nil, err
	}
	past := history.Open(at)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		rebuild.Rebuilder{
			Past: past, Present: live.New(client, c.Redis.Prefix), Window: c.Telemetry.Rebuild, Log: log, Now: time.Now,
		}.Watch(ctx, rebuildLook, rebuildAgain)
	}()
	return func() {
		cancel()
		<-done
		past.Close()
	}, nil
}
