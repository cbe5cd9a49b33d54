package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"rodada/geo"
)

// The town that fixes are checked in.
const (
	townZones   = 2000
	townCorners = 200
	townFixes   = 512
)

// measureGeo checks fixes against the zones of a town: by the layer, by asking each zone, and by walking along each border, as
// one would without an index. Distances are measured beside those of a sphere.
func measureGeo() error {
	rings, before := town(), heap()
	var err error
	areas := make([]geo.Area, len(rings))
	for i, ring := range rings {
		if areas[i], err = geo.NewArea([][][]geo.Point{{ring}}); err != nil {
			return err
		}
	}
	began := time.Now()
	layer := geo.NewLayer(areas)
	built, held := time.Since(began), heap()-before
	dice := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same fixes every time
	from, to := make([]geo.Point, townFixes), make([]geo.Point, townFixes)
	for i := range from {
		from[i] = geo.Point{Lat: 40.2 + 0.4*dice.Float64(), Lng: -3.9 + 0.4*dice.Float64()}
		to[i] = geo.Point{Lat: from[i].Lat + 0.0003*dice.NormFloat64(), Lng: from[i].Lng + 0.0003*dice.NormFloat64()}
	}
	for i, p := range from[:20] { // the ways must agree before they are compared
		if got, want := len(layer.At(p)), walk(rings, p); got != want {
			return fmt.Errorf("the layer finds %d zones at fix %d, and a walk along their borders %d", got, i, want)
		}
	}
	turn := 0
	next := func() int { turn = (turn + 1) % townFixes; return turn }
	at, asked := beside(
		func() error { layer.At(from[next()]); return nil },
		func() error {
			p := from[next()]
			for _, a := range areas {
				a.Contains(p)
			}
			return nil
		})
	cut, walked := beside(
		func() error { i := next(); layer.Cuts(from[i], to[i]); return nil },
		func() error { walk(rings, from[next()]); return nil })
	fmt.Printf("\nZones: %d of %d corners, indexed in %s, %.0f MB of heap; ns per fix and allocations.\n",
		townZones, townCorners, built.Round(time.Millisecond), float64(held)/1e6)
	row := func(name string, c cost, beside cost) {
		fmt.Printf("%-52s %10.0f %5d %10.0fx\n", name, c.ns, c.allocs, beside.ns/c.ns)
	}
	row("where a fix is, by the layer", at, walked)
	row("which borders the step from one fix to the next cuts", cut, walked)
	row("each zone asked whether it contains the fix", asked, walked)
	row("a walk along every border (brute force)", walked, walked)

	near, sphere := beside(
		func() error { i := next(); geo.Distance(from[i], to[i]); return nil },
		func() error { i := next(); haversine(from[i], to[i]); return nil })
	far, _ := beside(func() error { geo.Distance(from[next()], geo.Point{Lat: 41.4, Lng: 2.2}); return nil }, func() error { return nil })
	fmt.Printf("distances: %.0f ns in town and %.0f across the country on the ellipsoid, %.0f on a sphere\n", near.ns, far.ns, sphere.ns)
	return nil
}

// town draws zones that are no circles, many of which overlap.
func town() [][]geo.Point {
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same town every time
	var rings [][]geo.Point
	for range townZones {
		lat, lng := 40.2+0.4*dice.Float64(), -3.9+0.4*dice.Float64()
		radius := 0.002 + 0.02*dice.Float64()*dice.Float64()
		ring := make([]geo.Point, townCorners)
		for i := range ring {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / townCorners)
			r := radius * (1 + dice.Float64()) / 2
			ring[i] = geo.Point{Lat: lat + r*sin, Lng: lng + 1.3*r*cos}
		}
		rings = append(rings, ring)
	}
	return rings
}

// heap is how many bytes are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// walk counts the rings around p as one learns it at school: on a flat Earth, by the borders that a ray crosses.
func walk(rings [][]geo.Point, p geo.Point) (around int) {
	for _, ring := range rings {
		inside := false
		a := ring[len(ring)-1]
		for _, b := range ring {
			if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lng < a.Lng+(p.Lat-a.Lat)/(b.Lat-a.Lat)*(b.Lng-a.Lng) {
				inside = !inside
			}
			a = b
		}
		if inside {
			around++
		}
	}
	return around
}

func haversine(a, b geo.Point) float64 {
	const degree = math.Pi / 180
	north, east := math.Sin((b.Lat-a.Lat)*degree/2), math.Sin((b.Lng-a.Lng)*degree/2)
	return 2 * 6371008.8 * math.Asin(math.Sqrt(north*north+math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*east*east))
}
