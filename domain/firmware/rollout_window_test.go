package firmware_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/firmware"
)

func clock(hours, minutes int) firmware.Clock { return firmware.Clock(hours*60 + minutes) }

func at(t *testing.T, zone, local string) time.Time {
	t.Helper()
	where, err := time.LoadLocation(zone)
	require.NoError(t, err)
	when, err := time.ParseInLocation("2006-01-02 15:04:05", local, where)
	require.NoError(t, err)
	return when
}

func TestWindowOpens(t *testing.T) {
	nights := firmware.Window{From: clock(2, 0), To: clock(5, 0), Zone: "Europe/Madrid"}
	weekend := firmware.Window{Days: []time.Weekday{time.Friday, time.Saturday}, From: clock(23, 0), To: clock(4, 30), Zone: "Europe/Madrid"}
	most := firmware.Window{From: clock(6, 0), To: clock(5, 59), Zone: "Europe/Madrid"}
	gap := firmware.Window{From: clock(2, 10), To: clock(2, 50), Zone: "Europe/Madrid"}
	across := firmware.Window{From: clock(2, 30), To: clock(5, 0), Zone: "Europe/Madrid"}
	twice := firmware.Window{From: clock(2, 0), To: clock(2, 30), Zone: "Europe/Madrid"}
	chatham := firmware.Window{From: clock(2, 0), To: clock(3, 0), Zone: "Pacific/Chatham"}
	for name, c := range map[string]struct {
		window     firmware.Window
		zone       string
		from, next string
	}{
		"in it":                              {nights, "Europe/Madrid", "2026-11-23 02:00:00", "2026-11-23 02:00:00"},
		"a second before":                    {nights, "Europe/Madrid", "2026-11-23 01:59:59", "2026-11-23 02:00:00"},
		"its end is outside":                 {nights, "Europe/Madrid", "2026-11-23 05:00:00", "2026-11-24 02:00:00"},
		"days: the night of a Friday":        {weekend, "Europe/Madrid", "2026-11-23 12:00:00", "2026-11-27 23:00:00"},
		"days: Saturday before dawn":         {weekend, "Europe/Madrid", "2026-11-28 04:29:59", "2026-11-28 04:29:59"},
		"days: Friday before dawn is closed": {weekend, "Europe/Madrid", "2026-11-27 03:00:00", "2026-11-27 23:00:00"},
		"all but a minute":                   {most, "Europe/Madrid", "2026-11-23 05:59:01", "2026-11-23 06:00:00"},
		"put forward over all of it":         {gap, "Europe/Madrid", "2026-03-28 12:00:00", "2026-03-30 02:10:00"},
		"put forward over the beginning":     {across, "Europe/Madrid", "2026-03-29 01:00:00", "2026-03-29 03:00:00"},
		"a quarter of an hour off":           {chatham, "Pacific/Chatham", "2026-09-26 12:00:00", "2026-09-27 02:00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, c.window.Check())
			require.Equal(t, at(t, c.zone, c.next).UTC(), c.window.NextOpening(at(t, c.zone, c.from)).UTC())
		})
	}
	second := at(t, "Europe/Madrid", "2026-10-25 03:00:00").Add(-time.Hour) // 2 o'clock once again
	require.Equal(t, second.Add(-time.Hour).UTC(), twice.NextOpening(at(t, "Europe/Madrid", "2026-10-24 12:00:00")).UTC())
	require.Equal(t, second.UTC(), twice.NextOpening(second.Add(-15*time.Minute)).UTC())
}

