package event_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/event"
)

var plaza = geo.Point{Lat: 40.4155, Lng: -3.7074}

// north is a place so many metres from another.
func north(p geo.Point, meters float64) geo.Point {
	return geo.Point{Lat: p.Lat + meters/111_195, Lng: p.Lng}
}

// fixAt is a report of a place with the device's own time.
func fixAt(p geo.Point, seconds int) event.Report {
	at := noon.Add(time.Duration(seconds) * time.Second)
	return event.Report{
		Plate: "A1", Code: protocol.PositionReport, Device: at, Received: at,
		Facts: []event.Fact{event.Position{Point: p, Source: protocol.GPS}},
	}
}

// oldAt is one that comes in then and claims to be of a week ago.
func oldAt(p geo.Point, seconds int) event.Report {
	r := fixAt(p, seconds)
	r.Device = r.Device.Add(-7 * 24 * time.Hour)
	return r
}

// clockedAt is one that comes in then, by a clock of its own.
func clockedAt(p geo.Point, seconds int, device time.Time) event.Report {
	r := fixAt(p, seconds)
	r.Device = device.UTC()
	return r
}

func flawOf(t require.TestingT, j *event.Judge, r event.Report) event.Flaw {
	j.Judge(&r)
	p, ok := r.Facts[len(r.Facts)-1].(event.Position)
	require.True(t, ok)
	return p.Flaw
}

func TestJudge(t *testing.T) {
	far := north(plaza, 10_000)
	elsewhere := north(plaza, -10_000)
	type step struct {
		report event.Report
		want   event.Flaw
	}
	for name, steps := range map[string][]step{
		"a ride": {{fixAt(plaza, 0), ""}, {fixAt(north(plaza, 40), 5), ""}, {fixAt(north(plaza, 250), 35), ""}},
		"one fix far off": {
			{fixAt(plaza, 0), ""}, {fixAt(far, 5), event.Jump}, {fixAt(plaza, 10), ""}, {fixAt(far, 15), event.Jump},
			{fixAt(plaza, 20), ""}, {fixAt(far, 25), event.Jump},
		},
		"fixes far off that do not agree": {
			{fixAt(plaza, 0), ""}, {fixAt(far, 5), event.Jump}, {fixAt(elsewhere, 10), event.Jump}, {fixAt(far, 15), event.Jump},
			{fixAt(elsewhere, 20), event.Jump}, {fixAt(plaza, 25), ""},
		},
		"carried in a van": {
			{fixAt(plaza, 0), ""}, {fixAt(far, 60), event.Jump}, {fixAt(north(far, 30), 90), event.Jump}, {fixAt(far, 120), ""},
			{fixAt(far, 150), ""}, {fixAt(plaza, 155), event.Jump},
		},
		"far away after a long silence": {{fixAt(plaza, 0), ""}, {fixAt(far, 3600), ""}},
		"the same jump again and again agrees with nobody": {
			{fixAt(plaza, 0), ""}, {fixAt(far, 5), event.Jump}, {fixAt(far, 5), event.Jump}, {fixAt(far, 5), event.Jump}, {fixAt(far, 5), event.Jump},
		},
		"a late one": {
			{fixAt(north(plaza, 200), 60), ""}, {fixAt(plaza, 30), ""}, {fixAt(far, 20), event.Jump}, {fixAt(far, 10), event.Jump},
			{fixAt(far, 5), event.Jump}, {fixAt(north(plaza, 230), 65), ""},
		},
		"places of a week ago, kept till now": {
			{fixAt(plaza, 0), ""}, {oldAt(north(plaza, 20), 5), event.Old}, {fixAt(plaza, 10), ""}, {oldAt(plaza, 15), event.Old},
			{fixAt(plaza, 20), ""}, {oldAt(plaza, 25), event.Old},
		},
		"a clock that is always behind": {
			{oldAt(plaza, 0), event.Old}, {oldAt(plaza, 30), event.Old}, {oldAt(plaza, 60), ""}, {oldAt(plaza, 90), ""},
			{oldAt(far, 95), event.Jump},
		},
		"the same of a week ago, again and again": {
			{oldAt(plaza, 0), event.Old}, {oldAt(plaza, 0), event.Old}, {oldAt(plaza, 0), event.Old}, {oldAt(plaza, 0), event.Old},
		},
		"clocks that are wrong for sure": {
			{clockedAt(plaza, 0, noon.Add(time.Hour)), ""}, {clockedAt(north(plaza, 20), 5, time.Unix(0, 0)), ""},
			{clockedAt(far, 10, noon.AddDate(100, 0, 0)), event.Jump}, {clockedAt(north(plaza, 30), 15, time.Date(2019, 12, 31, 0, 0, 0, 0, time.UTC)), ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := event.NewJudge(event.Limits{})
			for i, s := range steps {
				require.Equal(t, s.want, flawOf(t, j, s.report), "fix %d", i)
			}
		})
	}
}

// A box without a clock may say the same twice; what comes in at another time may be another.
func TestJudgeWithoutDeviceTime(t *testing.T) {
	j := event.NewJudge(event.Limits{})
	bare := func(p geo.Point, seconds int) event.Report {
		r := fixAt(p, seconds)
		r.Device = time.Time{}
		return r
	}
	require.Empty(t, flawOf(t, j, bare(plaza, 0)))
	require.Empty(t, flawOf(t, j, bare(plaza, 30)))
	require.Equal(t, event.Jump, flawOf(t, j, bare(north(plaza, 5000), 35)))
}

