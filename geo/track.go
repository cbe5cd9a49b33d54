package geo

import (
	"math"
	"slices"
	"time"
)

// track is the estimates of one part, which has no gap.
type track struct {
	plane    plane
	fixes    []Fix
	push     []float64  // how hard the thing was pushed on the way to each fix, as after takes it
	foretold []estimate // by what came before
	filtered []estimate // by what came before and then
	smoothed []estimate // by everything
}

func newTrack(fixes []Fix, push float64) *track {
	n := len(fixes)
	return &track{
		plane: planeAt(fixes[0].Point), fixes: fixes, push: slices.Repeat([]float64{push}, n),
		foretold: make([]estimate, n), filtered: make([]estimate, n), smoothed: make([]estimate, n),
	}
}

// run smooths once. A speed without a heading is used in the direction that the run before found, so it takes a few.
func (t *track) run() {
	for i, f := range t.fixes {
		if i > 0 {
			t.foretold[i] = t.filtered[i-1].after(t.seconds(i), t.push[i])
		} else {
			t.foretold[i] = startAt(t.plane.to(f.Point))
		}
		t.filtered[i] = t.foretold[i]
		t.filtered[i].learnFix(f, t.plane.to(f.Point), t.smoothed[i].speed())
	}
	last := len(t.fixes) - 1
	t.smoothed[last] = t.filtered[last]
	for i := last - 1; i >= 0; i-- {
		t.smoothed[i] = t.filtered[i].before(t.seconds(i+1), &t.foretold[i+1], &t.smoothed[i+1])
	}
}

// seconds is how long after the one before the fix at i was made.
func (t *track) seconds(i int) float64 { return t.fixes[i].At.Sub(t.fixes[i-1].At).Seconds() }

// adapt sets each push by how hard the last run saw it. Who drives straight on is hardly pushed at all, and in a corner hard: the
// pushes have the tails of Student's distribution, and this is its step of expectation and maximisation.
func (t *track) adapt() {
	const tails, most = 2, 50
	for i := 1; i < len(t.fixes); i++ {
		seconds := t.seconds(i)
		pushed := t.filtered[i-1].pushed(seconds, &t.foretold[i], &t.smoothed[i-1], &t.smoothed[i])
		seen := 0.0 // the spread of what happened, in those of what is usual
		for axis := range 2 {
			way, speed, both := pushed[axis][axis], pushed[axis+2][axis+2], pushed[axis][axis+2]
			seen += 12*way/(seconds*seconds*seconds) - 12*both/(seconds*seconds) + 4*speed/seconds
		}
		t.push[i] = calm * min((tails+max(0, seen/calm))/(tails+4), most)
	}
}

// outliers are the fixes that all others contradict: of neighbours the worst alone, because it makes the others look bad.
func (t *track) outliers(gate float64) []time.Time {
	const beside = 3
	surprise := make([]float64, len(t.fixes))
	for i, f := range t.fixes {
		surprise[i] = t.smoothed[i].surprise(t.plane.to(f.Point), f.Sigma)
	}
	var out []time.Time
	for i, s := range surprise {
		if s > gate*gate && s >= slices.Max(surprise[max(0, i-beside):min(len(surprise), i+beside+1)]) {
			out = append(out, t.fixes[i].At)
		}
	}
	return out
}

func (t *track) node(i int) Node {
	e := &t.smoothed[i]
	return Node{
		Point: t.plane.from(e.place()), At: t.fixes[i].At, Break: i == 0,
		SpeedKmh: e.speed().length() * kmhPerMeterSecond, Heading: e.speed().heading(),
	}
}

// How sure the things are that a scooter says beside its place.
const (
	speedSigma   = 0.4  // m/s: whole km/h, and not of quite the same moment
	headingSigma = 10.0 // degrees
	stillSigma   = 10.0 // of a pace that says otherwise
	standing     = 0.3  // m/s: nobody drives so slowly
)

// learnFix takes in a fix; going is the speed that the run before found.
func (e *estimate) learnFix(f Fix, at, going vector) {
	e.learnPlace(at, f.Sigma)
	speed, knowsSpeed := f.SpeedKmh/kmhPerMeterSecond, !math.IsNaN(f.SpeedKmh)
	ahead, knowsHeading := towards(f.Heading), !math.IsNaN(f.Heading)
	pace := going.length()
	switch {
	case knowsSpeed && speed <= standing:
		// A dead sensor says this too: it weighs less the more the places, as the run before joined them, tell of a speed.
		sigma := math.Hypot(speedSigma, stillSigma*max(0, pace-standing))
		e.learnSpeed(vector{1, 0}, 0, sigma)
		e.learnSpeed(vector{0, 1}, 0, sigma)
		return
	case !knowsHeading && pace > standing:
		ahead = going.times(1 / pace)
	case !knowsHeading:
		return
	}
	if knowsSpeed {
		e.learnSpeed(ahead, speed, speedSigma)
		pace = speed
	}
	if knowsHeading {
		e.learnSpeed(ahead.right(), 0, math.Hypot(pace*radians(headingSigma), speedSigma))
	}
}
