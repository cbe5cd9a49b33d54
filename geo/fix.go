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

const kmhPerMeterSecond = 3.6

// inOrder is the fixes that can be used, by time and one of each moment, whatever the order they came in.
func inOrder(fixes []Fix) []Fix {
	ordered := make([]Fix, 0, len(fixes))
	for _, f := range fixes {
		if f.Point.Valid() {
			ordered = append(ordered, f.cleaned())
		}
	}
	slices.SortFunc(ordered, func(a, b Fix) int {
		return cmp.Or(
			a.At.Compare(b.At), cmp.Compare(a.Sigma, b.Sigma), // the surest first
			-cmp.Compare(a.SpeedKmh, b.SpeedKmh), -cmp.Compare(a.Heading, b.Heading), // what is known before what is not
			cmp.Compare(a.Point.Lat, b.Point.Lat), cmp.Compare(a.Point.Lng, b.Point.Lng),
		)
	})
	return slices.CompactFunc(ordered, func(a, b Fix) bool { return a.At.Equal(b.At) })
}

// cleaned is the fix without what can't be.
func (f Fix) cleaned() Fix {
	const usualSigma, leastSigma, mostSigma, fastest = 5, 0.1, 1000, 200
	if !(f.Sigma > 0) {
		f.Sigma = usualSigma
	}
	f.Sigma = min(max(f.Sigma, leastSigma), mostSigma)
	if !(f.SpeedKmh >= 0 && f.SpeedKmh <= fastest) {
		f.SpeedKmh = math.NaN()
	}
	if !(math.Abs(f.Heading) <= 360) {
		f.Heading = math.NaN()
	}
	return f
}