func TestWindowSaysWhatIsWrong(t *testing.T) {
	good := firmware.Window{From: 60, To: 120, Zone: "America/Bogota"}
	require.NoError(t, good.Check())
	for name, c := range map[string]struct {
		spoil func(*firmware.Window)
		want  firmware.Flaw
	}{
		"from":    {func(w *firmware.Window) { w.From = 24 * 60 }, firmware.Flaw{Field: "window.from", What: firmware.FlawClock}},
		"to":      {func(w *firmware.Window) { w.To = -1 }, firmware.Flaw{Field: "window.to", What: firmware.FlawClock}},
		"no time": {func(w *firmware.Window) { w.To = w.From }, firmware.Flaw{Field: "window.to", What: firmware.FlawEmptyWindow}},
		"days":    {func(w *firmware.Window) { w.Days = []time.Weekday{7} }, firmware.Flaw{Field: "window.days", What: firmware.FlawDay}},
	} {
		t.Run(name, func(t *testing.T) {
			w := good
			c.spoil(&w)
			require.Equal(t, []firmware.Flaw{c.want}, flawsOf(t, w.Check()))
		})
	}
	for _, zone := range []string{"", "Local", "../etc/passwd", "Europe/Atlantis", "europe/madrid"} {
		w := good
		w.Zone = zone
		require.Equal(t, []firmware.Flaw{{Field: "window.zone", What: firmware.FlawZone, Said: strconv.Quote(zone)}}, flawsOf(t, w.Check()))
	}
}

// The next opening is the first open minute that somebody finds who looks at the clock on the wall every minute.
func TestWindowOpensWhenTheClockOnTheWallSays(t *testing.T) {
	zones := []string{"Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Bogota", "Africa/Casablanca", "UTC", "Asia/Kathmandu"}
	// Weeks in which one of these clocks is put forward or back, a day is left out, or nothing happens.
	weeks := []string{"2026-03-05", "2026-03-26", "2026-04-02", "2026-10-01", "2026-10-22", "2026-10-29", "2011-12-28", "2026-02-14", "2026-03-20", "2026-06-10"}
	rapid.Check(t, func(t *rapid.T) {
		w := firmware.Window{
			Days: rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 0, 3, rapid.ID).Draw(t, "days"),
			From: firmware.Clock(rapid.IntRange(0, 24*60-1).Draw(t, "from")),
			To:   firmware.Clock(rapid.IntRange(0, 24*60-1).Draw(t, "to")),
			Zone: rapid.SampledFrom(zones).Draw(t, "zone"),
		}
		if w.From == w.To {
			require.Error(t, w.Check())
			return
		}
		require.NoError(t, w.Check())
		from, err := time.Parse(time.DateOnly, rapid.SampledFrom(weeks).Draw(t, "week"))
		require.NoError(t, err)
		from = from.Add(time.Duration(rapid.IntRange(0, 5*24*3600).Draw(t, "second")) * time.Second)

		next := w.NextOpening(from)
		require.False(t, next.Before(from))
		require.True(t, w.Open(next), "it is open then")
		require.Less(t, next.Sub(from), 15*24*time.Hour)
		for minute := from; minute.Before(next); minute = minute.Truncate(time.Minute).Add(time.Minute) {
			require.False(t, shows(t, w, minute), "it is open before: %s", minute)
		}
		require.True(t, shows(t, w, next))
	})
}

// shows is how a person would say it.
func shows(t *rapid.T, w firmware.Window, at time.Time) bool {
	zone, err := time.LoadLocation(w.Zone)
	require.NoError(t, err)
	wall := at.In(zone)
	begins := func(day time.Weekday) bool {
		for _, d := range w.Days {
			if d == day {
				return true
			}
		}
		return len(w.Days) == 0
	}
	now, from, to := wall.Format("15:04"), text(w.From), text(w.To)
	if from < to {
		return begins(wall.Weekday()) && from <= now && now < to
	}
	dayBefore := time.Weekday((int(wall.Weekday()) + 6) % 7)
	return begins(wall.Weekday()) && now >= from || begins(dayBefore) && now < to
}

func text(c firmware.Clock) string {
	return time.Date(2000, 1, 1, int(c)/60, int(c)%60, 0, 0, time.UTC).Format("15:04")
}
