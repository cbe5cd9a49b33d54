package history_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
)

// fix is a position of the given time, on the minute of arc that this time says.
func fix(at time.Time) history.Reading {
	return history.Reading{
		Plate: "A1", At: at, Received: at.Add(time.Second), Parts: history.PartPosition | history.PartAlarm,
		Position: geo.Point{Lat: 1, Lng: 2}, Source: protocol.GPS,
	}
}

// stored is at which of the seconds after noon a position is stored.
func stored(s *history.Sampler, seconds ...int) (kept []int) {
	for _, n := range seconds {
		r := fix(noon.Truncate(time.Second).Add(time.Duration(n) * time.Second))
		s.Thin(&r)
		if r.Parts&history.PartPosition != 0 {
			kept = append(kept, n)
		}
	}
	return kept
}

func TestPositionsAreThinned(t *testing.T) {
	for name, c := range map[string]struct{ come, kept []int }{
		"as often as asked":                {[]int{0, 5, 10, 15}, []int{0, 5, 10, 15}},
		"slower":                           {[]int{0, 30, 60, 91, 200}, []int{0, 30, 60, 91, 200}},
		"every second":                     {[]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, []int{0, 5, 10}},
		"a little early and late":          {[]int{0, 6, 10, 14, 20, 26, 30}, []int{0, 6, 10, 20, 26, 30}},
		"after a silence":                  {[]int{0, 103, 105, 108, 113}, []int{0, 103, 108, 113}},
		"delivered twice":                  {[]int{0, 3, 6, 9, 12, 0, 3, 6, 9, 12}, []int{0, 6, 12}},
		"late ones fill a gap":             {[]int{0, 60, 20, 22, 40, 41, 80}, []int{0, 60, 20, 40, 80}},
		"late ones from before all others": {[]int{100, 0, 3, 5, 50, 97}, []int{100, 0, 5, 50}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.kept, stored(history.NewSampler(history.DefaultPace()), c.come...))
		})
	}
}

func TestRepeatedPositionIsNamed(t *testing.T) {
	s := history.NewSampler(history.DefaultPace())
	first, again := fix(noon), fix(noon)
	require.False(t, s.Thin(&first))
	require.True(t, s.Thin(&again))
	require.Zero(t, again.Parts)
	other := fix(noon)
	other.Plate = "A2"
	require.False(t, s.Thin(&other))
	require.Equal(t, history.PartPosition|history.PartAlarm, other.Parts)
}

// Two places in one second are two reports: the second is one too many for the history, and its alarm is none of the first's.
func TestAnotherPlaceOfTheSameTimeIsNoRepeat(t *testing.T) {
	s := history.NewSampler(history.DefaultPace())
	first, other, alarm := fix(noon), fix(noon), fix(noon)
	other.Position.Lat, alarm.Alarm = 1.001, true
	require.False(t, s.Thin(&first))
	require.False(t, s.Thin(&other))
	require.Zero(t, other.Parts)
	require.False(t, s.Thin(&alarm))
	require.Equal(t, history.PartAlarm, alarm.Parts)

	all := history.NewSampler(history.Pace{})
	first, other = fix(noon), fix(noon)
	other.Position.Lat = 1.001
	require.False(t, all.Thin(&first))
	require.False(t, all.Thin(&other))
	require.Equal(t, history.PartPosition|history.PartAlarm, other.Parts)
}

// A position that is not believed takes no place from one that is.
func TestFlawedPositionsCrowdOutNobody(t *testing.T) {
	s := history.NewSampler(history.DefaultPace())
	kept := map[event.Flaw]int{}
	for n := range 60 {
		r := fix(noon.Add(time.Duration(n) * time.Second))
		if n%5 != 4 {
			r.Flaw = event.Jump
		}
		s.Thin(&r)
		if r.Parts&history.PartPosition != 0 {
			kept[r.Flaw]++
		}
	}
	require.Equal(t, map[event.Flaw]int{event.NoFlaw: 12, event.Jump: 12}, kept)
}

