package zone

import (
	"math"
	"slices"
	"strconv"
	"time"

	"rodada/domain/fare"
	"rodada/geo"
)

// Case is what is judged: a scooter of a model, at a moment.
type Case struct {
	ModelID int64 // 0 unknown: only rules for every model hold
	At      time.Time
	// Stations are those where one may park, for rules with station_parking.
	Stations []Station
}

// Station is a place to park.
type Station struct {
	Name  string
	Point geo.Point
}

// StationReach is how far from a station in metres a scooter stands at it: its own size, and what a satellite fix is off.
const StationReach = 30

// Place is somewhere a ride may begin or end.
type Place struct {
	Zone   string    `json:"zone"` // its name, or the station's; empty outside of every zone
	Point  geo.Point `json:"point"`
	Meters float64   `json:"meters"` // from where the rider is, to the centimetre
}

// Verdict is the rule in force somewhere, and the zone it is of; nil outside of every zone.
type Verdict struct {
	Rule
	Zone *Zone
}

// Price is what the end of a ride there does to its bill.
func (v Verdict) Price() fare.Adjustment {
	if v.Zone == nil {
		return fare.Adjustment{}
	}
	return v.Zone.Price
}

// Judge finds the rule in force at p: of the zones that contain p and hold at the moment, the first that has a rule for the
// model; else the one for everywhere. Where there is none either, nothing is forbidden, but that a ride ends only in a zone
// where it may, if there is any such zone.
func (s Set) Judge(p geo.Point, c Case) Verdict {
	return s.judge(s.At(p), c)
}

func (s Set) judge(containing []int, c Case) Verdict {
	model := strconv.FormatInt(c.ModelID, 10)
	for _, i := range containing {
		if z := &s.Zones[i]; !z.Everywhere && z.in(c.At) {
			if rule, is := z.rule(model); is {
				return Verdict{rule, z}
			}
		}
	}
	outside := Open
	for i := range s.Zones {
		z := &s.Zones[i]
		rule, is := z.rule(model)
		switch {
		case !is || !z.in(c.At):
		case z.Everywhere:
			return Verdict{rule, z}
		default:
			outside.RideEnd = outside.RideEnd && !rule.RideEnd
		}
	}
	return Verdict{outside, nil}
}

// MayEnd judges the end of a ride at p. When it may not end there, the nearest allowed place comes with the answer, if there
// is one.
func (s Set) MayEnd(p geo.Point, c Case) (Verdict, *Place, bool) {
	v := s.Judge(p, c)
	if !v.RideEnd {
		return v, s.nearestEnd(p, c), false
	}
	if v.StationParking && !slices.ContainsFunc(c.Stations, func(at Station) bool { return geo.Distance(p, at.Point) <= StationReach }) {
		return v, s.nearestEnd(p, c), false
	}
	return v, nil, true
}

// MayStart judges the beginning of a ride at p, as MayEnd does its end.
func (s Set) MayStart(p geo.Point, c Case) (Verdict, *Place, bool) {
	v := s.Judge(p, c)
	if v.RideStart {
		return v, nil, true
	}
	return v, s.nearest(p, c, func(r Rule) bool { return r.RideStart }), false
}

func (s Set) nearestEnd(p geo.Point, c Case) *Place {
	best := s.nearest(p, c, func(r Rule) bool { return r.RideEnd && !r.StationParking })
	for _, at := range c.Stations {
		meters := geo.Distance(p, at.Point)
		if (best == nil || meters < best.Meters) && s.Judge(at.Point, c).RideEnd {
			best = &Place{Zone: at.Name, Point: at.Point, Meters: centimetres(meters)}
		}
	}
	return best
}

// reaches are how far around a place zones are looked at for the nearest of another, in metres: near ones first, for there
// may be thousands.
var reaches = []float64{1_000, 10_000, math.Inf(1)}

func (s Set) nearest(p geo.Point, c Case, allows func(Rule) bool) *Place {
	admits := func(p geo.Point) bool { return allows(s.Judge(p, c).Rule) }
	for _, reach := range reaches {
		var areas []geo.Area
		for _, z := range s.Zones {
			if z.in(c.At) && z.Area.Near(p, reach) {
				areas = append(areas, z.Area)
			}
		}
		at, meters, found := geo.Nearest(p, areas, admits)
		if !found || meters > reach {
			continue
		}
		place := &Place{Point: at, Meters: centimetres(meters)}
		if z := s.Judge(at, c).Zone; z != nil && !z.Everywhere {
			place.Zone = z.Name
		}
		return place
	}
	return nil
}

func centimetres(meters float64) float64 { return math.Round(100*meters) / 100 }
