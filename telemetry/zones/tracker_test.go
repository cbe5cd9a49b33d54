package zones_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/domain/zone"
	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/zones"
)

const plate = "12AB"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// at is a place so many metres to the north of the middle of the world, and to its east.
func at(north, east float64) geo.Point { return geo.Point{Lat: north / 111_195, Lng: east / 111_195} }

// strip is a zone between two distances to the north, 2 km wide.
func strip(t require.TestingT, id int64, name string, from, to float64, rule zone.Rule) zone.Zone {
	shape, err := geo.NewArea([][][]geo.Point{{{at(from, -1000), at(from, 1000), at(to, 1000), at(to, -1000)}}})
	require.NoError(t, err)
	return zone.Zone{ID: id, Version: 1, Draft: zone.Draft{Name: name, Rules: []zone.Rule{rule}}, Area: shape}
}

var (
	slow = zone.Rule{RideStart: true, RideEnd: true, RideThrough: true, MaxKmh: 10}
	shut = zone.Rule{}
)

// town is the books, the register and the rides that are told, on one Redis.
type town struct {
	t      *testing.T
	redis  redis.UniversalClient
	prefix string

	mu    sync.Mutex
	set   zone.Set
	rides map[string]rental.Ride
	told  []zone.Crossing
	away  error
}

func newTown(t *testing.T, list ...zone.Zone) *town {
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return &town{
		t: t, redis: client, prefix: prefix, set: zone.NewSet(1, list),
		rides: map[string]rental.Ride{plate: {RentalID: "r1", Plate: plate, ModelID: 7, Since: noon}},
	}
}

func (w *town) Zones(context.Context) (zone.Set, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.set, nil
}

func (w *town) Rides(_ context.Context, plates []string) (map[string]rental.Ride, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rides := map[string]rental.Ride{}
	for _, p := range plates {
		if r, is := w.rides[p]; is {
			rides[p] = r
		}
	}
	return rides, nil
}

func (w *town) tell(_ context.Context, _ string, c zone.Crossing) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away != nil {
		return w.away
	}
	w.told = append(w.told, c)
	return nil
}

// bridge is one of several trackers.
func (w *town) bridge() *zones.Tracker {
	tracker := zones.New(zones.Options{
		Redis: w.redis, Prefix: w.prefix, Zones: w, Rides: w, Tell: w.tell, Refresh: 10 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(w.t.Context())
	var run sync.WaitGroup
	run.Go(func() { tracker.Run(ctx) })
	w.t.Cleanup(func() { cancel(); run.Wait() })
	require.Eventually(w.t, func() bool { return tracker.Knows(w.set.Version) }, 10*time.Second, time.Millisecond)
	return tracker
}

func seen(p geo.Point, seconds float64) event.Report {
	when := noon.Add(time.Duration(seconds * float64(time.Second)))
	return event.Report{Plate: plate, Code: protocol.PositionReport, Device: when, Received: when, Facts: []event.Fact{event.Position{Point: p, Source: protocol.GPS}}}
}

func (w *town) take(b *zones.Tracker, reports ...event.Report) {
	w.t.Helper()
	for _, r := range reports {
		require.NoError(w.t, b.Take(w.t.Context(), []event.Report{r}))
	}
}

// names are what the ride was told, in short.
func (w *town) names() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := []string{}
	for _, c := range w.told {
		name := fmt.Sprintf("%s %d", c.Zone, c.MaxKmh)
		if c.Free() {
			name = "free"
		}
		if c.Passed {
			name = "passed " + name
		}
		names = append(names, name)
	}
	return names
}

func (w *town) expect(want ...string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return slices.Equal(want, w.names()) }, 10*time.Second, time.Millisecond, "%v, not %v", want, w.names())
}