func TestJudgeLeavesOtherFlawsAlone(t *testing.T) {
	j := event.NewJudge(event.Limits{})
	for _, flaw := range event.Flaws() {
		r := fixAt(north(plaza, 90_000), 0)
		r.Facts = []event.Fact{event.Battery{Percent: 5}, event.Position{Point: plaza, Flaw: flaw}}
		require.Equal(t, flaw, flawOf(t, j, r))
		require.Equal(t, event.Battery{Percent: 5}, r.Facts[0])
		require.False(t, j.Knows("A1"))
	}
}

func TestJudgeSeeded(t *testing.T) {
	j := event.NewJudge(event.Limits{MaxKmh: 25})
	require.False(t, j.Knows("A1"))
	j.Seed("A1", fleet.Sighted{Position: plaza, At: noon})
	j.Seed("A1", fleet.Sighted{Position: north(plaza, 9000), At: noon.Add(-time.Hour)})
	require.True(t, j.Knows("A1"))
	require.Equal(t, event.Jump, flawOf(t, j, fixAt(north(plaza, 9000), 5)))
	require.Empty(t, flawOf(t, j, fixAt(plaza, 10)))
}

func TestJudgeForgets(t *testing.T) {
	j := event.NewJudge(event.Limits{Scooters: 10})
	known := 0
	for i := range 1000 {
		r := fixAt(plaza, i)
		r.Plate = string(rune('a' + i))
		require.Empty(t, flawOf(t, j, r))
		require.True(t, j.Knows(r.Plate))
	}
	for i := range 1000 {
		if j.Knows(string(rune('a' + i))) {
			known++
		}
	}
	require.Equal(t, 10, known)
}

// A scooter that drives no faster than it can is believed, whatever the gaps, with the noise of a receiver, late or twice.
func TestJudgeBelievesRides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := event.NewJudge(event.Limits{MaxKmh: 25})
		at, here := 0, plaza
		var ride []event.Report
		for range rapid.IntRange(1, 40).Draw(t, "fixes") {
			gap := rapid.SampledFrom([]int{1, 5, 5, 5, 30, 300}).Draw(t, "gap")
			at += gap
			here = north(here, float64(gap)*rapid.Float64Range(-25/3.6, 25/3.6).Draw(t, "speed"))
			ride = append(ride, fixAt(north(here, rapid.Float64Range(-25, 25).Draw(t, "noise")), at))
		}
		for i, r := range ride {
			require.Empty(t, flawOf(t, j, r))
			if rapid.Bool().Draw(t, "again") {
				require.Empty(t, flawOf(t, j, ride[rapid.IntRange(0, i).Draw(t, "which")]))
			}
		}
	})
}

// Whatever a scooter was said to have done before, it is believed after as many fixes from one place as it takes.
func TestJudgeRecovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := event.Limits{MaxKmh: 25, Agree: rapid.IntRange(1, 6).Draw(t, "agree")}
		j := event.NewJudge(limits)
		at := 0
		for range rapid.IntRange(0, 30).Draw(t, "before") {
			at += rapid.IntRange(0, 100).Draw(t, "gap")
			p := geo.Point{Lat: rapid.Float64Range(-90, 90).Draw(t, "lat"), Lng: rapid.Float64Range(-180, 180).Draw(t, "lng")}
			j.Judge(new(fixAt(p, at)))
		}
		for i := range limits.Agree + 3 {
			at += 30
			flaw := flawOf(t, j, fixAt(plaza, at))
			if i+1 >= limits.Agree {
				require.Empty(t, flaw)
			}
		}
	})
}

// FuzzJudge: of what is believed, each is within reach of what was believed before, or the last of some that agree.
func FuzzJudge(f *testing.F) {
	f.Add([]byte{0, 0, 1, 200, 0, 1, 0, 1, 1, 200, 1, 1, 200, 2, 1})
	f.Add([]byte{10, 10, 0, 10, 10, 255, 90, 90, 30, 90, 91, 3, 90, 90, 9, 90, 90, 1})
	f.Fuzz(func(t *testing.T, moves []byte) {
		limits := event.Limits{MaxKmh: 50, Agree: 3}
		j := event.NewJudge(limits)
		var good fleet.Sighted
		at, jumps := 0, 0
		for len(moves) >= 3 {
			at += int(moves[2]) - 20 // some are late
			r := fixAt(geo.Point{Lat: float64(int8(moves[0])) / 2, Lng: float64(int8(moves[1]))}, at)
			moves = moves[3:]
			here := fleet.Sighted{Position: r.Facts[0].(event.Position).Point, At: r.At()} //nolint:forcetypeassert // fixAt's own
			switch flawOf(t, j, r) {
			case event.NoFlaw:
				reached := good.At.IsZero() || good.Reaches(here, limits.MaxKmh)
				require.True(t, reached || jumps >= limits.Agree-1, "%v to %v", good, here)
				if !here.At.Before(good.At) {
					good, jumps = here, 0
				}
			case event.Jump:
				require.False(t, good.Reaches(here, limits.MaxKmh))
				jumps++
			default:
				require.Fail(t, "no such flaw here")
			}
		}
	})
}
