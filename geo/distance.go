package geo

import (
	"math"

	"github.com/tidwall/geodesic"
)

// The ellipsoid of WGS84: its half axis in metres, its flattening, and the square of its eccentricity.
const (
	equator      = 6378137.0
	flattening   = 1 / 298.257223563
	eccentricity = flattening * (2 - flattening)
)

// near is the chord in metres up to which the arc of a circle stands for the geodesic. It is a micrometre off there at most,
// and takes a tenth of the time.
const near = 20_000

// Distance is the length of the geodesic between two points on the ellipsoid of WGS84, in metres; NaN where one of them is no
// place. Far apart it is Karney's ("Algorithms for geodesics", 2013), close together the chord through the Earth bent to the
// curvature that the ellipsoid has halfway in this direction (Euler's formula for a normal section).
func Distance(a, b Point) float64 {
	if !a.Valid() || !b.Valid() {
		return math.NaN()
	}
	if chord, bend := section(a, b); chord <= near {
		x := chord * bend
		x *= x
		return chord * (1 + x/24*(1+9*x/80)) // 2/bend·asin(chord·bend/2), of which nothing more is left at this size
	}
	var meters float64
	geodesic.WGS84.Inverse(a.Lat, a.Lng, b.Lat, b.Lng, &meters, nil, nil)
	return meters
}

// section is the straight line from a to b, and the curvature of the ellipsoid's normal section between them.
func section(a, b Point) (chord, bend float64) {
	sinA, cosA := math.Sincos(radians(a.Lat))
	sinB, cosB := math.Sincos(radians(b.Lat))
	sin, cos := math.Sincos(radians(b.Lng - a.Lng))
	across := equator / math.Sqrt(1-eccentricity*sinA*sinA) // radius of the prime vertical
	acrossB := equator / math.Sqrt(1-eccentricity*sinB*sinB)
	x := acrossB*cosB*cos - across*cosA
	y := acrossB * cosB * sin
	z := (1 - eccentricity) * (acrossB*sinB - across*sinA)
	square := x*x + y*y + z*z
	if square == 0 {
		return 0, 0
	}
	// Halfway, y is the way to the east, so nearly that the curvature does not tell the difference.
	middle := (sinA + sinB) / 2
	w := 1 - eccentricity*middle*middle
	root := math.Sqrt(w) / equator
	east := y * y / square
	return math.Sqrt(square), root * (east + (1-east)*w/(1-eccentricity))
}

func radians(degrees float64) float64 { return degrees * (math.Pi / 180) }
