package live_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/telemetry/live"
)

// up is so many metres north of the plaza.
func up(meters int) geo.Point {
	return geo.Point{Lat: plaza.Lat + float64(meters)/111_195, Lng: plaza.Lng}
}

// ready is a report of a scooter that a rider could take, once the books agree.
func ready(plate string, p geo.Point) live.Report {
	return live.Report{Plate: plate, Seen: at(0), Values: live.Values{Fix: value(p, 0), Battery: value(80, 0)}}
}

func stand(t *testing.T, s *live.Store, seconds int, service fleet.Service, hold fleet.Hold, plates ...string) {
	t.Helper()
	var list []fleet.Standing
	for _, plate := range plates {
		list = append(list, fleet.Standing{Plate: plate, Service: service, Hold: hold, At: at(seconds)})
	}
	require.NoError(t, s.Stand(t.Context(), list))
}

// around asks for what a rider on the plaza could take.
func around(t *testing.T, s *live.Store, radius float64, limit int) []string {
	t.Helper()
	found, err := s.Offered(t.Context(), live.Query{
		Center: plaza, Radius: radius, Limit: limit, Battery: 15, SeenAfter: at(-60), FixedAfter: at(-600),
	})
	require.NoError(t, err)
	plates := []string{}
	for _, state := range found {
		plates = append(plates, state.Plate)
	}
	return plates
}

func TestOffered(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		for i := range 4 {
			update(t, s, ready(strconv.Itoa(i), up(100*i)))
		}
		require.Empty(t, around(t, s, 1000, 10), "the books have not spoken")
		stand(t, s, 1, fleet.InService, fleet.Free, "0", "1", "2", "3")
		require.Equal(t, []string{"0", "1", "2", "3"}, around(t, s, 1000, 10))
		require.Equal(t, []string{"0", "1"}, around(t, s, 1000, 2))
		require.Equal(t, []string{"0", "1", "2"}, around(t, s, 201, 10))
		require.Empty(t, around(t, s, 0, 10))
		require.Empty(t, around(t, s, 100, 0))

		for n, away := range []struct {
			name    string
			service fleet.Service
			hold    fleet.Hold
		}{
			{"reserved", fleet.InService, fleet.Reserved}, {"ridden", fleet.InService, fleet.InUse}, {"in doubt", fleet.InService, fleet.Securing},
			{"upgrading", fleet.InService, "upgrading"}, {"blocked", fleet.Blocked, fleet.Free}, {"gone", "", ""},
		} {
			stand(t, s, 10+10*n, away.service, away.hold, "1")
			require.Equal(t, []string{"0", "2", "3"}, around(t, s, 1000, 10), away.name)
			stand(t, s, 11+10*n, fleet.InService, fleet.Free, "1")
			require.Equal(t, []string{"0", "1", "2", "3"}, around(t, s, 1000, 10), away.name)
		}
		stand(t, s, 5, fleet.InService, fleet.InUse, "1")
		require.Contains(t, around(t, s, 1000, 10), "1", "an old reading of the books changes nothing")
	})
}

func TestOfferedByState(t *testing.T) {
	for name, r := range map[string]live.Report{
		"low":                     {Seen: at(0), Values: live.Values{Fix: value(plaza, 0), Battery: value(14, 0)}},
		"of an unknown battery":   {Seen: at(0), Values: live.Values{Fix: value(plaza, 0)}},
		"offline":                 {Seen: at(-61), Values: live.Values{Fix: value(plaza, -61), Battery: value(80, -61)}},
		"long without satellites": {Seen: at(0), Values: live.Values{Fix: value(plaza, -601), Battery: value(80, 0)}},
		"seen by cells alone":     {Seen: at(0), Values: live.Values{Cell: value(plaza, 0), Battery: value(80, 0)}},
		"elsewhere":               {Seen: at(0), Values: live.Values{Fix: value(up(5000), 0), Battery: value(80, 0)}},
		"at the pole":             {Seen: at(0), Values: live.Values{Fix: value(geo.Point{Lat: 89}, 0), Battery: value(80, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			eachRedis(t, func(t *testing.T, s *live.Store) {
				r.Plate = "A1"
				update(t, s, r, ready("A2", up(10)))
				stand(t, s, 1, fleet.InService, fleet.Free, "A1", "A2")
				require.Equal(t, []string{"A2"}, around(t, s, 1000, 10))
				better := ready("A1", plaza)
				better.Seen, better.Fix.At, better.Battery.At = at(1), at(1), at(1)
				update(t, s, better)
				require.Equal(t, []string{"A1", "A2"}, around(t, s, 1000, 10))
			})
		})
	}
}

// Those that can't be offered do not keep the ones behind them from being found, near or far.
func TestOfferedBehindMany(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		var reports []live.Report
		var taken, flat, good []string
		for i := range 400 {
			name := fmt.Sprintf("taken-%d", i)
			taken, reports = append(taken, name), append(reports, ready(name, up(i/4)))
			name = fmt.Sprintf("flat-%d", i)
			low := ready(name, up(i/2))
			low.Battery = value(3, 0)
			flat, reports = append(flat, name), append(reports, low)
		}
		for i := range 20 {
			name := fmt.Sprintf("good-%02d", i)
			good, reports = append(good, name), append(reports, ready(name, up(50+200*i)))
		}
		update(t, s, reports...)
		stand(t, s, 1, fleet.InService, fleet.InUse, taken...)
		stand(t, s, 1, fleet.InService, fleet.Free, append(flat, good...)...)
		require.Equal(t, good, around(t, s, 5000, 100))
		require.Equal(t, good[:5], around(t, s, 5000, 5))
	})
}

// Where a free scooter drives to, it is offered.
func TestOfferedMoves(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		update(t, s, ready("A1", up(9000)))
		stand(t, s, 1, fleet.InService, fleet.Free, "A1")
		require.Empty(t, around(t, s, 100, 10))
		update(t, s, fix("A1", up(50), 20))
		require.Equal(t, []string{"A1"}, around(t, s, 100, 10))
		for i := range 30 { // it creeps away, each time by less than a receiver's noise
			update(t, s, fix("A1", up(50+2*i), 21+i))
		}
		require.Empty(t, around(t, s, 60, 10))
		require.Equal(t, []string{"A1"}, around(t, s, 120, 10))
	})
}

func TestOnline(t *testing.T) {
	s := live.State{Seen: noon}
	require.True(t, s.Online(at(60), time.Minute))
	require.False(t, s.Online(at(61), time.Minute))
	require.False(t, live.State{}.Online(noon, time.Hour))
}
