package alerts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/live"
)

// east is a fix so far from the plaza.
func east(s *street, meters float64) live.Values {
	return live.Values{Fix: is(s, geo.Point{Lat: plaza.Lat, Lng: plaza.Lng + meters/84_868})}
}

// settles stands it at the plaza for a while after its last ride.
func (s *street) settles() {
	s.Helper()
	s.free(plate)
	s.now = s.now.Add(3 * time.Minute)
	s.after(time.Second, plate, east(s, 0))
}

// restart is another process that watches instead.
func (s *street) restart() { s.watch = s.fresh(*s.watch) }

// frame is what a scooter says on the wire, as the bridge passes it on.
func (s *street) frame(text string) {
	s.Helper()
	m, err := protocol.Decode([]byte(text))
	require.NoError(s, err)
	e, err := event.Of(m, s.now)
	require.NoError(s, err)
	require.NoError(s, s.live.Take(s.Context(), []event.Report{e}))
}

// Either message that says that somebody moves it counts, whatever its status, and only while nobody rides it.
func TestVibrationOnTheWire(t *testing.T) {
	for _, frame := range []string{`{"a":57,"i":"12AB","s":1}`, `{"a":88,"i":"12AB","s":0}`, `{"a":88,"i":"12AB","s":7}`, `{"a":88,"i":"12AB"}`} {
		t.Run(frame, func(t *testing.T) {
			s := newStreet(t)
			s.stands(plate, fleet.InService, fleet.InUse)
			s.now = s.now.Add(10 * time.Minute)
			s.frame(frame)
			s.look()
			require.Empty(t, s.open(), "its rider does that")
			s.now = s.now.Add(time.Second)
			s.free(plate)
			s.look()
			require.Empty(t, s.open(), "or did")
			s.now = s.now.Add(10 * time.Minute)
			s.frame(frame)
			s.look()
			require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
			s.stands(plate, fleet.InService, fleet.Reserved)
			s.look()
			require.Empty(t, s.open(), "somebody has it")
		})
	}
}

// The answer to a question, however it is asked, is no movement.
func TestAnAnswerIsNoVibration(t *testing.T) {
	s := newStreet(t)
	s.free(plate)
	s.now = s.now.Add(10 * time.Minute)
	s.frame(`{"a":40,"i":"12AB","s":0}`) // set-vibration-sensitivity-ack
	s.frame(`{"a":27,"i":"12AB","b":81,"c":1,"s":0,"v":25}`)
	s.look()
	require.Empty(t, s.open())
}

// The books are read again all the time, with nothing new in them: that is no ride.
func TestReadingTheBooksIsNoRide(t *testing.T) {
	s := newStreet(t)
	s.settles()
	for meters := range 5 {
		s.now = s.now.Add(time.Minute)
		s.free(plate)
		s.after(time.Second, plate, east(s, float64(50*meters)))
	}
	require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
	s.now = s.now.Add(time.Minute)
	s.free(plate)
	s.after(time.Second, plate, east(s, 210))
	require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
}

// Who watches next knows where scooters were left, at whatever look the one before ended.
func TestWhatIsRemembered(t *testing.T) {
	t.Run("taken away while nobody watched", func(t *testing.T) {
		s := newStreet(t)
		s.settles()
		s.restart()
		s.after(5*time.Minute, plate, east(s, 250))
		require.Equal(t, []staff.AlertKind{staff.Moved}, s.open())
		s.restart()
		s.after(10*time.Minute, plate, east(s, 255))
		require.Len(t, s.open(), 1)
		s.restart()
		s.after(6*time.Minute, plate, east(s, 255))
		require.Empty(t, s.open(), "it stands there since before both restarts")
		s.restart()
		s.after(time.Minute, plate, east(s, 0))
		require.Len(t, s.books.list, 2, "from where it stood last")
	})
	t.Run("ridden while nobody watched", func(t *testing.T) {
		s := newStreet(t)
		s.settles()
		s.restart()
		s.now = s.now.Add(time.Minute)
		s.stands(plate, fleet.InService, fleet.InUse)
		s.now = s.now.Add(10 * time.Minute)
		s.free(plate)
		s.after(5*time.Minute, plate, east(s, 900))
		require.Empty(t, s.open())
	})
	t.Run("out of the area", func(t *testing.T) {
		s := newStreet(t)
		s.free(plate)
		s.after(3*time.Minute, plate, east(s, 2000))
		require.Empty(t, s.open())
		s.restart()
		s.after(2*time.Minute, plate, east(s, 2000))
		require.Equal(t, []staff.AlertKind{staff.OutOfArea}, s.open())
	})
	t.Run("not of one in the workshop", func(t *testing.T) {
		s := newStreet(t)
		s.settles()
		s.now = s.now.Add(time.Second)
		s.stands(plate, fleet.Maintenance, fleet.Free)
		s.look()
		s.restart()
		s.now = s.now.Add(time.Second)
		s.free(plate)
		s.after(5*time.Minute, plate, east(s, 5000))
		require.NotContains(t, s.open(), staff.Moved, "staff took it elsewhere")
	})
	t.Run("not what another process saw meanwhile", func(t *testing.T) {
		s := newStreet(t)
		s.settles()
		turn := &turns{mine: true}
		first := s.watch
		first.Turn = turn
		s.restart()
		s.watch.Turn = &turns{mine: true}
		turn.mine = false
		require.NoError(t, first.Look(t.Context()))
		for range 3 { // it is left 90 m away, and then again
			s.after(16*time.Minute, plate, east(s, 90))
			s.after(16*time.Minute, plate, east(s, 180))
		}
		turn.mine = true
		require.NoError(t, first.Look(t.Context()))
		require.Empty(t, s.open(), "by what it knew before, the scooter is 180 m away")
	})
}

// turns are given by the test.
type turns struct{ mine bool }

func (t *turns) Mine(context.Context) (bool, error) { return t.mine, nil }

// A fleet's notes come back whole, and those of scooters that are gone go.
func TestNotesOfAFleet(t *testing.T) {
	s := newStreet(t)
	const many = 2500
	standings := make([]fleet.Standing, many)
	for i := range standings {
		standings[i] = fleet.Standing{Plate: fmt.Sprint("S", i), Service: fleet.InService, Hold: fleet.Free, At: s.now}
	}
	stand := func(meters float64) {
		s.now = s.now.Add(3 * time.Minute)
		reports := make([]live.Report, many)
		for i := range reports {
			reports[i] = live.Report{Plate: fmt.Sprint("S", i), Seen: s.now, Values: east(s, meters)}
		}
		require.NoError(t, s.live.Update(t.Context(), reports))
		s.look()
	}
	require.NoError(t, s.live.Stand(t.Context(), standings))
	stand(0)
	kept, err := s.redis.HLen(t.Context(), s.notes).Result()
	require.NoError(t, err)
	require.EqualValues(t, many, kept)
	for i := range 10 {
		standings[i] = fleet.Standing{Plate: fmt.Sprint("S", i), At: s.now}
	}
	require.NoError(t, s.live.Stand(t.Context(), standings[:10]))
	require.NoError(t, s.redis.HSet(t.Context(), s.notes, "S10", "nonsense").Err())
	s.restart()
	stand(300)
	require.Len(t, s.open(), many-11)
	kept, err = s.redis.HLen(t.Context(), s.notes).Result()
	require.NoError(t, err)
	require.EqualValues(t, many-10, kept)
}
