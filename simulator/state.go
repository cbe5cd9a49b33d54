package simulator

import (
	"math"
	"math/rand/v2"
	"time"

	"rodada/protocol"
)

// State is what there is to know of a scooter at one moment.
type State struct {
	Plate    string
	Lat, Lng float64
	SpeedKmh float64
	LimitKmh int
	Battery  float64 // percent

	PoweredOn     bool // unlocked for a ride
	Paused        bool
	MotorLocked   bool
	ChainOpen     bool
	BatteryLocked bool
	Fallen        bool
	Alarm         bool // reported with the position
	Fault         int

	TripMetres, TotalMetres float64
	TripTime, TotalTime     time.Duration

	LampOn      bool
	LampMode    int
	Miles       bool
	AssistLevel int
	Sensitivity int
	Rings       int // times the buzzer was made to ring
	Reboots     int

	Hardware, Firmware, SIM, IMEI string
	APN                           string
	Signal                        int

	homeLat, homeLng, heading float64
}

// Locked tells whether nobody can ride.
func (s State) Locked() bool { return !s.PoweredOn }

const (
	metresPerDegree = 111_320.0
	rangeMetres     = 40_000.0 // on a full battery
)

// move lets time pass. A fixed speed, when there is one, overrides everything,
// as a scooter rolling downhill does.
func (s *State) move(d time.Duration, rnd *rand.Rand, still bool, fixed *float64) {
	switch {
	case fixed != nil:
		s.SpeedKmh = *fixed
	case still || !s.PoweredOn || s.Paused || s.MotorLocked || s.Battery <= 0:
		s.SpeedKmh = 0
	default:
		s.SpeedKmh += (rnd.Float64() - 0.4) * 6
		s.brake()
	}
	if s.PoweredOn {
		s.TripTime += d
		s.TotalTime += d
	}
	metres := s.SpeedKmh / 3.6 * d.Seconds()
	if metres <= 0 {
		return
	}
	s.TripMetres += metres
	s.TotalMetres += metres
	s.Battery = max(0, s.Battery-100*metres/rangeMetres)
	s.steer(rnd)
	sin, cos := math.Sincos(s.heading * math.Pi / 180)
	s.Lat += metres * cos / metresPerDegree
	s.Lng += metres * sin / (metresPerDegree * math.Cos(s.Lat*math.Pi/180))
}

// brake keeps the speed within the limit.
func (s *State) brake() { s.SpeedKmh = min(max(s.SpeedKmh, 0), float64(s.LimitKmh)) }

// steer wanders, and turns home when far away.
func (s *State) steer(rnd *rand.Rand) {
	const far = 3000
	s.heading += (rnd.Float64() - 0.5) * 40
	north := (s.homeLat - s.Lat) * metresPerDegree
	east := (s.homeLng - s.Lng) * metresPerDegree * math.Cos(s.Lat*math.Pi/180)
	if math.Hypot(north, east) > far {
		s.heading = math.Atan2(east, north) * 180 / math.Pi
	}
}

func (s *State) voltage() float64 { return math.Round(10*(31+0.11*s.Battery)) / 10 }

func (s *State) fix() protocol.Fix {
	return protocol.Fix{Lat: s.Lat, Lng: s.Lng, Alarm: s.Alarm, Source: protocol.GPS}
}

// around is a random place within radius metres.
func around(lat, lng, radius float64, rnd *rand.Rand) (float64, float64) {
	r := radius * math.Sqrt(rnd.Float64())
	sin, cos := math.Sincos(rnd.Float64() * 2 * math.Pi)
	return lat + r*cos/metresPerDegree, lng + r*sin/(metresPerDegree*math.Cos(lat*math.Pi/180))
}

// power is the wire's 0 for on and 1 for off.
func power(on bool) int { return 1 - bit(on) }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
