package geo

import (
	"slices"
	"time"
)

// SmoothOptions says when a thing is lost sight of and what cannot be. The zero values are those of a scooter in town.
type SmoothOptions struct {
	Gap  time.Duration // fixes that are farther apart belong to different parts; 0: a minute; at most ten
	Gate float64       // how many times the spread that it should have a fix may be off what the others say; 0: 5
}

func (o SmoothOptions) orUsual() SmoothOptions {
	if o.Gap <= 0 {
		o.Gap = time.Minute
	}
	o.Gap = min(o.Gap, 10*time.Minute) // nothing is left to be foretold then
	if !(o.Gate > 0) {
		o.Gate = 5
	}
	return o
}

// How hard a scooter is pushed, as a density of acceleration in m²/s³: so hard that no corner looks like an outlier, and when
// nothing happens.
const (
	rough = 0.4
	calm  = 0.02
)

// Smooth makes a route of fixes in any order. Of those of one moment the best counts; outliers are dropped; what is left is smoothed by
// a Kalman filter forward and backward (Rauch, Tung and Striebel), in a plane that touches the Earth where the part begins.
func Smooth(fixes []Fix, o SmoothOptions) Route {
	usable := inOrder(fixes)
	tracks, dropped := smooth(usable, o.orUsual())
	r := Route{Dropped: dropped, Nodes: make([]Node, 0, len(usable)-dropped)}
	for _, t := range tracks {
		for i := range t.fixes {
			r.Nodes = append(r.Nodes, t.node(i))
		}
	}
	return r
}

func smooth(fixes []Fix, o SmoothOptions) (tracks []*track, dropped int) {
	const toFindDirections, toAdapt = 3, 8
	left := slices.Clone(fixes)
	for {
		tracks = cut(left, o)
		var out []time.Time
		for _, t := range tracks {
			for range toFindDirections {
				t.run()
			}
			out = append(out, t.outliers(o.Gate)...)
		}
		if len(out) == 0 {
			break
		}
		left = slices.DeleteFunc(left, func(f Fix) bool { return slices.ContainsFunc(out, f.At.Equal) })
	}
	for _, t := range tracks {
		for range toAdapt {
			t.adapt()
			t.run()
		}
	}
	return tracks, len(fixes) - len(left)
}

// cut makes tracks of fixes in order: one ends where nothing was heard for longer than the gap.
func cut(fixes []Fix, o SmoothOptions) (tracks []*track) {
	from := 0
	for i := range fixes {
		if i+1 == len(fixes) || fixes[i+1].At.Sub(fixes[i].At) > o.Gap {
			tracks = append(tracks, newTrack(fixes[from:i+1], rough))
			from = i + 1
		}
	}
	return tracks
}
