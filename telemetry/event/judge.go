package event

import (
	"time"

	"rodada/domain/fleet"
	"rodada/geo"
)

// Limits are what a Judge believes.
type Limits struct {
	MaxKmh int // what no scooter of the fleet drives on its own. Default: 50
	// Agree is how many fixes in a row, each reachable from the one before, are believed against all that was known: somebody
	// carried the scooter, or what was known was wrong. Default: 3.
	Agree int
	// Scooters is how many a Judge remembers; beyond, it forgets some. Default: 200,000.
	Scooters int
}

func (l Limits) complete() Limits {
	if l.MaxKmh <= 0 {
		l.MaxKmh = 50
	}
	if l.Agree <= 0 {
		l.Agree = 3
	}
	if l.Scooters <= 0 {
		l.Scooters = 200_000
	}
	return l
}

// Judge tells positions that can be believed from those that can't, by what each scooter said before. It does no more than
// remember, and it is for one goroutine: who shards by plate keeps one per shard.
type Judge struct {
	limits Limits
	tracks map[string]track
}

// track is what a Judge knows of a scooter.
type track struct {
	good   fleet.Sighted // the newest place that is believed; without a time: none is
	doubt  fleet.Sighted // the newest of those that are too far from it
	doubts int           // how many of those in a row agree
	old    int           // how many times in a row that are behind
	clock  time.Time     // the newest of these
}

// NewJudge returns a Judge that knows nothing yet.
func NewJudge(l Limits) *Judge { return &Judge{limits: l.complete(), tracks: map[string]track{}} }

// Knows reports whether the Judge has a good place of a scooter to go by.
func (j *Judge) Knows(plate string) bool { return !j.tracks[plate].good.At.IsZero() }

// Seed gives it a place that was believed before, unless it knows a newer one.
func (j *Judge) Seed(plate string, place fleet.Sighted) {
	if t := j.tracks[plate]; place.At.After(t.good.At) {
		t.good = place
		j.remember(plate, t)
	}
}

// Judge marks what is wrong with the report's position. The report's facts are its own: they change in place.
func (j *Judge) Judge(r *Report) {
	for i, f := range r.Facts {
		p, ok := f.(Position)
		if !ok || p.Flaw != NoFlaw {
			continue
		}
		t := j.tracks[r.Plate]
		p.Flaw = t.judge(r, p.Point, j.limits)
		r.Facts[i] = p
		j.remember(r.Plate, t)
	}
}

func (j *Judge) remember(plate string, t track) {
	if _, known := j.tracks[plate]; !known && len(j.tracks) >= j.limits.Scooters {
		for other := range j.tracks { // any: a forged plate is as likely to go as another
			delete(j.tracks, other)
			break
		}
	}
	j.tracks[plate] = t
}

func (t *track) judge(r *Report, place geo.Point, l Limits) Flaw {
	if t.kept(r, l.Agree) {
		return Old
	}
	here := fleet.Sighted{Position: place, At: r.At()}
	if t.good.At.IsZero() || t.good.Reaches(here, l.MaxKmh) {
		if !here.At.Before(t.good.At) { // a late one tells nothing of where it is now
			t.good, t.doubts = here, 0
		}
		return NoFlaw
	}
	switch {
	case here.At.Before(t.good.At):
		return Jump
	case t.doubts == 0 || !t.doubt.Reaches(here, l.MaxKmh):
		t.doubt, t.doubts = here, 1
	case here.At.After(t.doubt.At): // a message that comes twice agrees with nobody
		t.doubt, t.doubts = here, t.doubts+1
	}
	if t.doubts < l.Agree {
		return Jump
	}
	t.good, t.doubts = here, 0
	return NoFlaw
}

// kept reports whether a fix may be one of days ago that the box kept until now. A box that is always behind has a wrong clock, and
// is where it says when it is heard.
func (t *track) kept(r *Report, agree int) bool {
	if r.Clock() != Behind {
		t.old = 0
		return false
	}
	if t.old < agree && !r.Device.Equal(t.clock) {
		t.old++
	}
	t.clock = r.Device
	return t.old < agree
}
