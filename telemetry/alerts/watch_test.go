package alerts_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/telemetry/alerts"
	"rodada/telemetry/live"
)

const plate = "12AB"

// Each kind opens at its limit, stays open within the hysteresis, and closes by itself beyond it.
func TestEachKindOpensAndCloses(t *testing.T) {
	percent := func(n int) func(*street) live.Values {
		return func(s *street) live.Values { return live.Values{Battery: is(s, n)} }
	}
	speed := func(kmh int) func(*street) live.Values {
		return func(s *street) live.Values { return live.Values{SpeedKmh: is(s, kmh), LimitKmh: is(s, 25)} }
	}
	lies := func(v bool) func(*street) live.Values {
		return func(s *street) live.Values { return live.Values{Fallen: is(s, v)} }
	}
	fault := func(n int) func(*street) live.Values {
		return func(s *street) live.Values { return live.Values{Fault: is(s, n)} }
	}
	for kind, c := range map[staff.AlertKind]struct{ fine, wrong, between, well func(*street) live.Values }{
		staff.LowBattery: {percent(15), percent(14), percent(19), percent(20)},
		staff.Speeding:   {speed(30), speed(31), speed(28), speed(25)},
		staff.Fallen:     {lies(false), lies(true), lies(true), lies(false)},
		staff.Fault:      {fault(0), fault(3), fault(4), fault(0)},
	} {
		t.Run(string(kind), func(t *testing.T) {
			s := newStreet(t)
			s.free(plate)
			s.after(0, plate, c.fine(s))
			require.Empty(t, s.open())
			s.after(time.Second, plate, c.wrong(s))
			require.Equal(t, []staff.AlertKind{kind}, s.open())
			require.NotEmpty(t, s.books.list[0].Text)
			s.after(time.Second, plate, c.wrong(s))
			s.after(time.Second, plate, c.between(s))
			require.Equal(t, []staff.AlertKind{kind}, s.open())
			s.after(time.Second, plate, c.well(s))
			require.Empty(t, s.open())
			require.Len(t, s.books.list, 1)
			require.Equal(t, staff.System, s.books.list[0].ClosedBy)
		})
	}
}

// A scooter knows how it stands only while it is on.
func TestFallenAndSwitchedOff(t *testing.T) {
	s := newStreet(t)
	lies := func(v bool) live.Values { return live.Values{Powered: is(s, true), Fallen: is(s, v)} }
	off := func() live.Values { return live.Values{Powered: is(s, false)} }
	s.free(plate)
	s.after(time.Minute, plate, lies(true))
	require.Equal(t, []staff.AlertKind{staff.Fallen}, s.open())
	for range 14 {
		s.after(time.Minute, plate, off())
		require.Equal(t, []staff.AlertKind{staff.Fallen}, s.open(), "to switch it off does not raise it")
	}
	s.after(time.Minute, plate, off())
	require.Empty(t, s.open(), "nobody knows any more")
	s.restart()
	s.after(48*time.Hour, plate, off())
	require.Empty(t, s.open(), "what it said two days ago opens nothing")
	s.after(time.Minute, plate, lies(true))
	require.Len(t, s.open(), 1, "it lies there still")
	s.after(time.Minute, plate, off())
	require.NoError(t, s.books.CloseAlert(t.Context(), plate, staff.Fallen, "eva@example.org"))
	s.after(2*time.Minute, plate, off())
	require.Empty(t, s.open(), "staff have closed it")
}

// One that stands there, off, is knocked over: it says so once, in a 55, and goes on with heartbeats that say nothing of it.
func TestFallenWhileOff(t *testing.T) {
	s := newStreet(t)
	off := func() live.Values { return live.Values{Powered: is(s, false)} }
	s.free(plate)
	s.after(time.Minute, plate, off())
	s.now = s.now.Add(time.Minute)
	s.says(plate, live.Values{Fallen: is(s, true)})
	s.after(time.Second, plate, off())
	require.Equal(t, []staff.AlertKind{staff.Fallen}, s.open(), "though a heartbeat came before the next look")
	for range 5 {
		s.after(14*time.Minute, plate, off())
		require.Len(t, s.open(), 1, "nobody has put it up")
	}
	s.restart()
	s.after(time.Minute, plate, off())
	require.Len(t, s.open(), 1)
	s.after(time.Minute, plate, live.Values{Fallen: is(s, false)})
	require.Empty(t, s.open())
}

func TestOffline(t *testing.T) {
	s := newStreet(t)
	s.free(plate)
	s.free("never")
	s.after(0, plate, live.Values{Battery: is(s, 5)})
	require.Equal(t, []staff.AlertKind{staff.LowBattery}, s.open())
	s.now = s.now.Add(15 * time.Minute)
	s.look()
	require.Len(t, s.open(), 1, "one that was never heard is no concern of the watch")
	s.now = s.now.Add(time.Minute)
	s.look()
	require.Equal(t, []staff.AlertKind{staff.LowBattery, staff.Offline}, s.open(), "its battery is not better for its silence")
	s.after(time.Minute, plate, live.Values{Battery: is(s, 90)})
	require.Empty(t, s.open())
}

