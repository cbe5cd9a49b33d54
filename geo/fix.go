package geo

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Fix is a place where something was measured to be, and what else was measured there.
type Fix struct {
	Point    Point
	At       time.Time
	SpeedKmh float64 // NaN: not known
	Heading  float64 // degrees from north by east; NaN: not known
	Sigma    float64 // how far off the place typically is, in m, in each direction; 0: 5 m
}

const (
	usualSigma      = 5.0
	fastest         = 200.0 // km/h: more is no speed
	speedSigma      = 0.4   // m/s: whole km/h, and not of the same moment
	headingSigma    = 10.0  // degrees
	standing        = 0.3   // m/s: nobody drives so slowly
	kmhInMetersASec = 3.6
)

// inOrder is the fixes that can be used, by time, one of each moment, whatever the order they came in.
func inOrder(fixes []Fix) []Fix {
	ordered := slices.DeleteFunc(slices.Clone(fixes), func(f Fix) bool { return !f.Point.Valid() })
	for i := range ordered {
		ordered[i] = ordered[i].cleaned()
	}
	slices.SortFunc(ordered, func(a, b Fix) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Sigma, b.Sigma), cmp.Compare(a.Point.Lat, b.Point.Lat), cmp.Compare(a.Point.Lng, b.Point.Lng),
			-cmp.Compare(a.SpeedKmh, b.SpeedKmh), -cmp.Compare(a.Heading, b.Heading)) // what is known before what is not
	})
	return slices.CompactFunc(ordered, func(a, b Fix) bool { return a.At.Equal(b.At) })
}

// cleaned is the fix without what can't be.
func (f Fix) cleaned() Fix {
	if !(f.Sigma > 0) {
		f.Sigma = usualSigma
	}
	f.Sigma = min(max(f.Sigma, 0.1), 1000)
	if !(f.SpeedKmh >= 0 && f.SpeedKmh <= fastest) {
		f.SpeedKmh = math.NaN()
	}
	if math.IsInf(f.Heading, 0) {
		f.Heading = math.NaN()
	}
	return f
}
