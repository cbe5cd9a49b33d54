package roles

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"rodada/domain/zone"
	"rodada/geo"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/telemetry/alerts"
	"rodada/telemetry/live"
)

// watchFleet opens and closes alerts until ctx ends. Every worker may; one does at a time.
func watchFleet(
	ctx context.Context, c config.Config, store *postgres.Store, client redis.UniversalClient, registry prometheus.Registerer, log *slog.Logger,
) (done <-chan struct{}) {
	const turn = 30 * time.Second // after which another worker takes over from one that is gone
	watch := &alerts.Watch{
		Limits: alerts.Limits{
			Sweep:        c.Alert.Sweep,
			BatteryBelow: c.Alert.Battery, OfflineAfter: c.Alert.OfflineAfter, SpeedMarginKmh: c.Alert.SpeedMargin,
			MovedMeters: float64(c.Alert.MovedMeters), Settle: c.Alert.Settle, Quiet: c.Alert.Quiet, Repeat: c.Alert.Repeat,
		},
		Books: store, Fleet: live.New(client, c.Redis.Prefix), Turn: alerts.NewTurns(client, c.Redis.Prefix, turn),
		Notes: alerts.NewNotes(client, c.Redis.Prefix), Rounds: alerts.NewRounds(registry), Area: area(store), Now: time.Now, Log: log,
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		watch.Run(ctx)
	}()
	return over
}

// area asks whether a place lies in a zone where rides may end. Without such a zone, and where rides may end wherever no zone is,
// there is no area to be out of.
func area(store *postgres.Store) func(context.Context) (func(geo.Point) bool, error) {
	var (
		version int64
		inside  func(geo.Point) bool
	)
	return func(ctx context.Context) (func(geo.Point) bool, error) {
		set, err := store.Zones(ctx)
		if err != nil || set.Version == version {
			return inside, err
		}
		version, inside = set.Version, nil
		var areas []geo.Area
		for _, z := range set.Zones {
			if !slices.ContainsFunc(z.Rules, func(r zone.Rule) bool { return r.RideEnd }) {
				continue
			}
			if z.Everywhere {
				return nil, nil //nolint:nilnil // no question to ask
			}
			areas = append(areas, z.Area)
		}
		if layer := geo.NewLayer(areas); len(areas) > 0 {
			inside = func(p geo.Point) bool { return len(layer.At(p)) > 0 }
		}
		return inside, nil
	}
}
