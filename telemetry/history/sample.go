package history

import (
	"cmp"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"time"

	"rodada/geo"
	"rodada/telemetry/event"
)

// Pace is the time that is at least between two stored points of a kind of one scooter. Zero stores all.
type Pace struct {
	GPS, Speed, Battery, Status, Signal time.Duration
}

// DefaultPace is the seed's.
func DefaultPace() Pace {
	return Pace{GPS: 5 * time.Second, Speed: 5 * time.Second, Battery: 20 * time.Second, Status: 30 * time.Second, Signal: 15 * time.Second}
}

const (
	parts = 11
	// flawed is the place of positions that are not believed, which must not crowd out those that are.
	flawed = parts
	// remembered is how many stored positions of a scooter are known, so that a late or repeated one meets the same fate again.
	remembered = 8
	// generation is how many scooters are known before those that were not heard of since the last time are forgotten.
	generation = 250_000
)

// Sampler thins readings to a pace. What comes slower is all kept, and a status that changed always. It is for one goroutine:
// it sees the messages of a scooter in the order in which they come.
//
// A position is judged by the device's time: one that was kept is known by its time and place when it is delivered again, and one that was thinned
// lies too close to one that was kept, however often it comes.
type Sampler struct {
	pace         [parts]int64 // ms
	young, older map[string]*track
}

// track is what is known of one scooter.
type track struct {
	due  [parts + 1]int64 // ms; what comes before is too early
	kept []kept           // positions, ascending

	powered, fallen, alarm bool
	fault                  int
}

// kept is a position that is stored. Clocks of boxes count whole seconds, so two of one time may be of two places.
type kept struct {
	at   int64 // ms
	said uint32
}

// seed is of the fingerprints of what positions say.
var seed = maphash.MakeSeed()

// said is a fingerprint of what a reading of a position says.
func (r *Reading) said() uint32 {
	return uint32(maphash.Comparable(seed, struct {
		geo.Point
		alarm bool
	}{r.Position, r.Alarm}))
}

// NewSampler begins with no scooter known, each of whose first points are kept.
func NewSampler(pace Pace) *Sampler {
	s := &Sampler{young: map[string]*track{}}
	for part, d := range map[Part]time.Duration{
		PartPosition: pace.GPS, PartSpeed: pace.Speed, PartTrip: pace.Speed, PartLimit: pace.Speed, PartPercent: pace.Battery, PartVolts: pace.Battery,
		PartPowered: pace.Status, PartFallen: pace.Status, PartFault: pace.Status, PartAlarm: pace.Status, PartSignal: pace.Signal,
	} {
		s.pace[part.index()] = d.Milliseconds()
	}
	return s
}

func (p Part) index() int { return bits.TrailingZeros16(uint16(p)) }

// Thin takes away from a reading what is not to be stored. It reports whether the reading is a position that is stored already.
func (s *Sampler) Thin(r *Reading) (repeated bool) {
	if r.Parts == 0 {
		return false
	}
	t, at := s.track(r.Plate), r.At.UnixMilli()
	if r.Parts&PartPosition != 0 {
		keep, repeated, late := t.position(kept{at, r.said()}, s.pace[PartPosition.index()], r.Flaw)
		switch {
		case repeated:
			r.Parts &^= PartPosition | PartAlarm
			return true
		case !keep:
			r.Parts &^= PartPosition
		}
		if late && keep {
			return false // its alarm is of then
		}
		if late {
			r.Parts &^= PartAlarm
		}
	}
	for rest := r.Parts &^ PartPosition; rest != 0; rest &= rest - 1 {
		part := rest & -rest
		if !t.pass(part.index(), at, s.pace[part.index()], t.changed(r, part)) {
			r.Parts &^= part
		}
	}
	return false
}

// changed reports whether a status is another one than before.
func (t *track) changed(r *Reading, part Part) (changed bool) {
	switch part {
	case PartPowered:
		changed, t.powered = r.Powered != t.powered, r.Powered
	case PartFallen:
		changed, t.fallen = r.Fallen != t.fallen, r.Fallen
	case PartFault:
		changed, t.fault = r.Fault != t.fault, r.Fault
	case PartAlarm:
		changed, t.alarm = r.Alarm != t.alarm, r.Alarm
	}
	return changed
}

// pass reports whether a point is due. The phase is kept, so that one that comes a little late does not make the next early.
func (t *track) pass(i int, at, pace int64, changed bool) bool {
	due := t.due[i]
	switch {
	case changed || due == 0 || at >= due+pace || at < due-2*pace: // at its own time, the first, after a silence, or the clock was put back
		t.due[i] = at + pace
	case at >= due:
		t.due[i] = max(due+pace, at+pace/2)
	default:
		return false
	}
	return true
}

// position reports whether one is to be stored, is stored already, and came after a later one. Of two of one time the history has
// the second only if it has all.
func (t *track) position(p kept, pace int64, flaw event.Flaw) (keep, repeated, late bool) {
	at := p.at
	if flaw != event.NoFlaw {
		return t.pass(flawed, at, pace, false), false, false
	}
	place, found := slices.BinarySearchFunc(t.kept, at, func(k kept, at int64) int { return cmp.Compare(k.at, at) })
	switch {
	case found && t.kept[place].said == p.said:
		return false, true, false
	case found:
		if pace == 0 {
			t.kept[place] = p
		}
		return pace == 0, false, place < len(t.kept)-1
	case place == len(t.kept):
		if !t.pass(PartPosition.index(), at, pace, false) {
			return false, false, false
		}
	case place > 0 && at-t.kept[place-1].at < pace, t.kept[place].at-at < pace:
		return false, false, true
	}
	late = place < len(t.kept)
	if len(t.kept) == remembered {
		if place == 0 {
			return true, false, true
		}
		copy(t.kept, t.kept[1:place])
		t.kept[place-1] = p
		return true, false, late
	}
	t.kept = slices.Insert(t.kept, place, p)
	return true, false, late
}

func (s *Sampler) track(plate string) *track {
	if t := s.young[plate]; t != nil {
		return t
	}
	if len(s.young) >= generation {
		s.young, s.older = map[string]*track{}, s.young
	}
	plate = strings.Clone(plate) // a piece of its message
	t := s.older[plate]
	if t == nil {
		t = &track{kept: make([]kept, 0, remembered)}
	}
	s.young[plate] = t
	return t
}
