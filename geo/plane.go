package geo

import "math"

// plane is the ground around a place as a map in metres, x to the east and y to the north. It is true to a thousandth within
// some ten kilometres, and every place of it leads back to where it came from.
type plane struct {
	origin      Point
	east, north float64 // metres of a degree
}

// planeAt is the plane that touches the ellipsoid at a place.
func planeAt(origin Point) plane {
	sin, cos := math.Sincos(radians(origin.Lat))
	w := 1 - eccentricity*sin*sin
	across := equator / math.Sqrt(w)
	along := across * (1 - eccentricity) / w
	return plane{origin, radians(across) * max(cos, 1e-6), radians(along)} // at the poles too there is a width
}

func (p plane) to(at Point) vector {
	return vector{wrap(at.Lng-p.origin.Lng) * p.east, (at.Lat - p.origin.Lat) * p.north}
}

func (p plane) from(v vector) Point {
	return Point{Lat: min(max(p.origin.Lat+v.y/p.north, -90), 90), Lng: wrap(p.origin.Lng + v.x/p.east)}
}

// wrap brings degrees into [-180, 180].
func wrap(degrees float64) float64 { return math.Remainder(degrees, 360) }

// vector is a place or a speed in a plane, in m or m/s.
type vector struct{ x, y float64 }

func (v vector) plus(w vector) vector   { return vector{v.x + w.x, v.y + w.y} }
func (v vector) minus(w vector) vector  { return vector{v.x - w.x, v.y - w.y} }
func (v vector) times(f float64) vector { return vector{f * v.x, f * v.y} }
func (v vector) length() float64        { return math.Hypot(v.x, v.y) }
func (v vector) heading() float64       { return math.Mod(math.Atan2(v.x, v.y)*180/math.Pi+360, 360) }
func towards(heading float64) vector {
	sin, cos := math.Sincos(radians(heading))
	return vector{sin, cos}
}
func (v vector) right() vector { return vector{v.y, -v.x} }
