package firmware

import (
	"slices"
	"strconv"
	"time"

	// The zones are in the binary: a maintenance window does not depend on the machine.
	_ "time/tzdata"
)

// Window is the hours in which upgrades may begin: every day, or on some days of the week, from one time on the clock on the wall
// to another. One that ends before it begins ends the next day, and belongs to the day on which it begins; none ends
// when it begins. A clock that is put forward over the beginning opens it late, or not at all that day; what a clock that is
// put back shows twice counts twice.
type Window struct {
	Days []time.Weekday `json:"days,omitempty"` // on which it begins; empty: every day
	From Clock          `json:"from"`
	To   Clock          `json:"to"`
	Zone string         `json:"zone"` // of the IANA, such as Europe/Madrid
}

// Clock is a time of day, in minutes since midnight as the clock on the wall shows them.
type Clock int

const dayMinutes = 24 * 60

// Check is the fault that names every field that makes no sense, and why: ErrRolloutInvalid.
func (w Window) Check() error { return Invalid(w.check()...) }

func (w Window) check() (all flaws) {
	clock := func(c Clock) bool { return c >= 0 && c < dayMinutes }
	noDay := func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }
	all.unless(clock(w.From), "window.from", FlawClock)
	all.unless(clock(w.To), "window.to", FlawClock)
	all.unless(w.From != w.To || !clock(w.To), "window.to", FlawEmptyWindow)
	all.unless(len(w.Days) <= 7 && !slices.ContainsFunc(w.Days, noDay), "window.days", FlawDay)
	_, err := time.LoadLocation(w.Zone)
	// The machine's own zone is nobody's.
	all.unless(err == nil && w.Zone != "" && w.Zone != "Local", "window.zone", FlawZone, strconv.Quote(w.Zone))
	return all
}

// Open reports whether upgrades may begin at a moment.
func (w Window) Open(at time.Time) bool { return w.shows(at.In(w.location())) }

// NextOpening is the first moment from then on at which the window is open.
func (w Window) NextOpening(at time.Time) time.Time {
	zone := w.location()
	for {
		local := at.In(zone)
		if w.shows(local) {
			return at
		}
		// Until the clock is put forward or back the next time, it is an ordinary one.
		_, offset := local.Zone()
		next := w.begins(local.In(time.FixedZone("", offset)))
		_, change := local.ZoneBounds()
		if change.IsZero() || next.Before(change) {
			return next.UTC()
		}
		at = change.UTC()
	}
}

// shows reports whether the window is open when the clock on the wall shows this.
func (w Window) shows(local time.Time) bool {
	now := Clock(local.Hour()*60 + local.Minute())
	today := w.on(local.Weekday())
	if w.From < w.To {
		return today && now >= w.From && now < w.To
	}
	yesterday := w.on((local.Weekday() + 6) % 7)
	return today && now >= w.From || yesterday && now < w.To
}

// begins is the next beginning after a moment on a clock that is never put forward or back.
func (w Window) begins(after time.Time) time.Time {
	for day := 0; ; day++ {
		begin := time.Date(after.Year(), after.Month(), after.Day()+day, 0, int(w.From), 0, 0, after.Location())
		if begin.After(after) && w.on(begin.Weekday()) {
			return begin
		}
	}
}

func (w Window) on(d time.Weekday) bool { return len(w.Days) == 0 || slices.Contains(w.Days, d) }

// location is the zone; one that nobody knows any more is UTC.
func (w Window) location() *time.Location {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}