func TestCrossingBorders(t *testing.T) {
	for name, c := range map[string]struct {
		north []float64 // a fix every 5 s
		want  []string
	}{
		"in and out":                            {[]float64{-100, 50, 250}, []string{"slow 10", "free"}},
		"it begins inside":                      {[]float64{50, 60}, []string{"slow 10"}},
		"never near":                            {[]float64{-100, -90}, nil},
		"one fix just beyond the border":        {[]float64{-20, 8, -20}, nil},
		"two":                                   {[]float64{-20, 8, 9, -20}, nil},
		"three in a row":                        {[]float64{-20, 8, 9, 8}, []string{"slow 10"}},
		"three, but not in a row":               {[]float64{-20, 8, 9, -8, 8, 9, -8}, nil},
		"on the border itself":                  {[]float64{-20, 2, -2, 3, -3, 4, 2, 2, 2, 1}, nil},
		"one fix deep beyond it":                {[]float64{-20, 16}, []string{"slow 10"}},
		"out again by a hair, as by noise":      {[]float64{-20, 50, -4, 20, -4, -4, -4}, []string{"slow 10"}},
		"a zone between two fixes":              {[]float64{-20, 130}, []string{"passed slow 10"}},
		"the way only touches it":               {[]float64{-20, 4, -20}, nil},
		"on the same side, though near the end": {[]float64{-20, -10, -1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
			b := w.bridge()
			for i, north := range c.north {
				w.take(b, seen(at(north, 0), float64(5*i+1)))
				require.Eventually(t, b.Idle, 10*time.Second, time.Millisecond) // of what is in force the latest alone would be told
			}
			w.take(b, seen(at(c.north[len(c.north)-1], 0), 3600)) // a word at last, when all is told
			w.expect(c.want...)
			for _, told := range w.told {
				require.Equal(t, "r1", told.RentalID)
				require.EqualValues(t, 1, told.Set)
				require.True(t, told.At.After(noon), told.At)
			}
		})
	}
}

func TestWhatChangesNothing(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
	b := w.bridge()
	w.take(b, seen(at(-100, 0), 10), seen(at(50, 0), 20))
	w.expect("slow 10")
	flawed, cell, stranger := seen(at(-100, 0), 30), seen(at(-100, 0), 31), seen(at(-100, 0), 32)
	flawed.Facts = []event.Fact{event.Position{Point: at(-100, 0), Source: protocol.GPS, Flaw: event.Old}}
	cell.Facts = []event.Fact{event.Position{Point: at(-100, 0), Source: protocol.LBS, Flaw: event.ByCells}}
	stranger.Plate = "nobody rides it"
	before := seen(at(-100, 0), -60) // of the ride before
	w.take(b, flawed, cell, stranger, before, seen(at(-100, 0), 10), seen(at(50, 0), 20), seen(at(-100, 0), 15))
	w.take(b, seen(at(60, 0), 40), seen(at(-100, 0), 50))
	w.expect("slow 10", "free")
}

// A bridge dies, another goes on where it was; neither tells a ride twice what it has heard.
func TestAnotherBridgeGoesOn(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
	one, other := w.bridge(), w.bridge()
	w.take(one, seen(at(-20, 0), 1), seen(at(8, 0), 6))
	w.take(other, seen(at(9, 0), 11))
	w.take(one, seen(at(8, 0), 16))
	w.expect("slow 10")
	w.take(w.bridge(), seen(at(50, 0), 21), seen(at(150, 0), 26))
	w.expect("slow 10", "free")
}

