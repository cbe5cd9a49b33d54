package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/zone"
	"rodada/protocol"
	"rodada/workflows"
)

// crossing is what the bridge tells of a ride that is now in a zone.
func (w *world) crossing(name string, through bool, kmh int) workflows.ZoneCrossing {
	return workflows.ZoneCrossing{
		RentalID: rentalID, At: w.env.Now(), Set: 1, Zone: name, Force: zone.Force{Through: through, MaxKmh: kmh},
	}
}

func (w *world) cross(name string, through bool, kmh int) { w.crossed(w.crossing(name, through, kmh)) }

func (w *world) crossed(c workflows.ZoneCrossing) { w.env.SignalWorkflow(workflows.SignalZone, c) }

// zoned is a ride whose rider has half a minute to ride back.
func (w *world) zoned() workflows.RentalInput {
	in := w.input()
	in.Limits.ZoneGrace = 30 * time.Second
	return in
}

func TestASlowZone(t *testing.T) {
	for name, c := range map[string]struct {
		ride   func(w *world)
		limits []int // that the scooter was given
	}{
		"in and out": {func(w *world) {
			w.after(time.Minute, func() { w.cross("slow", true, 10) })
			w.after(2*time.Minute, func() { w.cross("", true, 0) })
		}, []int{10, 20}},
		"told twice, and of the past": {func(w *world) {
			w.after(time.Minute, func() {
				c, old := w.crossing("slow", true, 10), w.crossing("old", true, 5)
				old.At = old.At.Add(-time.Second)
				w.crossed(c)
				w.crossed(c)
				w.crossed(old)
			})
			w.after(2*time.Minute, func() { w.cross("", true, 0) })
		}, []int{10, 20}},
		"meant for the ride before": {func(w *world) {
			w.after(time.Minute, func() {
				c := w.crossing("slow", true, 10)
				c.RentalID = "another"
				w.crossed(c)
			})
		}, nil},
		"it ends inside": {func(w *world) {
			w.after(time.Minute, func() { w.cross("slow", true, 10) })
		}, []int{10, 20}},
		"faster than the scooter's own limit": {func(w *world) {
			w.after(time.Minute, func() { w.cross("fast", true, 30) })
		}, nil},
		"from one to another": {func(w *world) {
			w.after(time.Minute, func() { w.cross("slow", true, 10) })
			w.after(2*time.Minute, func() { w.cross("slower", true, 6) })
			w.after(3*time.Minute, func() { w.cross("", true, 0) })
		}, []int{10, 6, 20}},
		"the zone changes meanwhile": {func(w *world) {
			w.after(time.Minute, func() {
				w.cross("slow", true, 10)
				renewed := w.crossing("slow", true, 8)
				renewed.Set = 2
				w.crossed(renewed)
			})
		}, []int{10, 8, 20}},
		"passed between two positions": {func(w *world) {
			w.after(time.Minute, func() {
				c := w.crossing("slow", true, 10)
				c.Passed = true
				w.crossed(c)
				w.crossed(c)
			})
		}, nil},
		"staff set another limit inside": {func(w *world) {
			w.after(time.Minute, func() { w.cross("slow", true, 10) })
			w.after(2*time.Minute, func() { w.tell(limitTo(w.change(protocol.SetSpeedLimit), 15), 0) })
			w.after(3*time.Minute, func() { w.cross("", true, 0) })
		}, []int{10, 10, 15}},
		"staff set a lower one inside": {func(w *world) {
			w.after(time.Minute, func() { w.cross("slow", true, 10) })
			w.after(2*time.Minute, func() { w.tell(limitTo(w.change(protocol.SetSpeedLimit), 6), 0) })
			w.after(3*time.Minute, func() { w.cross("", true, 0) })
		}, []int{10}},
		"the scooter is silent for a while": {func(w *world) {
			w.after(time.Minute, func() { w.box.mute[protocol.SetSpeedLimit] = true; w.cross("slow", true, 10) })
			w.after(68*time.Second, func() { w.box.mute[protocol.SetSpeedLimit] = false })
		}, []int{10, 10, 20}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.on(rental.Riding, func() { c.ride(w); w.after(5*time.Minute, func() { w.end() }) })
			w.run(w.zoned())
			w.consistent()
			require.Equal(t, c.limits, w.box.limits())
			require.Equal(t, rental.Ended, w.changes[len(w.changes)-1].State)
		})
	}
}

