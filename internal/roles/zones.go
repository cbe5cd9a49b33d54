package roles

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"rodada/domain/zone"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/telemetry/live"
	"rodada/telemetry/zones"
	"rodada/workflows"
)

// newTracker makes what follows rides through the zones, and what runs it. The zones are read from the books themselves, by
// the code that judges the ends of rides, so that both go by the same version and there is no copy to keep in step. Answers of
// scooters do not wait for the books: the bridge begins without them, and goes on with the zones it has while they are away.
func newTracker(
	c config.Config, log *slog.Logger, redis redis.UniversalClient, rides *live.Store, temporal client.Client,
) (*zones.Tracker, func(context.Context)) {
	books := &laterZones{}
	tracker := zones.New(zones.Options{
		Redis: redis, Prefix: c.Redis.Prefix, Zones: books, Rides: rides, Log: log, Tell: tellRide(temporal),
	})
	return tracker, func(ctx context.Context) {
		store, err := openStore(ctx, c.Postgres, c.Postgres.BridgeURL, log)
		if err != nil {
			if ctx.Err() == nil {
				log.Error("no zones for rides", "error", err)
			}
			return
		}
		defer store.Close()
		books.open(store)
		tracker.Run(ctx)
	}
}

// zonesEvery is how often an API and a worker ask whether the zones have changed.
const zonesEvery = 2 * time.Second

// followZones has the zones in force at hand, from before it returns until the returned function is called. Where they can't be
// read within a while, requests wait for them.
func followZones(ctx context.Context, store *postgres.Store, log *slog.Logger) (stop func()) {
	first, cancel := context.WithTimeout(ctx, zonesWithin)
	defer cancel()
	if _, err := store.FreshZones(first); err != nil && ctx.Err() == nil {
		log.Warn("no zones yet", "error", err)
	}
	return during(ctx, func(ctx context.Context) { store.FollowZones(ctx, zonesEvery, log) })
}

// during runs something until the returned function is called, which waits for its end.
func during(ctx context.Context, run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { defer close(over); run(ctx) }()
	return func() { cancel(); <-over }
}

// laterZones are zones that can be asked for once the books are open.
type laterZones struct {
	mu    sync.Mutex
	books zones.Source
}

var errNotOpen = errors.New("the books are not open yet")

func (l *laterZones) open(books zones.Source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.books = books
}

// zonesWithin is how long the zones may take to be read.
const zonesWithin = 30 * time.Second

// Zones is the set in force.
func (l *laterZones) Zones(ctx context.Context) (zone.Set, error) {
	l.mu.Lock()
	books := l.books
	l.mu.Unlock()
	if books == nil {
		return zone.Set{}, errNotOpen
	}
	ctx, cancel := context.WithTimeout(ctx, zonesWithin)
	defer cancel()
	return books.Zones(ctx)
}

// tellRide signals a crossing to the holder of a scooter; one that is gone need not hear.
func tellRide(temporal client.Client) zones.Teller {
	return func(ctx context.Context, plate string, c zone.Crossing) error {
		err := temporal.SignalWorkflow(ctx, workflows.ScooterID(plate), "", workflows.SignalZone, c)
		var gone *serviceerror.NotFound
		if errors.As(err, &gone) {
			return nil
		}
		return err
	}
}