func TestMovedWithoutARide(t *testing.T) {
	t.Run("taken away, and left elsewhere", func(t *testing.T) {
		s := newStreet(t)
		s.free(plate)
		for _, meters := range []float64{0, 60, -30, 90} { // its receiver's noise
			s.after(3*time.Minute, plate, east(s, meters))
			require.Empty(t, s.open())
		}
		s.after(time.Minute, plate, east(s, 250))
		require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
		s.after(10*time.Minute, plate, east(s, 260))
		require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
		s.after(6*time.Minute, plate, east(s, 255))
		require.Empty(t, s.open(), "it stands there now")
	})
	t.Run("a ride takes it away", func(t *testing.T) {
		s := newStreet(t)
		s.free(plate)
		s.after(3*time.Minute, plate, east(s, 0))
		s.stands(plate, fleet.InService, fleet.InUse)
		s.after(5*time.Minute, plate, east(s, 800))
		s.now = s.now.Add(time.Second)
		s.free(plate)
		s.after(time.Minute, plate, east(s, 810))
		s.after(2*time.Minute, plate, east(s, 820))
		s.after(time.Minute, plate, east(s, 820)) // the first fix after it has settled
		require.Empty(t, s.open())
		s.after(time.Minute, plate, east(s, 700))
		require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
	})
	t.Run("shaken", func(t *testing.T) {
		s := newStreet(t)
		s.free(plate)
		s.after(time.Minute, plate, live.Values{Vibrated: is(s, true)})
		require.Empty(t, s.open(), "the rider is just leaving")
		s.now = s.now.Add(5 * time.Minute)
		s.says(plate, live.Values{Vibrated: is(s, true)})
		s.look()
		require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
		s.after(10*time.Minute, plate, live.Values{Battery: is(s, 50)})
		require.Len(t, s.open(), 1)
		s.after(6*time.Minute, plate, live.Values{Battery: is(s, 50)})
		require.Empty(t, s.open())
	})
	t.Run("an alarm during a ride is the rider's", func(t *testing.T) {
		s := newStreet(t)
		s.stands(plate, fleet.InService, fleet.InUse)
		s.after(time.Hour, plate, live.Values{Vibrated: is(s, true), Alarm: is(s, true)})
		require.Empty(t, s.open())
	})
}

func TestOutOfArea(t *testing.T) {
	s := newStreet(t)
	far := geo.Point{Lat: plaza.Lat + 0.02, Lng: plaza.Lng}
	s.stands(plate, fleet.InService, fleet.InUse)
	s.after(time.Hour, plate, live.Values{Fix: is(s, far)})
	require.Empty(t, s.open(), "a ride may go there")
	s.now = s.now.Add(time.Second)
	s.free(plate)
	s.after(time.Second, plate, live.Values{Fix: is(s, far)})
	require.Empty(t, s.open(), "a fix may be wrong")
	s.after(2*time.Minute, plate, live.Values{Fix: is(s, far)})
	require.Equal(t, []staff.AlertKind{staff.OutOfArea}, s.open())
	s.stands(plate, fleet.InService, fleet.InUse)
	s.after(time.Minute, plate, live.Values{Fix: is(s, plaza)})
	s.now = s.now.Add(time.Second)
	s.free(plate)
	s.after(time.Second, plate, live.Values{Fix: is(s, plaza)})
	require.Empty(t, s.open())
}

func TestWhoIsOutOfServiceIsNotWatched(t *testing.T) {
	s := newStreet(t)
	s.free(plate)
	s.after(0, plate, live.Values{Battery: is(s, 1), Fallen: is(s, true)})
	require.Len(t, s.open(), 2)
	s.now = s.now.Add(time.Second)
	s.stands(plate, fleet.Maintenance, fleet.Free)
	s.look()
	require.Empty(t, s.open())
	s.after(time.Hour, plate, live.Values{Fault: is(s, 3)})
	require.Empty(t, s.open())
	s.says("stranger", live.Values{Battery: is(s, 1)})
	s.look()
	require.Empty(t, s.open(), "the books have no such scooter")
}

// What staff close stays closed while it lasts, for a day or until it was well.
func TestWhatStaffClose(t *testing.T) {
	s := newStreet(t)
	s.free(plate)
	low := func() live.Values { return live.Values{Battery: is(s, 5)} }
	s.after(0, plate, low())
	require.NoError(t, s.books.CloseAlert(t.Context(), plate, staff.LowBattery, "eva@example.org"))
	for range 5 {
		s.after(2*time.Minute, plate, low())
		require.Empty(t, s.open())
	}
	s.restart()
	s.after(2*time.Minute, plate, low())
	require.Empty(t, s.open())
	s.after(2*time.Minute, plate, live.Values{Battery: is(s, 90)})
	s.after(2*time.Minute, plate, low())
	require.Len(t, s.open(), 1, "it was well")
	require.NoError(t, s.books.CloseAlert(t.Context(), plate, staff.LowBattery, "eva@example.org"))
	s.after(2*time.Minute, plate, low())
	require.Empty(t, s.open())
	s.after(24*time.Hour, plate, low())
	require.Len(t, s.open(), 1, "a day later it is told again")
}

