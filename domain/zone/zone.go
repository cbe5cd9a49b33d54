// Package zone says what may happen where: rules on areas, in the terms of GBFS v3 geofencing_zones, and what a ride's end in
// one does to its price.
package zone

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"rodada/domain/fare"
	"rodada/geo"
)

// Zone is one version of an area with its rules. Versions never change; the set in force has a version of its own.
type Zone struct {
	ID      int64
	Version int64
	Draft
	Area geo.Area
}

// Draft is what staff say of a zone.
type Draft struct {
	Name  string
	Order int // lower goes first: the first zone that contains a place decides
	// Everywhere is the zone that holds wherever no other does, whatever its order: GBFS global_rules. It has no geometry.
	Everywhere bool
	Geometry   []byte    // GeoJSON Polygon or MultiPolygon
	Starts     time.Time // the rules hold from here on; zero: always did
	Ends       time.Time // and until before here; zero: for good
	Rules      []Rule
	// Price is what a ride's end in the zone does to its bill.
	Price fare.Adjustment
}

// Version is one version of a zone, and the sets and times in which it was in force.
type Version struct {
	Zone
	SinceSet int64
	Since    time.Time
	UntilSet int64     // 0: it is in force
	Until    time.Time // zero: it is in force
}

// Rule is what may happen in a zone, for some models or all. (GBFS v3.0, geofencing_zones.json, rules)
type Rule struct {
	// Models are the IDs of the models that the rule is for, as text; empty: all.
	Models      []string `json:"vehicle_type_ids,omitempty" minItems:"1" maxItems:"1000"`
	RideStart   bool     `json:"ride_start_allowed"`
	RideEnd     bool     `json:"ride_end_allowed"`
	RideThrough bool     `json:"ride_through_allowed"`
	MaxKmh      int      `json:"maximum_speed_kph,omitempty" minimum:"1" maximum:"200"` // 0: as the scooter's own
	// StationParking: a ride ends at a station only.
	StationParking bool `json:"station_parking,omitempty"`
}

// Open is the rule that forbids nothing.
var Open = Rule{RideStart: true, RideEnd: true, RideThrough: true}

// in reports whether the zone's rules hold at a moment.
func (d Draft) in(at time.Time) bool {
	return !at.Before(d.Starts) && !d.Over(at)
}

// rule is the first of the zone's rules that is for a model.
func (d Draft) rule(model string) (Rule, bool) {
	i := slices.IndexFunc(d.Rules, func(r Rule) bool { return len(r.Models) == 0 || slices.Contains(r.Models, model) })
	if i < 0 {
		return Rule{}, false
	}
	return d.Rules[i], true
}

// Set is the zones in force with the version of the whole.
type Set struct {
	Version int64
	Zones   []Zone // in the order in which they decide
	layer   func() *geo.Layer
}

// NewSet puts zones in the order in which they decide. They are indexed when a place is first asked for, or by Index.
func NewSet(version int64, zones []Zone) Set {
	slices.SortFunc(zones, func(a, b Zone) int {
		last := func(z Zone) int {
			if z.Everywhere {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID))
	})
	s := Set{Version: version, Zones: zones}
	s.layer = sync.OnceValue(func() *geo.Layer { return geo.NewLayer(s.areas()) })
	return s
}

// Index prepares a set made by NewSet for questions, which takes a second or two for thousands of zones.
func (s Set) Index() { s.layer() }

func (s Set) areas() []geo.Area {
	areas := make([]geo.Area, len(s.Zones))
	for i, z := range s.Zones {
		areas[i] = z.Area
	}
	return areas
}

// At lists the zones that contain a place, in the order in which they decide, whatever they are about.
func (s Set) At(p geo.Point) []int {
	if s.layer != nil {
		return s.layer().At(p)
	}
	var at []int
	for i, z := range s.Zones {
		if z.Area.Contains(p) {
			at = append(at, i)
		}
	}
	return at
}

// InForceAt lists the IDs of the zones that contain a place and hold at a moment, whatever they are about.
func (s Set) InForceAt(p geo.Point, at time.Time) []int64 {
	var ids []int64
	for _, i := range s.At(p) {
		if z := s.Zones[i]; !z.Everywhere && z.in(at) {
			ids = append(ids, z.ID)
		}
	}
	return ids
}

// Cuts is where the straight way between two places crosses borders of zones, as parts of the way, in a set made by NewSet.
func (s Set) Cuts(from, to geo.Point) []float64 { return s.layer().Cuts(from, to) }

// NeedStations reports whether a rule asks for stations: Case.Stations must be given then.
func (s Set) NeedStations() bool {
	return slices.ContainsFunc(s.Zones, func(z Zone) bool {
		return slices.ContainsFunc(z.Rules, func(r Rule) bool { return r.StationParking })
	})
}

// Prices reports whether a zone changes prices.
func (s Set) Prices() bool {
	return slices.ContainsFunc(s.Zones, func(z Zone) bool { return z.Price != (fare.Adjustment{}) })
}
