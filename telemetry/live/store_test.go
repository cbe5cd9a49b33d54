package live_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/geo"
	"rodada/telemetry/live"
)

var plaza = geo.Point{Lat: 40.4155, Lng: -3.7074}

func TestEveryValueComesBack(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		want := live.Report{Plate: "A}1 ñ", Seen: at(9), Values: live.Values{
			Fix: value(plaza, 1), Cell: value(geo.Point{Lat: -33.4, Lng: 179.9}, 2), Battery: value(0, 3),
			SpeedKmh: value(12, 4), Powered: value(false, 5), Fallen: value(true, 6), Voltage: value(41.25, 7),
			TripKm: value(3, 8), LimitKmh: value(25, 9), Fault: value(10, 9),
			Alarm: value(true, 2), Vibrated: value(true, 3), Signal: value(-71, 4),
		}}
		update(t, s, want)
		require.Equal(t, live.State(want), get(t, s, want.Plate))
	})
}

func TestUnknownScooter(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		state, known, err := s.Get(t.Context(), "A1")
		require.NoError(t, err)
		require.False(t, known)
		require.False(t, state.Battery.Known())
		require.Equal(t, -1, state.SpeedKmh.Or(-1))
		all, err := s.GetAll(t.Context(), []string{"A1"})
		require.NoError(t, err)
		require.Empty(t, all)
		require.NoError(t, s.Update(t.Context(), nil))
	})
}

func TestNewerWinsWhateverComesFirst(t *testing.T) {
	older := live.Report{Plate: "A1", Seen: at(1), Values: live.Values{
		SpeedKmh: value(12, 1), Battery: value(50, 1), Fix: value(geo.Point{Lat: 10, Lng: 10}, 1),
	}}
	newer := live.Report{Plate: "A1", Seen: at(2), Values: live.Values{SpeedKmh: value(2, 2), Fix: value(plaza, 2)}}
	for name, order := range map[string][][]live.Report{
		"in order":                {{older}, {newer}},
		"the newer first":         {{newer}, {older}},
		"in one batch":            {{older, newer}},
		"in one batch, reversed":  {{newer, older}},
		"the older again, as new": {{newer}, {older}, {older}},
	} {
		t.Run(name, func(t *testing.T) {
			eachRedis(t, func(t *testing.T, s *live.Store) {
				for _, batch := range order {
					update(t, s, batch...)
				}
				got := get(t, s, "A1")
				require.Equal(t, at(2), got.Seen)
				require.Equal(t, value(2, 2), got.SpeedKmh)
				require.Equal(t, value(50, 1), got.Battery, "said once, by the older")
				require.Equal(t, value(plaza, 2), got.Fix)
				near, err := s.Near(t.Context(), plaza, 10, 5)
				require.NoError(t, err)
				require.Len(t, near, 1)
			})
		})
	}
}

func TestManyBridgesAgree(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		order := rand.Perm(200)
		var bridges sync.WaitGroup
		for b := range 4 {
			bridges.Go(func() {
				for _, n := range order[b*50 : (b+1)*50] {
					_ = s.Update(t.Context(), []live.Report{{Plate: "A1", Seen: at(n), Values: live.Values{TripKm: value(n, n)}}})
				}
			})
		}
		bridges.Wait()
		got := get(t, s, "A1")
		require.Equal(t, at(199), got.Seen)
		require.Equal(t, value(199, 199), got.TripKm)
	})
}

func TestNear(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		for i := range 5 { // 0, 100, 200, 300 and 400 m to the north
			update(t, s, fix(strconv.Itoa(i), geo.Point{Lat: plaza.Lat + float64(i)*100/111_195, Lng: plaza.Lng}, i))
		}
		update(t, s, live.Report{Plate: "nowhere", Seen: at(1)})
		update(t, s, live.Report{Plate: "tower", Seen: at(1), Values: live.Values{Cell: value(plaza, 1)}})
		for _, c := range []struct {
			radius float64
			limit  int
			want   []string
		}{
			{250, 10, []string{"0", "tower", "1", "2"}},
			{99, 10, []string{"0", "tower"}},
			{101, 10, []string{"0", "tower", "1"}},
			{1000, 3, []string{"0", "tower", "1"}},
			{1000, 0, nil},
			{0, 10, nil},
		} {
			t.Run(fmt.Sprint(c.radius, " ", c.limit), func(t *testing.T) {
				near, err := s.Near(t.Context(), plaza, c.radius, c.limit)
				require.NoError(t, err)
				var plates []string
				for _, state := range near {
					plates = append(plates, state.Plate)
				}
				require.Equal(t, c.want, plates)
			})
		}
		nowhere, err := s.Near(t.Context(), geo.Point{Lat: 100}, 10, 10)
		require.NoError(t, err)
		require.Empty(t, nowhere)
	})
}

// On the round Earth of Redis a degree of latitude at the equator is 0.6 % longer.
func TestNearIsMeasuredOnTheEllipsoid(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		equator := geo.Point{}
		update(t, s, fix("in", geo.Point{Lat: 0.09043}, 1), fix("out", geo.Point{Lat: 0.09045}, 1))
		near, err := s.Near(t.Context(), equator, 10_000, 10)
		require.NoError(t, err)
		require.Len(t, near, 1)
		require.Equal(t, "in", near[0].Plate)
	})
}

func TestSatellitesMoveAScooterAndCellsDoNotMoveItBack(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		away := geo.Point{Lat: 41, Lng: -3}
		update(t, s, fix("A1", plaza, 1))
		update(t, s, live.Report{Plate: "A1", Seen: at(2), Values: live.Values{Cell: value(away, 2)}})
		near, err := s.Near(t.Context(), away, 1000, 10)
		require.NoError(t, err)
		require.Empty(t, near)
		update(t, s, fix("A1", away, 3))
		near, err = s.Near(t.Context(), away, 1000, 10)
		require.NoError(t, err)
		require.Len(t, near, 1)
		near, err = s.Near(t.Context(), plaza, 1000, 10)
		require.NoError(t, err)
		require.Empty(t, near)
	})
}

func TestThePoles(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		pole := geo.Point{Lat: 89.9, Lng: 0}
		update(t, s, fix("A1", pole, 1), fix("A2", plaza, 1))
		require.Equal(t, pole, get(t, s, "A1").Fix.Is, "no place on the map, but a state")
		require.Equal(t, plaza, get(t, s, "A2").Fix.Is)
		near, err := s.Near(t.Context(), pole, 1000, 10)
		require.NoError(t, err)
		require.Empty(t, near)
	})
}