func TestEachKindHasItsPace(t *testing.T) {
	s := history.NewSampler(history.DefaultPace())
	kept := map[history.Part]int{}
	for n := range 60 { // a minute of everything, every second
		later := time.Duration(n) * time.Second
		for _, frame := range []string{
			`{"a":27,"i":"A1","b":81,"c":0,"s":0,"r":41.5}`, `{"a":98,"i":"A1","x":-71}`, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0"}`,
			`{"a":16,"i":"A1","k":25,"p":12,"e":0,"b":81,"y":9,"q":99,"w":7,"z":3,"c":0}`,
		} {
			r := reading(t, frame, later)
			s.Thin(&r)
			for part := history.PartPosition; part <= history.PartSignal; part <<= 1 {
				if r.Parts&part != 0 {
					kept[part]++
				}
			}
		}
	}
	require.Equal(t, map[history.Part]int{
		history.PartPosition: 12, history.PartSpeed: 12, history.PartTrip: 12, history.PartLimit: 12, history.PartPercent: 3, history.PartVolts: 3,
		history.PartPowered: 2, history.PartFallen: 2, history.PartFault: 2, history.PartAlarm: 2, history.PartSignal: 4,
	}, kept)
}

func TestChangeOfStatusIsAlwaysStored(t *testing.T) {
	s := history.NewSampler(history.DefaultPace())
	var kept []int
	for n, fallen := range []int{0, 0, 1, 1, 0, 1, 1, 1} {
		r := reading(t, fmt.Sprintf(`{"a":27,"i":"A1","b":81,"c":0,"s":%d}`, fallen), time.Duration(n)*time.Second)
		s.Thin(&r)
		if r.Parts&history.PartFallen != 0 {
			kept = append(kept, n)
		}
		require.Equal(t, n == 0, r.Parts&history.PartPowered != 0, "the others are not stored because of it")
	}
	require.Equal(t, []int{0, 2, 4, 5}, kept)
}

// A clock of ours that is put back does not silence a scooter.
func TestClockPutBack(t *testing.T) {
	s := history.NewSampler(history.DefaultPace())
	for _, c := range []struct {
		later time.Duration
		kept  bool
	}{{0, true}, {-time.Hour, true}, {-time.Hour + time.Second, false}, {-time.Hour + 15*time.Second, true}} {
		r := reading(t, `{"a":98,"i":"A1","x":-71}`, c.later)
		s.Thin(&r)
		require.Equal(t, c.kept, r.Parts != 0, "%v", c.later)
	}
}

func TestNothingIsThinnedWithoutAPace(t *testing.T) {
	require.Equal(t, []int{0, 2, 1}, stored(history.NewSampler(history.Pace{}), 0, 2, 1, 1, 2))
}

// However positions come, in order, late and again: never two closer than half a pace, never more than fits the time, none of
// a slow scooter missing, and the same again when all of it is delivered again.
func TestAnyPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const pace = 5
		s := history.NewSampler(history.DefaultPace())
		at, slow := 0, true
		var come []int
		for range rapid.IntRange(1, 30).Draw(t, "messages") {
			gap := rapid.IntRange(1, 12).Draw(t, "gap")
			slow = slow && (len(come) == 0 || gap >= pace)
			at += gap
			come = append(come, at)
		}
		kept := stored(s, come...)
		if slow {
			require.Equal(t, come, kept)
		}
		for i := 1; i < len(kept); i++ {
			require.GreaterOrEqual(t, 2*(kept[i]-kept[i-1]), pace)
		}
		require.LessOrEqual(t, len(kept), (come[len(come)-1]-come[0])/pace+1)
		for i := 1; i < len(come); i++ { // nothing is thinned where there is room for it
			if !slices.Contains(kept, come[i]) {
				before, _ := slices.BinarySearch(kept, come[i])
				require.Less(t, come[i]-kept[before-1], pace)
			}
		}
		recent := kept[max(0, len(kept)-6):]
		for _, n := range come {
			if n >= recent[0] {
				require.Empty(t, stored(s, n), "%d again", n)
			}
		}
	})
}
