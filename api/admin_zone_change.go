package api

import (
	"context"
	"net/http"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/staff"
	"rodada/domain/zone"
)

var drawFaults = []*fault.Error{zone.ErrGeometry, zone.ErrDraft, zone.ErrModel, zone.ErrTwice, staff.ErrPermission}

// mayPrice is a fault when a change touches prices and who makes it may not.
func mayPrice(ctx context.Context, next, was *zone.Draft) error {
	price := func(d *zone.Draft) fare.Adjustment {
		if d == nil {
			return fare.Adjustment{}
		}
		return d.Price
	}
	// Where a zone lies, when and before which others says what its price is for: one that has a price is a price.
	if price(next) == (fare.Adjustment{}) && price(was) == (fare.Adjustment{}) || memberFrom(ctx).May(staff.Pricing) {
		return nil
	}
	return staff.Lacking(staff.Pricing)
}

// createZone is POST /admin/v1/zones.
type createZone struct{ *zones }

// ZoneDraft is a zone as staff draw it.
type ZoneDraft struct {
	ZoneRules
	Geometry *Geometry `json:"geometry,omitempty"`
}

type createZoneIn struct{ Body ZoneDraft }

func (createZone) Meta() meta {
	return meta{
		ID: "create-zone", Summary: "Draw a zone", Status: http.StatusCreated, Faults: drawFaults, BodyLimit: maxZone,
		Description: "It is in force at once, or from its start on. One that changes prices needs the permission `pricing` too.",
	}
}

func (e createZone) Execute(ctx context.Context, in *createZoneIn) (*zoneOut, error) {
	d, err := in.Body.draft(in.Body.Geometry)
	if err == nil {
		err = mayPrice(ctx, &d, nil)
	}
	if err != nil {
		return nil, err
	}
	made, err := e.store.CreateZones(ctx, d)
	if err != nil {
		return nil, err
	}
	return zoneAnswer(made[0], true)
}

// changeZone is PUT /admin/v1/zones/{id}.
type changeZone struct{ *zones }

