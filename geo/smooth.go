package geo

import (
	"math"
	"slices"
	"time"
)

// SmoothOptions says how a thing moves and when it is lost sight of. The zero values are those of a scooter in town.
type SmoothOptions struct {
	Gap  time.Duration // fixes that are farther apart belong to different parts; 0: a minute
	Gate float64       // how many times its spread a fix may be off what the others say; 0: 5
	Push float64       // how much it changes its speed by itself, in m²/s³; 0: 1
}

func (o SmoothOptions) orUsual() SmoothOptions {
	if o.Gap <= 0 {
		o.Gap = time.Minute
	}
	if !(o.Gate > 0) {
		o.Gate = 5
	}
	if !(o.Push > 0) {
		o.Push = 1
	}
	return o
}

// Smooth makes a route of fixes in any order: of those of one moment the best counts, outliers are dropped, and what is left
// is smoothed by a Kalman filter forward and backward, in a plane that touches the ellipsoid where the part begins.
func Smooth(fixes []Fix, o SmoothOptions) Route {
	o = o.orUsual()
	left := inOrder(fixes)
	usable := len(left)
	for {
		var nodes []Node
		var doubted []Fix
		for _, part := range parts(left, o.Gap) {
			t := newTrack(part, o, nil)
			t.smooth()
			nodes = append(nodes, t.nodes()...)
			doubted = append(doubted, t.outliers()...)
		}
		if len(doubted) == 0 {
			return Route{Nodes: nodes, Dropped: usable - len(left)}
		}
		left = slices.DeleteFunc(left, func(f Fix) bool {
			return slices.ContainsFunc(doubted, func(d Fix) bool { return d.At.Equal(f.At) })
		})
	}
}

// parts cuts fixes in order where nothing was heard for longer than the gap.
func parts(fixes []Fix, gap time.Duration) [][]Fix {
	var out [][]Fix
	from := 0
	for i := range fixes {
		if i+1 == len(fixes) || fixes[i+1].At.Sub(fixes[i].At) > gap {
			out = append(out, fixes[from:i+1])
			from = i + 1
		}
	}
	return out
}

// track is the estimates of one part.
type track struct {
	plane    plane
	push     float64
	gate     float64
	fixes    []Fix
	prior    *moment
	foretold []estimate // by what came before
	filtered []estimate // by what came before and then
	smoothed []estimate // by everything
}

// moment is an estimate, its time and its plane, for a track to begin with.
type moment struct {
	estimate
	at    time.Time
	plane plane
}

func newTrack(fixes []Fix, o SmoothOptions, prior *moment) *track {
	t := &track{
		push: o.Push, gate: o.Gate * o.Gate, fixes: fixes, prior: prior,
		foretold: make([]estimate, len(fixes)), filtered: make([]estimate, len(fixes)), smoothed: make([]estimate, len(fixes)),
	}
	if prior != nil {
		t.plane = prior.plane
	} else {
		t.plane = planeAt(fixes[0].Point)
	}
	return t
}

// smooth runs over the fixes until it knows which way they go: a speed says nothing before its direction is known.
func (t *track) smooth() {
	const runs = 3
	for range runs {
		t.forward()
		t.backward()
	}
}

func (t *track) forward() {
	for i, f := range t.fixes {
		switch {
		case i > 0:
			t.foretold[i] = t.filtered[i-1].after(t.seconds(i), t.push)
		case t.prior != nil:
			t.foretold[i] = t.prior.after(f.At.Sub(t.prior.at).Seconds(), t.push)
		default:
			t.foretold[i] = startAt(t.plane.to(f.Point))
		}
		t.filtered[i] = t.foretold[i]
		t.filtered[i].learnFix(f, t.plane.to(f.Point), t.smoothed[i].speed())
	}
}

func (t *track) backward() {
	last := len(t.fixes) - 1
	t.smoothed[last] = t.filtered[last]
	for i := last - 1; i >= 0; i-- {
		t.smoothed[i] = t.filtered[i].before(t.seconds(i+1), &t.foretold[i+1], &t.smoothed[i+1])
	}
}

// seconds is how long after the fix before the one at i was made.
func (t *track) seconds(i int) float64 { return t.fixes[i].At.Sub(t.fixes[i-1].At).Seconds() }

// learnFix takes in a fix; going is the speed that a former run found.
func (e *estimate) learnFix(f Fix, at, going vector) {
	e.learnPlace(at, f.Sigma)
	speed, knowsSpeed := f.SpeedKmh/kmhInMetersASec, !math.IsNaN(f.SpeedKmh)
	ahead, knowsHeading := towards(f.Heading), !math.IsNaN(f.Heading)
	pace := going.length()
	switch {
	case knowsSpeed && speed <= standing:
		e.learnSpeed(vector{1, 0}, 0, speedSigma)
		e.learnSpeed(vector{0, 1}, 0, speedSigma)
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

// outliers are the fixes that all others contradict: of neighbours the worst alone, because it makes the others look bad.
func (t *track) outliers() []Fix {
	const beside = 3
	surprise := make([]float64, len(t.fixes))
	for i, f := range t.fixes {
		surprise[i] = t.smoothed[i].surprise(t.plane.to(f.Point), f.Sigma)
	}
	var out []Fix
	for i, s := range surprise {
		if s > t.gate && s >= slices.Max(surprise[max(0, i-beside):min(len(surprise), i+beside+1)]) {
			out = append(out, t.fixes[i])
		}
	}
	return out
}

func (t *track) nodes() []Node {
	nodes := make([]Node, len(t.fixes))
	for i, e := range t.smoothed {
		nodes[i] = Node{
			Point: t.plane.from(e.place()), At: t.fixes[i].At,
			SpeedKmh: e.speed().length() * kmhInMetersASec, Heading: e.speed().heading(), Break: i == 0 && t.prior == nil,
		}
	}
	return nodes
}