func TestWhereNobodyMayRide(t *testing.T) {
	for name, c := range map[string]struct {
		ride    func(w *world)
		states  []rental.State
		notices []rider.NoticeKind
		buzzed  int
	}{
		"back in time": {
			func(w *world) {
				w.after(time.Minute, func() { w.cross("", false, 0) })
				w.after(80*time.Second, func() { w.cross("city", true, 0) })
			},
			[]rental.State{rental.Riding, rental.Locking, rental.Ended},
			[]rider.NoticeKind{rider.ZoneForbidden, rider.ZoneBack}, 1,
		},
		"paused after the grace, and pushed back": {
			func(w *world) {
				w.after(time.Minute, func() { w.cross("", false, 0) })
				w.after(3*time.Minute, func() { w.cross("city", true, 0) })
				w.after(4*time.Minute, func() { w.resume() })
			},
			[]rental.State{rental.Riding, rental.Paused, rental.Riding, rental.Locking, rental.Ended},
			[]rider.NoticeKind{rider.ZoneForbidden, rider.ZonePaused, rider.ZoneBack}, 1,
		},
		"resumed to ride back": {
			func(w *world) {
				w.after(time.Minute, func() { w.cross("", false, 0) })
				w.after(2*time.Minute, func() { w.resume() })
				w.after(140*time.Second, func() { w.cross("city", true, 0) })
			},
			[]rental.State{rental.Riding, rental.Paused, rental.Riding, rental.Locking, rental.Ended},
			[]rider.NoticeKind{rider.ZoneForbidden, rider.ZonePaused, rider.ZoneBack}, 1,
		},
		"resumed, and not back": {
			func(w *world) {
				w.after(time.Minute, func() { w.cross("", false, 0) })
				w.after(2*time.Minute, func() { w.resume() })
			},
			[]rental.State{rental.Riding, rental.Paused, rental.Riding, rental.Paused, rental.Locking, rental.Ended},
			[]rider.NoticeKind{rider.ZoneForbidden, rider.ZonePaused, rider.ZonePaused}, 1,
		},
		"never at speed": {
			func(w *world) {
				w.after(time.Minute, func() { w.box.drive(18); w.cross("", false, 0) })
				w.after(110*time.Second, func() { w.box.drive(0) })
			},
			[]rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended},
			[]rider.NoticeKind{rider.ZoneForbidden, rider.ZonePaused}, 1,
		},
		"another zone where nobody may": {
			func(w *world) {
				w.after(time.Minute, func() { w.cross("park", false, 0) })
				w.after(70*time.Second, func() { w.cross("garden", false, 0) })
			},
			[]rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended},
			[]rider.NoticeKind{rider.ZoneForbidden, rider.ZonePaused}, 1,
		},
		"passed between two positions": {
			func(w *world) {
				w.after(time.Minute, func() {
					c := w.crossing("park", false, 0)
					c.Passed = true
					w.crossed(c)
				})
			},
			[]rental.State{rental.Riding, rental.Locking, rental.Ended}, []rider.NoticeKind{rider.ZoneForbidden}, 1,
		},
		"it ends during the grace": {
			func(w *world) { w.after(290*time.Second, func() { w.cross("", false, 0) }) },
			[]rental.State{rental.Riding, rental.Locking, rental.Ended}, []rider.NoticeKind{rider.ZoneForbidden}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.on(rental.Riding, func() { c.ride(w); w.after(5*time.Minute, func() { w.box.drive(0); w.end() }) })
			w.run(w.zoned())
			w.consistent()
			require.Equal(t, c.states, w.states())
			require.Equal(t, c.notices, w.notices)
			require.Equal(t, c.buzzed, w.box.count(protocol.Buzz))
			if limits := w.box.limits(); len(limits) > 0 {
				require.Equal(t, 20, limits[len(limits)-1], "the scooter has its own limit back")
			}
		})
	}
}

// The warning outlasts the run: the next one pauses the ride.
func TestAstrayThroughManyRuns(t *testing.T) {
	w := newWorld(t)
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { w.cross("slow", true, 10) })
		for i := range 230 { // more than a run takes
			w.after(2*time.Minute+time.Duration(i)*time.Second, func() { w.resume() })
		}
		w.after(2*time.Minute+195*time.Second, func() { w.cross("", false, 0) })
	})
	w.second = func() { w.after(2*time.Minute, func() { w.end() }) }
	w.run(w.zoned())
	w.consistent()
	require.Equal(t, 2, w.runs)
	require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended}, w.states())
	require.Equal(t, 20, w.box.limits()[len(w.box.limits())-1])
}

// The zone where a ride ends has its price, whoever ends it but staff.
func TestThePriceOfAZone(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(w *world)
		line bool
	}{
		"by its rider": {func(w *world) { w.end() }, true},
		"by staff":     {func(w *world) { w.staffEnd() }, false},
		"by the limit": {func(*world) {}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.zones = square(t)
			w.zones.Zones[0].Price = fare.Adjustment{Amount: 250}
			w.box.stand(inside)
			w.on(rental.Riding, func() { w.after(10*time.Minute, func() { c.end(w) }) })
			in := w.zoned()
			in.Limits.EndAfter = time.Hour
			w.run(in)
			w.consistent()
			bill := w.last(rental.Ended).Bill
			last := bill.Lines[len(bill.Lines)-1]
			require.Equal(t, c.line, last == fare.Line{Item: "zone", Quantity: 1, Amount: 250}, "%+v", bill)
			require.Equal(t, bill.Total, w.payments[0].Price)
		})
	}
}
