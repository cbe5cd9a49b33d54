package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/protocol"
)

// What slows a scooter down for a while gives back the limit that staff set, not the one that the ride began with.
func TestLimitOfStaffIsNotUndone(t *testing.T) {
	for name, c := range map[string]struct {
		kmh  int
		when time.Duration // since the limit of the forgotten ride, which slows it down
		want []int
	}{
		"set before it is slowed":              {10, -time.Minute, []int{3, 10}},
		"set while it is slowed: slowed again": {10, 8 * time.Second, []int{3, 3, 10}},
		"slower than the slowest":              {2, -time.Minute, nil},
		"not at all":                           {0, -time.Minute, nil},
		"faster than the ride began":           {25, -time.Minute, []int{3, 25}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.drive(18)
			w.on(rental.Riding, func() {
				w.after(3*time.Hour+c.when, func() { w.tell(limitTo(w.change(protocol.SetSpeedLimit), c.kmh), 0) })
				w.after(3*time.Hour+time.Minute, func() { w.box.drive(0) })
			})
			w.run(forgotten(w))
			w.consistent()
			require.Equal(t, c.want, w.box.limits())
			require.Contains(t, w.kinds(), "command")
			require.NotContains(t, w.kinds(), "limit_not_restored")
		})
	}
}

// Staff's limit reached the scooter before the ride gave back its own, and the ride hears of it after that.
func TestLimitOfStaffComesBackAfterARace(t *testing.T) {
	w := newWorld(t)
	w.box.drive(18)
	w.on(rental.Riding, func() {
		w.after(3*time.Hour+time.Minute, func() {
			w.box.drive(0)
			w.tell(limitTo(w.change(protocol.SetSpeedLimit), 10), time.Hour)
		})
	})
	w.run(forgotten(w))
	w.consistent()
	require.Equal(t, []int{3, 20, 10}, w.box.limits())
}

func TestTheLaterLimitOfStaffCounts(t *testing.T) {
	w := newWorld(t)
	w.box.drive(18)
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { w.tell(limitTo(w.change(protocol.SetSpeedLimit), 10), 2*time.Minute) })
		w.after(2*time.Minute, func() { w.tell(limitTo(w.change(protocol.SetSpeedLimit), 15), 0) })
		w.after(3*time.Hour+2*time.Second, func() { w.box.drive(0); w.end() })
	})
	w.run(forgotten(w))
	w.consistent()
	require.Equal(t, []int{3, 15}, w.box.limits())
	require.Contains(t, w.notes[1].Note, "another limit was set since")
}

// A scooter that staff have limited before the unlock is given back at their limit.
func TestLimitOfAReservation(t *testing.T) {
	w := newWorld(t)
	w.after(time.Minute, func() { w.tell(limitTo(w.change(protocol.SetSpeedLimit), 8), 0) })
	w.after(2*time.Minute, func() { w.unlock() })
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { w.box.drive(12); w.end() })
		w.after(2*time.Minute, func() { w.box.drive(0) })
	})
	w.run(w.reserved(10 * time.Minute))
	w.consistent()
	require.Equal(t, []int{3, 8}, w.box.limits())
}
