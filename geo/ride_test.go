package geo_test

import (
	"math"
	"math/rand/v2"
	"time"

	"rodada/geo"
)

// instant is the truth of a simulated ride.
type instant struct {
	at    time.Time
	place geo.Point
	kmh   float64
	head  float64 // degrees from north by east
}

var plaza = geo.Point{Lat: 40.4155, Lng: -3.7074}

// ride drives through a town for some minutes: straight streets, corners of all kinds taken slowly, bends, lights that are red
// for a while, other traffic. It tells the truth ten times a second.
func ride(dice *rand.Rand, minutes float64) []instant {
	const tick = 0.1
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var x, y, speed float64
	head, turned := 360*dice.Float64(), 0.0
	street, corner, wait, cruise := 100+200*dice.Float64(), 0.0, 0.0, 5.5
	var truth []instant
	for s := 0.0; s < 60*minutes; s += tick {
		truth = append(truth, instant{began.Add(time.Duration(s * float64(time.Second))), onEarth(x, y), 3.6 * speed, math.Mod(head+720, 360)})
		if wait > 0 {
			wait -= tick
			continue
		}
		// How fast one may go here, so as to be slow enough at the corner.
		slow := 2.5
		want := cruise
		if corner != 0 {
			want = slow
		} else if brake := math.Sqrt(slow*slow + 2*1.2*max(0, street)); brake < want {
			want = brake
		}
		speed += max(-1.5*tick, min(1.0*tick, want-speed))
		sin, cos := math.Sincos(head * math.Pi / 180)
		x, y = x+sin*speed*tick, y+cos*speed*tick
		street -= speed * tick
		if corner != 0 { // a turn of about 5 m radius
			by := math.Copysign(min(math.Abs(corner), speed/5*180/math.Pi*tick), corner)
			head, corner = head+by, corner-by
			if corner == 0 {
				street, cruise, turned = 60+300*dice.Float64(), 4+2.9*dice.Float64(), 0.6*dice.NormFloat64()
			}
			continue
		}
		head += turned * tick // the street bends
		if street <= 0 {
			corner = []float64{-90, 90, -60, 60, 30, -30, 0.1}[dice.IntN(7)] + 5*dice.NormFloat64()
			if dice.Float64() < 0.35 { // red
				wait, speed = 8+35*dice.Float64(), 0
			}
		}
	}
	return truth
}

// onEarth is the place so many metres to the east and north of the square.
func onEarth(east, north float64) geo.Point {
	const north1, east1 = 111_042.3, 84_868.0 // metres of a degree there; the truth is measured on the result
	return geo.Point{Lat: plaza.Lat + north/north1, Lng: plaza.Lng + east/east1}
}

// told is what a scooter tells of a ride.
type told struct {
	every           time.Duration
	noise           float64 // m, in each direction
	outliers        float64 // how many, of one
	speeds, heading bool
	dead            bool // the wheel's sensor: it says 0 all the way
}

// tell gives the fixes, with the truth of each; wild are the outliers.
func (c told) tell(dice *rand.Rand, truth []instant) (fixes []geo.Fix, is []instant, wild []bool) {
	next := truth[0].at
	for _, now := range truth {
		if now.at.Before(next) {
			continue
		}
		next = now.at.Add(c.every)
		east, north := c.noise*dice.NormFloat64(), c.noise*dice.NormFloat64()
		far := dice.Float64() < c.outliers
		if far {
			sin, cos := math.Sincos(2 * math.Pi * dice.Float64())
			east, north = 80*sin, 80*cos
		}
		f := geo.Fix{At: now.at, SpeedKmh: math.NaN(), Heading: math.NaN()}
		f.Point = geo.Point{Lat: now.place.Lat + north/111_042.3, Lng: now.place.Lng + east/84_868.0}
		if c.speeds {
			f.SpeedKmh = max(0, math.Round(now.kmh+0.5*dice.NormFloat64()))
			if now.kmh == 0 || c.dead {
				f.SpeedKmh = 0
			}
		}
		if c.heading && now.kmh > 3 {
			f.Heading = math.Mod(now.head+8*dice.NormFloat64()+360, 360)
		}
		fixes, is, wild = append(fixes, f), append(is, now), append(wild, far)
	}
	return fixes, is, wild
}

func lengthOf(truth []instant) (meters float64) {
	for i := 1; i < len(truth); i++ {
		meters += geo.Distance(truth[i-1].place, truth[i].place)
	}
	return meters
}
