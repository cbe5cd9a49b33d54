package api

import (
	"encoding/json"
	"fmt"
	"time"

	"rodada/domain/fare"
	"rodada/domain/zone"
)

// ZoneRules is what staff say of a zone, beside its geometry, and riders see.
type ZoneRules struct {
	Name       string           `json:"name" minLength:"1" maxLength:"100" example:"Old town"`
	Order      int              `json:"order" minimum:"0" maximum:"1000000" doc:"Lower goes first: the first zone that contains a place, and has a rule for the model, decides."`
	Everywhere bool             `json:"everywhere,omitempty" doc:"It holds wherever no other zone does, and has no geometry: global_rules of GBFS. There is one at most."`
	Start      *time.Time       `json:"start,omitempty" doc:"The rules hold from here on; without it, always did."`
	End        *time.Time       `json:"end,omitempty" doc:"The rules hold until before here; without it, for good."`
	Rules      []zone.Rule      `json:"rules" minItems:"1" maxItems:"50" doc:"As in GBFS v3.0; the first one for a model is its rule. vehicle_type_ids are the IDs of models; without them the rule is for all."`
	Price      *fare.Adjustment `json:"price,omitempty" doc:"What the end of a ride here does to its bill: percent of it, and an amount in minor units. The bill is never below 0."`
}

// Zone is one version of an area with its rules.
type Zone struct {
	ID      int64 `json:"id"`
	Version int64 `json:"version" doc:"A version never changes: a change is a new version."`
	ZoneRules
	Geometry *Geometry `json:"geometry,omitempty" doc:"Not in lists."`
	InForce  bool      `json:"in_force" doc:"False once it is replaced, retired, or over. A zone that has not begun yet is in force."`
}

// Geometry is a GeoJSON Polygon or MultiPolygon: rings of longitude and latitude. (RFC 7946)
type Geometry struct {
	Type        string `json:"type" enum:"Polygon,MultiPolygon"`
	Coordinates []any  `json:"coordinates" minItems:"1"`
}

func showRules(d zone.Draft) ZoneRules {
	r := ZoneRules{
		Name: d.Name, Order: d.Order, Everywhere: d.Everywhere, Start: happened(d.Starts), End: happened(d.Ends), Rules: d.Rules,
	}
	if d.Price != (fare.Adjustment{}) {
		r.Price = &d.Price
	}
	return r
}

func showZone(z zone.Zone, inForce bool) Zone {
	return Zone{ID: z.ID, Version: z.Version, ZoneRules: showRules(z.Draft), InForce: inForce}
}

// drawZone is showZone with the geometry.
func drawZone(z zone.Zone, inForce bool) (Zone, error) {
	shown := showZone(z, inForce)
	g, err := geometryOf(z)
	shown.Geometry = g
	return shown, err
}

func geometryOf(z zone.Zone) (*Geometry, error) {
	if z.Everywhere {
		return nil, nil //nolint:nilnil // it is everywhere
	}
	var g Geometry
	if err := json.Unmarshal(z.Geometry, &g); err != nil {
		return nil, fmt.Errorf("stored geometry of zone %d: %w", z.ID, err)
	}
	return &g, nil
}

// draft is what staff drew.
func (r ZoneRules) draft(g *Geometry) (zone.Draft, error) {
	d := zone.Draft{Name: r.Name, Order: r.Order, Everywhere: r.Everywhere, Rules: r.Rules}
	for field, moment := range map[string]struct{ from, to *time.Time }{"start": {r.Start, &d.Starts}, "end": {r.End, &d.Ends}} {
		if moment.from == nil {
			continue
		}
		*moment.to = moment.from.UTC()
		if year := moment.to.Year(); year < 1970 || year > 9999 { // the zero time stands for none
			return d, zone.ErrDraft.Saying("The times of a zone lie in the years 1970 to 9999.").With("field", field)
		}
	}
	if r.Price != nil {
		d.Price = *r.Price
	}
	switch {
	case r.Everywhere && g != nil:
		return d, zone.ErrDraft.Saying("A zone that is everywhere has no geometry.").With("field", "geometry")
	case !r.Everywhere && g == nil:
		return d, zone.ErrDraft.Saying("A zone has a geometry, or is everywhere.").With("field", "geometry")
	case g != nil:
		text, err := json.Marshal(g)
		if err != nil {
			return d, err
		}
		d.Geometry = text
	}
	return d, nil
}
