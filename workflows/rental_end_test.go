package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/activities"
	"rodada/domain/rental"
	"rodada/domain/zone"
	"rodada/geo"
	"rodada/protocol"
	"rodada/workflows"
)

var (
	inside  = geo.Point{Lat: 40.05, Lng: -3.95}
	outside = geo.Point{Lat: 40.05, Lng: -3.85}
)

// square is one zone, 0.1 degrees wide, where rides may end.
func square(t *testing.T) zone.Set {
	area, err := geo.NewArea([][][]geo.Point{{{{Lat: 40, Lng: -4}, {Lat: 40, Lng: -3.9}, {Lat: 40.1, Lng: -3.9}, {Lat: 40.1, Lng: -4}}}})
	require.NoError(t, err)
	return zone.Set{Version: 7, Zones: []zone.Zone{{ID: 1, Draft: zone.Draft{Name: "centre", Rules: []zone.Rule{zone.Open}}, Area: area}}}
}

func TestEndInAZone(t *testing.T) {
	for name, c := range map[string]struct {
		before  func(w *world)
		end     func(w *world) *reply
		refused bool
		asked   int // for the position
	}{
		"inside":               {func(w *world) { w.box.stand(inside) }, (*world).end, false, 0},
		"nobody knows where":   {func(*world) {}, (*world).end, false, 0},
		"outside":              {func(w *world) { w.box.stand(outside); w.box.position = "4003.0000,-00351.0000,0,0" }, (*world).end, true, 1},
		"outside, and silent":  {func(w *world) { w.box.stand(outside); w.box.mute[protocol.QueryPosition] = true }, (*world).end, true, 1},
		"a fresh fix says in":  {func(w *world) { w.box.stand(outside); w.box.position = "4003.0000,-00357.0000,0,0" }, (*world).end, false, 1},
		"staff may everywhere": {func(w *world) { w.box.stand(outside) }, (*world).staffEnd, false, 0},
		"the zones can't be asked": {func(w *world) {
			w.box.stand(outside)
			w.box.liveErr = errors.New("connection refused")
			w.after(10*time.Second, func() { w.box.liveErr = nil })
		}, (*world).end, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.zones = square(t)
			w.speak(30 * time.Second)
			var ended *reply
			w.on(rental.Riding, func() {
				w.after(time.Minute, func() { c.before(w); ended = c.end(w) })
				w.after(2*time.Minute, func() { w.box.stand(inside); w.end() })
			})
			w.run(w.input())
			w.consistent()
			require.Equal(t, c.asked, w.box.count(protocol.QueryPosition))
			stopped := w.last(rental.Locking).StoppedAt.Sub(w.changes[0].UnlockedAt).Round(time.Second)
			if !c.refused {
				require.NoError(t, ended.err)
				require.Equal(t, time.Minute, stopped)
				return
			}
			app := requireFault(t, rental.ErrOutsideZone, ended.err)
			var details map[string]any
			require.NoError(t, app.Details(&details))
			nearest := details["nearest"].(*zone.Place)
			require.Equal(t, "centre", nearest.Zone)
			require.InDelta(t, 4260, nearest.Meters, 60)
			require.Equal(t, 2*time.Minute, stopped, "a refused end stops no meter")
			require.Equal(t, int64(7), w.last(rental.Locking).ZoneVersion)
			require.Equal(t, inside, *w.last(rental.Locking).EndPosition)
		})
	}
}

// The meter stops when the end is asked for, however long the scooter takes.
func TestMeterStopsAtTheRequest(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.QueryVehicle, answer{}, answer{after: 4 * time.Second})
	w.box.will(protocol.PowerOff, answer{after: 4 * time.Second})
	w.endAfter(10 * time.Minute)
	w.run(w.input())
	w.consistent()
	end := w.last(rental.Ended)
	require.Equal(t, 10*time.Minute, end.Usage.Riding.Round(time.Second))
	require.Equal(t, 8*time.Second, end.At.Sub(w.last(rental.Locking).StoppedAt).Round(time.Second))
}

// Asked to end while a pause is on its way, the ride is charged to the request and not to the pause.
func TestEndBehindAPause(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.Pause, answer{after: 4 * time.Second})
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { w.pause() })
		w.after(61*time.Second, func() { w.end() })
	})
	w.run(w.input())
	w.consistent()
	end := w.last(rental.Ended)
	require.Equal(t, w.last(rental.Locking).StoppedAt.Sub(w.changes[0].UnlockedAt), end.Usage.Riding+end.Usage.Paused)
}

