package roles

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/activities"
	"rodada/api"
	"rodada/internal/config"
	"rodada/telemetry/live"
)

// lastKnown shows the live state as activities and the API want to see it.
type lastKnown struct{ store *live.Store }

func newLive(client redis.UniversalClient, c config.Config) lastKnown {
	return lastKnown{live.New(client, c.Redis.Prefix).OfflineAfter(c.Telemetry.OfflineAfter)}
}

// followPace is how often the live state looks at the books: riders wait as long for a scooter that came free.
const followPace = 500 * time.Millisecond

// follow keeps in the live state what the books say of scooters, until it is told to stop.
func follow(ctx context.Context, l lastKnown, books live.Books, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		l.store.Follow(ctx, books, live.Pace{Look: followPace}, log)
	}()
	return func() { cancel(); <-stopped }
}

// LastKnown is what a command looks at before it is sent.
func (l lastKnown) LastKnown(ctx context.Context, plate string) (activities.LastKnown, error) {
	state, _, err := l.store.Get(ctx, plate)
	known := activities.LastKnown{
		SpeedKmh: state.SpeedKmh.Or(-1), SpeedAt: state.SpeedKmh.At, TripKm: state.TripKm.Or(-1), TripAt: state.TripKm.At,
		Seen: state.Seen, FixedAt: state.Fix.At,
	}
	if state.Fix.Known() {
		known.Position = &state.Fix.Is
	}
	return known, err
}

// Offered lists the scooters that a rider could take.
func (l lastKnown) Offered(ctx context.Context, o api.Offer) ([]api.Sighting, error) {
	states, err := l.store.Offered(ctx, live.Query{
		Center: o.Center, Radius: o.Meters, Limit: o.Limit, Battery: o.Battery, SeenAfter: o.SeenAfter, FixedAfter: o.FixedAfter,
	})
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

// sightingsAtOnce bounds what Redis is asked in one go.
const sightingsAtOnce = 1000

// Sightings is what many scooters last said.
func (l lastKnown) Sightings(ctx context.Context, plates []string) (map[string]api.Sighting, error) {
	sightings := make(map[string]api.Sighting, len(plates))
	for some := range slices.Chunk(plates, sightingsAtOnce) {
		states, err := l.store.GetAll(ctx, some)
		if err != nil {
			return nil, err
		}
		for plate, state := range states {
			sightings[plate] = sighting(state)
		}
	}
	return sightings, nil
}

func sighting(state live.State) api.Sighting {
	position, source, at, _ := state.Position()
	seen := api.Sighting{
		Plate: state.Plate, Position: position, PositionAt: at, PositionSource: string(source), Battery: state.Battery.Or(-1),
		SpeedKmh: state.SpeedKmh.Or(-1), LimitKmh: state.LimitKmh.Or(-1), Fault: state.Fault.Or(-1), Seen: state.Seen,
		Service: state.Service.Is, Hold: state.Hold.Is, Gone: state.Service.Known() && !state.Booked(),
	}
	if state.Powered.Known() {
		seen.Powered, seen.PoweredAt = &state.Powered.Is, state.Powered.At
	}
	if state.Fallen.Known() {
		seen.Fallen = &state.Fallen.Is
	}
	if state.Alarm.Known() {
		seen.Alarm = &state.Alarm.Is
	}
	if state.Signal.Known() {
		seen.Signal = &state.Signal.Is
	}
	if state.Vibrated.Known() {
		seen.Vibrated = state.Vibrated.At
	}
	return seen
}