func TestAnAlertThatLastsIsToldAgain(t *testing.T) {
	s := newStreet(t)
	s.free(plate)
	for hour := range 73 {
		s.after(time.Hour, plate, live.Values{Battery: is(s, 5)})
		require.Len(t, s.open(), 1)
		require.Equal(t, hour/25, s.books.list[0].Repeats, hour)
	}
	require.Len(t, s.books.list, 1)
}

// Two processes watch; one does at a time, and the other takes over when it is gone.
func TestOneWatchesAtATime(t *testing.T) {
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	s := &street{T: t, live: live.New(client, prefix), now: noon}
	s.books = &books{now: func() time.Time { return s.now }, told: map[int64]time.Time{}}
	first, second := s.another(client, prefix), s.another(client, prefix)
	counts := prometheus.NewRegistry()
	first.Rounds = alerts.NewRounds(counts)
	s.free(plate)
	s.says(plate, live.Values{Battery: is(s, 5)})
	for range 3 {
		require.NoError(t, first.Look(t.Context()))
		require.NoError(t, second.Look(t.Context()))
	}
	require.Equal(t, 1, s.books.calls)

	require.NoError(t, client.Del(t.Context(), prefix+"alerts:turn").Err()) // the first one is gone, and its turn runs out
	require.NoError(t, second.Look(t.Context()))
	require.Equal(t, 1, s.books.calls, "the second one knows what is open")
	s.now = s.now.Add(time.Second)
	s.says(plate, live.Values{Battery: is(s, 90)})
	require.NoError(t, second.Look(t.Context()))
	require.Empty(t, s.open())
	require.NoError(t, first.Look(t.Context()))
	require.Equal(t, 2, s.books.calls)
	require.NoError(t, client.Set(t.Context(), prefix+"alerts:turn", "nonsense", 0).Err())
	require.NoError(t, first.Look(t.Context()))
	require.NoError(t, client.Del(t.Context(), prefix+"alerts:turn").Err())
	s.books.fail = errors.New("down")
	require.Error(t, first.Look(t.Context()))
	require.Equal(t, map[string]int{"changes": 2, "failed": 1, "fleet": 1, "others": 2}, counted(t, counts))
}

// What staff closed while another process watched stays closed for the one that watches again.
func TestWhoWatchesAgainKnowsWhatStaffClosed(t *testing.T) {
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	s := &street{T: t, live: live.New(client, prefix), now: noon}
	s.books = &books{now: func() time.Time { return s.now }, told: map[int64]time.Time{}}
	first, second := s.another(client, prefix), s.another(client, prefix)
	watch := func(w *alerts.Watch, others *alerts.Watch) {
		require.NoError(t, client.Del(t.Context(), prefix+"alerts:turn").Err())
		require.NoError(t, w.Look(t.Context()))
		require.NoError(t, others.Look(t.Context()))
	}
	s.free(plate)
	s.says(plate, live.Values{Battery: is(s, 90)})
	watch(first, second)
	s.now = s.now.Add(time.Second)
	s.says(plate, live.Values{Battery: is(s, 5)})
	watch(second, first)
	require.Len(t, s.open(), 1)
	require.NoError(t, s.books.CloseAlert(t.Context(), plate, staff.LowBattery, "eva@example.org"))
	watch(first, second)
	require.Empty(t, s.open())
}

// Books that fail for a while make an alert late, and lose none.
func TestBooksThatFail(t *testing.T) {
	s := newStreet(t)
	for i := range 10 {
		s.free(fmt.Sprint("S", i))
		s.says(fmt.Sprint("S", i), live.Values{Battery: is(s, 50)})
	}
	s.look()
	s.books.fail = errors.New("down")
	s.now = s.now.Add(time.Second)
	for i := range 10 {
		s.says(fmt.Sprint("S", i), live.Values{Battery: is(s, 5)})
	}
	for range 3 {
		require.Error(t, s.watch.Look(t.Context()))
	}
	s.books.fail = nil
	s.look()
	require.Len(t, s.open(), 10)
	s.look()
	require.Len(t, s.books.list, 10)
}

// counted is the values of the only counter, by its label.
func counted(t *testing.T, r *prometheus.Registry) map[string]int {
	t.Helper()
	families, err := r.Gather()
	require.NoError(t, err)
	require.Len(t, families, 1)
	values := map[string]int{}
	for _, m := range families[0].GetMetric() {
		values[m.GetLabel()[0].GetValue()] = int(m.GetCounter().GetValue())
	}
	return values
}