func TestEndTwice(t *testing.T) {
	w := newWorld(t)
	var first, second, third, pause *reply
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { first, second, pause = w.end(), w.end(), w.pause() })
		w.after(time.Minute+50*time.Millisecond, func() { third = w.end() })
	})
	w.run(w.input())
	w.consistent()
	for _, r := range []*reply{first, second, third} {
		require.NoError(t, r.err)
		require.Equal(t, first.got, r.got)
	}
	requireFault(t, rental.ErrOver, pause.err)
	require.Equal(t, 1, w.box.count(protocol.PowerOff))
	require.Len(t, w.payments, 1)
}

func TestMeantForAnotherRental(t *testing.T) {
	w := newWorld(t)
	const other = "6b1f6d6e-0000-4000-8000-000000000099"
	var replies []*reply
	w.on(rental.Riding, func() {
		for _, name := range []string{workflows.UpdateBegin, workflows.UpdateCancel, workflows.UpdatePause, workflows.UpdateResume} {
			replies = append(replies, w.update(name, workflows.RentalRef{RentalID: other}))
		}
		replies = append(replies,
			w.update(workflows.UpdateUnlock, workflows.UnlockRequest{RentalID: other}),
			w.update(workflows.UpdateEnd, workflows.EndRequest{RentalID: other, Cause: rental.ByStaff}),
			w.update(workflows.UpdateRelease, workflows.ReleaseRequest{RentalID: other}))
	})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Len(t, replies, 7)
	for _, r := range replies {
		require.True(t, r.rejected)
		requireFault(t, rental.ErrOver, r.err)
	}
	require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
}

// A ride cancelled in the Temporal UI is a ride that staff ended, and who waits for it gets the answer.
// Whoever of the staff ends a ride is in its history.
func TestEndedByStaff(t *testing.T) {
	w := newWorld(t)
	var ended *reply
	w.on(rental.Riding, func() { w.after(time.Minute, func() { ended = w.staffEnd() }) })
	w.run(w.input())
	w.consistent()
	require.NoError(t, ended.err)
	stop := w.last(rental.Locking)
	require.Equal(t, []any{rental.ByStaff, "eva", "closing time"}, []any{stop.Cause, stop.StaffID, stop.Note})
	require.Empty(t, w.last(rental.Ended).StaffID, "the scooter locked")
}

func TestCancelledInTemporal(t *testing.T) {
	w := newWorld(t)
	w.zones = square(t)
	w.box.stand(outside)
	var paused *reply
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { paused = w.pause(); w.env.CancelWorkflow() })
	})
	w.run(w.input())
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended}, w.states())
	require.Equal(t, rental.ByStaff, w.last(rental.Locking).Cause)
	require.Equal(t, "cancelled in Temporal", w.last(rental.Locking).Note)
	require.NoError(t, paused.err)
	require.Len(t, w.payments, 1)
}

func TestDistance(t *testing.T) {
	for name, c := range map[string]struct {
		begin, end int
		silent     bool // at the end
		known      func(w *world, begun time.Time) activities.LastKnown
		want       int64
	}{
		"difference to the baseline":       {begin: 12, end: 15, want: 3000},
		"cleared late":                     {begin: 12, end: 2, want: 2000},
		"nothing":                          {begin: 12, end: 12, want: 0},
		"more than the scooter can do":     {begin: 0, end: 500, want: 25_000},
		"silent, but told during the ride": {begin: 12, silent: true, want: 4000, known: told(16, time.Minute)},
		"silent since before the ride":     {begin: 12, silent: true, want: 0, known: told(16, -time.Minute)},
		"silent, and never told":           {begin: 12, silent: true, want: 0, known: told(-1, time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.trip = c.begin
			w.on(rental.Riding, func() {
				begun := w.env.Now()
				w.after(time.Hour, func() {
					w.box.trip = c.end
					if c.silent {
						w.box.mute[protocol.QueryVehicle] = true
						w.box.known = c.known(w, begun)
					}
					w.end()
				})
			})
			w.run(w.input())
			w.consistent()
			require.InDelta(t, c.want, w.last(rental.Ended).Usage.Meters, 5)
		})
	}
}

func told(km int, after time.Duration) func(*world, time.Time) activities.LastKnown {
	return func(_ *world, begun time.Time) activities.LastKnown {
		return activities.LastKnown{SpeedKmh: 0, TripKm: km, TripAt: begun.Add(after)}
	}
}

func TestNothingToPay(t *testing.T) {
	w := newWorld(t)
	in := w.input()
	in.Tariff.Unlock, in.Tariff.Riding = 0, nil
	w.endAfter(time.Minute)
	w.run(in)
	w.consistent()
	require.Empty(t, w.payments)
	require.Zero(t, w.last(rental.Ended).Bill.Total.Minor)
}
