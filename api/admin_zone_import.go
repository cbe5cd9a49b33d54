package api

import (
	"context"
	"fmt"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/zone"
)

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
		if err := e.mayDraw(ctx, &drafts[i], nil); err != nil {
			return nil, in.Body.placed(ofFeature(err, i))
		}
	}
	made, err := e.store.CreateZones(ctx, drafts...)
	if err != nil {
		return nil, in.Body.placed(err)
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
			return nil, f.placed(ofFeature(err, i))
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

// ofFeature says which feature a fault is of.
func ofFeature(err error, i int) error {
	if f, is := fault.From(err); is {
		return f.With("feature", i+1)
	}
	return err
}

// placed says where in the file the field of a fault stands.
func (f ZoneImport) placed(err error) error {
	known, is := fault.From(err)
	if !is {
		return err
	}
	field, named := known.Details["field"].(string)
	if !named {
		return err
	}
	number, _ := known.Details["feature"].(int)
	at := max(number-1, 0)
	switch {
	case f.Type == "FeatureCollection" && at >= len(f.Features):
		return known.With("field", "global_"+field)
	case field != "geometry":
		field = "properties." + field
	}
	if f.Type == "FeatureCollection" {
		field = fmt.Sprintf("features[%d].%s", at, field)
	}
	return known.With("field", field)
}
