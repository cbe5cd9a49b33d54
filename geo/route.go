package geo

import (
	"math"
	"time"
)

// Route is the way that something went, as Smooth sees it.
type Route struct {
	Nodes   []Node
	Dropped int // fixes that were outliers
}

// Node is where it was at a moment, and how it went on.
type Node struct {
	Point    Point
	At       time.Time
	SpeedKmh float64
	Heading  float64 // degrees from north by east
	Break    bool    // the way to here is not known: the first, and the first after a gap
}

// Parts is the route in pieces without a gap.
func (r Route) Parts() []Route {
	var out []Route
	from := 0
	for i := range r.Nodes {
		if i+1 == len(r.Nodes) || r.Nodes[i+1].Break {
			out = append(out, Route{Nodes: r.Nodes[from : i+1]})
			from = i + 1
		}
	}
	return out
}

// Length is how long the way is in metres, along its curve. What lies in a gap is not known and not counted.
func (r Route) Length() (meters float64) {
	for i := 1; i < len(r.Nodes); i++ {
		if !r.Nodes[i].Break {
			meters += joinNodes(r.Nodes[i-1], r.Nodes[i]).length()
		}
	}
	return meters
}

// Curve is the route as places at most step metres apart, on a line that goes through each node in its direction; over a gap
// it goes straight. A step that is no length gives the nodes alone.
func (r Route) Curve(step float64) []Point {
	if len(r.Nodes) == 0 {
		return nil
	}
	out := []Point{r.Nodes[0].Point}
	for i := 1; i < len(r.Nodes); i++ {
		if !r.Nodes[i].Break && step > 0 {
			out = append(out, joinNodes(r.Nodes[i-1], r.Nodes[i]).between(step)...)
		}
		out = append(out, r.Nodes[i].Point)
	}
	return out
}

// join is a cubic Hermite curve from one node to the next, in the plane of the first.
type join struct {
	plane   plane
	to      vector
	out, in vector // the speeds at its ends, times the time in between
}

// joinNodes bounds the speeds: one that would lead far beyond the next node would make a loop that nobody drove.
func joinNodes(a, b Node) join {
	p := planeAt(a.Point)
	j := join{plane: p, to: p.to(b.Point)}
	seconds, most := b.At.Sub(a.At).Seconds(), longestTangent*j.to.length()
	tangent := func(n Node) vector {
		return towards(n.Heading).times(min(n.SpeedKmh/kmhPerMeterSecond*seconds, most))
	}
	j.out, j.in = tangent(a), tangent(b)
	return j
}

// longestTangent is how many times the straight way a speed may lead on.
const longestTangent = 2

// at is the place of the curve at u from 0 to 1.
func (j join) at(u float64) vector {
	return j.out.times(u * (1 - u) * (1 - u)).plus(j.in.times(u * u * (u - 1))).plus(j.to.times(u * u * (3 - 2*u)))
}

// pace is how fast it goes there, by u.
func (j join) pace(u float64) float64 {
	return j.out.times((1 - u) * (1 - 3*u)).plus(j.in.times(u * (3*u - 2))).plus(j.to.times(6 * u * (1 - u))).length()
}

// length is by Gauss and Legendre, with five places on either half.
func (j join) length() (meters float64) {
	for _, g := range [...]struct{ x, weight float64 }{
		{0, 0.5688888888888889},
		{-0.5384693101056831, 0.4786286704993665}, {0.5384693101056831, 0.4786286704993665},
		{-0.9061798459386640, 0.2369268850561891}, {0.9061798459386640, 0.2369268850561891},
	} {
		meters += g.weight / 4 * (j.pace((1+g.x)/4) + j.pace((3+g.x)/4))
	}
	return meters
}

// between is the places along the curve, without its ends.
func (j join) between(step float64) []Point {
	const most = 1000
	n := int(min(math.Ceil(j.length()/step), most))
	var out []Point
	for i := 1; i < n; i++ {
		out = append(out, j.plane.from(j.at(float64(i)/float64(n))))
	}
	return out
}
