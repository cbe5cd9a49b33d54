package zones_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/telemetry/event"
	"rodada/telemetry/zones"
)

// A clock that is ahead holds off nothing of what comes later by another clock, however far it is ahead.
func TestAClockAheadHidesNoCrossing(t *testing.T) {
	for _, ahead := range []time.Duration{time.Second, 55 * time.Second, time.Hour} {
		w := newTown(t, strip(t, 1, "shut", 0, 100, shut))
		b := w.bridge()
		early := seen(at(-50, 0), 10)
		early.Device = early.Received.Add(ahead)
		inside := seen(at(50, 0), 14)
		inside.Device = time.Unix(0, 0)
		w.take(b, early, inside)
		w.expect("shut 0")
		out := seen(at(150, 0), 18)
		out.Device, out.Absurd = time.Time{}, true
		w.take(b, out)
		w.expect("shut 0", "free")
	}
}

// Clocks of boxes count whole seconds: what it says of itself and what it is asked in one second may be two places.
func TestTwoPlacesInOneSecond(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
	b := w.bridge()
	w.take(b, seen(at(-50, 0), 10), seen(at(50, 0), 10))
	w.expect("slow 10")
	require.Eventually(t, b.Idle, 10*time.Second, time.Millisecond)
	w.take(b, seen(at(-50, 0), 10), seen(at(50, 0), 10), seen(at(150, 0), 10))
	w.expect("slow 10", "free")
	w.take(b, seen(at(50, 0), 10), seen(at(-50, 0), 10), seen(at(50, 0), 9))
	w.take(b, seen(at(50, 0), 20))
	w.expect("slow 10", "free", "slow 10")
	require.True(t, w.told[1].At.After(w.told[0].At), "a ride takes the later one")
	require.WithinDuration(t, w.told[0].At, w.told[1].At, time.Millisecond)
}

// The unlock is known to the microsecond and the position after it to the second.
func TestTheSecondOfTheUnlockIsOfTheRide(t *testing.T) {
	w := newTown(t, strip(t, 1, "slow", 0, 100, slow))
	ride := w.rides[plate]
	ride.Since = noon.Add(14*time.Second + 600*time.Millisecond)
	w.rides[plate] = ride
	b := w.bridge()
	w.take(b, seen(at(50, 0), 13))
	after := seen(at(50, 0), 14)
	after.Received = noon.Add(14*time.Second + 900*time.Millisecond)
	w.take(b, after)
	w.expect("slow 10")
	require.Equal(t, after.Device, w.told[0].At)
}

// Whatever the clocks say: a place is passed over only when its own clock, believed, says that it is of before one that is known,
// and what is known is of no later time than its reception.
func TestAnyClocksOfARide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		received := noon
		var reports []event.Report
		for i := range rapid.IntRange(1, 30).Draw(t, "reports") {
			received = received.Add(time.Duration(rapid.IntRange(1, 30_000).Draw(t, "gap")) * time.Millisecond)
			r := seen(at(float64(i), 0), 0)
			r.Received, r.Device = received, time.Time{}
			switch rapid.SampledFrom([]string{"none", "absurd", "unset", "near", "far"}).Draw(t, "clock") {
			case "absurd":
				r.Absurd = true
			case "unset":
				r.Device = time.Unix(0, 0)
			case "near":
				r.Device = received.Add(time.Duration(rapid.IntRange(-70, 70).Draw(t, "off")) * time.Second).Truncate(time.Second)
			case "far":
				r.Device = received.Add(time.Duration(rapid.IntRange(-50, 50).Draw(t, "off")) * time.Hour)
			}
			reports = append(reports, r)
		}
		known := time.Time{}
		for i, took := range zones.Takes(reports) {
			r := reports[i]
			late := r.Clock() == event.Right && r.Device.Before(known)
			require.Equal(t, !late, took, "report %d", i)
			if took {
				known = r.At()
			}
			require.False(t, known.After(r.Received))
		}
	})
}