type changeZoneIn struct {
	ZoneRef
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"The version that the change was made of."`
		ZoneDraft
	}
}

func (changeZone) Meta() meta {
	return meta{
		ID: "change-zone", Summary: "Put a new version of a zone in force",
		Description: "The body is the whole zone; without a geometry it stays where it is. What is the same as before makes no version. " +
			"Rides under way are judged by the new version from their next position on. One that changes prices, or did, needs the " +
			"permission `pricing` too.",
		Faults:    append([]*fault.Error{zone.ErrUnknown, zone.ErrRetired, zone.ErrChanged}, drawFaults...),
		BodyLimit: maxZone,
	}
}

func (e changeZone) Execute(ctx context.Context, in *changeZoneIn) (*zoneOut, error) {
	was, _, err := e.store.Zone(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	g := in.Body.Geometry
	if g == nil && !in.Body.Everywhere {
		if g, err = geometryOf(was); err != nil {
			return nil, err
		}
	}
	d, err := in.Body.draft(g)
	if err == nil {
		err = mayPrice(ctx, &d, &was.Draft)
	}
	if err != nil {
		return nil, err
	}
	z, err := e.store.ChangeZone(ctx, in.ID, in.Body.Version, d)
	if err != nil {
		return nil, err
	}
	return zoneAnswer(z, true)
}

// orderZones is PUT /admin/v1/zones/order.
type orderZones struct{ *zones }

type orderZonesIn struct {
	Body struct {
		Zones []int64 `json:"zones" minItems:"1" maxItems:"100000" doc:"The IDs of all zones in force but the one that is everywhere, the first to decide first."`
	}
}

func (orderZones) Meta() meta {
	return meta{
		ID: "order-zones", Summary: "Say which zones go first",
		Description: "Each zone whose place changes gets a new version. Where one changes prices, the permission `pricing` is needed too.",
		Faults:      []*fault.Error{zone.ErrOrder, staff.ErrPermission}, BodyLimit: maxZone,
	}
}

func (e orderZones) Execute(ctx context.Context, in *orderZonesIn) (*zonesOut, error) {
	set, err := e.store.FreshZones(ctx)
	if err != nil {
		return nil, err
	}
	for _, z := range set.Zones {
		if err := mayPrice(ctx, nil, &z.Draft); err != nil {
			return nil, err
		}
	}
	if err := e.store.OrderZones(ctx, in.Body.Zones); err != nil {
		return nil, err
	}
	return listZones(e).Execute(ctx, &listZonesIn{})
}

// importZones is POST /admin/v1/zones/import.
type importZones struct{ *zones }

// ZoneImport is a FeatureCollection, or a single Feature.
type ZoneImport struct {
	_           struct{}         `additionalProperties:"true"`
	Type        string           `json:"type" enum:"FeatureCollection,Feature"`
	Features    []ZoneImportItem `json:"features,omitempty" maxItems:"10000"`
	GlobalRules []zone.Rule      `json:"global_rules,omitempty" maxItems:"50" doc:"The rules of a zone that is everywhere."`
	Geometry    *Geometry        `json:"geometry,omitempty" doc:"Of a single Feature."`
	Properties  *ZoneProperties  `json:"properties,omitempty" doc:"Of a single Feature."`
}

// ZoneImportItem is a Feature.
type ZoneImportItem struct {
	_          struct{}       `additionalProperties:"true"`
	Type       string         `json:"type" enum:"Feature"`
	Geometry   *Geometry      `json:"geometry"`
	Properties ZoneProperties `json:"properties"`
}

// ZoneProperties is what a Feature says of its zone. Whatever else it says is left out.
type ZoneProperties struct {
	_ struct{} `additionalProperties:"true"`
	ZoneRules
}

type importZonesIn struct{ Body ZoneImport }

func (importZones) Meta() meta {
	return meta{
		ID: "import-zones", Summary: "Add the zones of a GeoJSON file", Status: http.StatusCreated, BodyLimit: maxZones,
		Description: "A FeatureCollection of Polygons and MultiPolygons, as GET /admin/v1/zones/geojson gives one, or a single Feature: its " +
			"properties are the zone's. All of a file is added or none of it, as one set; `feature` in a fault counts from 1. Nothing that is in " +
			"force changes. With prices, the permission `pricing` is needed too.",
		Faults: drawFaults,
	}
}

func (e importZones) Execute(ctx context.Context, in *importZonesIn) (*zonesOut, error) {
	drafts, err := in.Body.drafts()
	if err != nil {
		return nil, err
	}
	for i := range drafts {
		if err := mayPrice(ctx, &drafts[i], nil); err != nil {
			return nil, err
		}
	}
	made, err := e.store.CreateZones(ctx, drafts...)
	if err != nil {
		return nil, err
	}
	set, err := e.store.FreshZones(ctx)
	if err != nil {
		return nil, err
	}
	out := &zonesOut{}
	out.Body.Version = set.Version
	for _, z := range made {
		out.Body.Zones = append(out.Body.Zones, showZone(z, true))
	}
	return out, nil
}

func (f ZoneImport) drafts() ([]zone.Draft, error) {
	items := f.Features
	if f.Type == "Feature" {
		if f.Properties == nil {
			return nil, zone.ErrDraft.Saying("A Feature has properties: the zone's name and rules.").With("field", "properties")
		}
		items = []ZoneImportItem{{Geometry: f.Geometry, Properties: *f.Properties}}
	}
	var drafts []zone.Draft
	for i, item := range items {
		d, err := item.Properties.draft(item.Geometry)
		if err != nil {
			if known, is := fault.From(err); is {
				return nil, known.With("feature", i+1)
			}
			return nil, err
		}
		drafts = append(drafts, d)
	}
	if len(f.GlobalRules) > 0 {
		drafts = append(drafts, zone.Draft{Name: "global_rules", Everywhere: true, Rules: f.GlobalRules})
	}
	if len(drafts) == 0 {
		return nil, zone.ErrDraft.Saying("There is no zone in that file.").With("field", "features")
	}
	return drafts, nil
}
