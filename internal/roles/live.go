package roles

import (
	"context"

	"github.com/redis/go-redis/v9"

	"rodada/activities"
	"rodada/api"
	"rodada/geo"
	"rodada/internal/config"
	"rodada/telemetry/live"
)

// lastKnown shows the live state as activities and the API want to see it.
type lastKnown struct{ store *live.Store }

func newLive(client redis.UniversalClient, c config.Config) lastKnown {
	return lastKnown{live.New(client, c.Redis.Prefix)}
}

// LastKnown is what a command looks at before it is sent.
func (l lastKnown) LastKnown(ctx context.Context, plate string) (activities.LastKnown, error) {
	state, _, err := l.store.Get(ctx, plate)
	known := activities.LastKnown{
		SpeedKmh: state.SpeedKmh.Or(-1), TripKm: state.TripKm.Or(-1), TripAt: state.TripKm.At, Seen: state.Seen, FixedAt: state.Fix.At,
	}
	if state.Fix.Known() {
		known.Position = &state.Fix.Is
	}
	return known, err
}

// Near lists scooters by where a satellite last saw them.
func (l lastKnown) Near(ctx context.Context, at geo.Point, meters float64, limit int) ([]api.Sighting, error) {
	states, err := l.store.Near(ctx, at, meters, limit)
	sightings := make([]api.Sighting, 0, len(states))
	for _, state := range states {
		sightings = append(sightings, sighting(state))
	}
	return sightings, err
}

// Sighting is what one scooter last said.
func (l lastKnown) Sighting(ctx context.Context, plate string) (api.Sighting, bool, error) {
	state, known, err := l.store.Get(ctx, plate)
	return sighting(state), known, err
}

func sighting(state live.State) api.Sighting {
	position, _, _, _ := state.Position()
	return api.Sighting{Plate: state.Plate, Position: position, Battery: state.Battery.Or(-1), Seen: state.Seen}
}