// However the fixes of a ride are shared out and mixed up: the ride ends in what the latest fix says.
func TestManyBridgesAtOnce(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow), strip(t, 2, "shut", 100, 300, shut))
	bridges := []*zones.Tracker{w.bridge(), w.bridge(), w.bridge()}
	order := rand.Perm(60)
	var all sync.WaitGroup
	for i, b := range bridges {
		all.Go(func() {
			for j, n := range order {
				if j%len(bridges) == i {
					if err := b.Take(t.Context(), []event.Report{seen(at(float64(n*5-50), 0), float64(n+1))}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	require.Eventually(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.told) == 0 {
			return false
		}
		latest := slices.MaxFunc(w.told, func(a, b zone.Crossing) int { return a.At.Compare(b.At) })
		return latest.Zone == "shut" && !latest.Through
	}, 10*time.Second, 5*time.Millisecond)
}

// While Temporal is away the reports go on, and the ride is told when it is back, of the latest alone.
func TestTemporalIsAway(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow), strip(t, 2, "shut", 100, 300, shut))
	b := w.bridge()
	w.away = errors.New("connection refused")
	w.take(b, seen(at(-20, 0), 1), seen(at(50, 0), 6), seen(at(200, 0), 11))
	require.Empty(t, w.names())
	w.mu.Lock()
	w.away = nil
	w.mu.Unlock()
	require.Eventually(t, func() bool {
		names := w.names()
		return len(names) > 0 && names[len(names)-1] == "shut 0"
	}, 10*time.Second, 5*time.Millisecond)
}

func TestZonesChangeDuringARide(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
	b := w.bridge()
	w.take(b, seen(at(8, 0), 1))
	w.expect("slow 10")
	renewed := strip(t, 1, "slow", 0, 100, zone.Rule{RideThrough: true, MaxKmh: 6})
	renewed.Version = 2
	w.change(b, 2, renewed)
	w.take(b, seen(at(8, 0), 6))
	w.expect("slow 10", "slow 6")
	w.change(b, 3, renewed, strip(t, 2, "far", 5000, 5100, shut))
	w.take(b, seen(at(8, 0), 11))
	w.change(b, 4)
	w.take(b, seen(at(8, 0), 16))
	w.expect("slow 10", "slow 6", "free")
}

func (w *town) change(b *zones.Tracker, version int64, list ...zone.Zone) {
	w.mu.Lock()
	w.set = zone.NewSet(version, list)
	w.mu.Unlock()
	require.Eventually(w.t, func() bool { return b.Knows(version) }, 10*time.Second, time.Millisecond)
}

// The next ride of a scooter begins with nothing, whatever the ride before knew.
func TestTheNextRide(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
	b := w.bridge()
	w.take(b, seen(at(50, 0), 1))
	w.expect("slow 10")
	w.mu.Lock()
	w.rides[plate] = rental.Ride{RentalID: "r2", Plate: plate, Since: noon.Add(time.Minute)}
	w.mu.Unlock()
	w.take(b, seen(at(50, 0), 59), seen(at(50, 0), 61))
	w.expect("slow 10", "slow 10")
	require.Equal(t, "r2", w.told[1].RentalID)
}

func TestRedisIsAway(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
	gone := miniredis.RunT(t)
	w.redis = redis.NewClient(&redis.Options{Addr: gone.Addr(), MaxRetries: -1})
	defer w.redis.Close()
	b := w.bridge()
	gone.Close()
	require.Error(t, b.Take(t.Context(), []event.Report{seen(at(50, 0), 1)}), "it is offered again")
}

// Two thousand zones of 200 corners: a ride through a row of them is told of each, and the first in order where two lie over
// each other.
func TestManyZones(t *testing.T) {
	var list []zone.Zone
	for i := range 2000 {
		list = append(list, round(t, int64(i+1), at(float64(i%50)*200, float64(i/50)*200), 80, zone.Rule{RideThrough: true, MaxKmh: i%50 + 1}))
	}
	w := newTown(t, list...)
	b := w.bridge()
	var want []string
	second := 0
	for i := range 10 {
		second += 10
		w.take(b, seen(at(float64(i)*200, 400), float64(second)))
		want = append(want, fmt.Sprintf("%d %d", 2*50+i+1, i+1))
		w.expect(want...)
		second += 10
		w.take(b, seen(at(float64(i)*200+100, 400), float64(second)))
		want = append(want, "free")
		w.expect(want...)
	}
}

// round is a zone with 200 corners, named by its ID.
func round(t *testing.T, id int64, middle geo.Point, meters float64, rule zone.Rule) zone.Zone {
	ring := make([]geo.Point, 200)
	for i := range ring {
		ring[i] = zones.Offset(middle, meters, 2*3.141592653589793*float64(i)/200)
	}
	shape, err := geo.NewArea([][][]geo.Point{{ring}})
	require.NoError(t, err)
	return zone.Zone{ID: id, Version: 1, Draft: zone.Draft{Name: fmt.Sprint(id), Rules: []zone.Rule{rule}}, Area: shape}
}
