package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/domain/zone"
)

// importZones is POST /admin/v1/zones/import.
type importZones struct{ *zones }

// ZoneImport is a FeatureCollection, or a single Feature.
type ZoneImport struct {
	_           struct{}         `additionalProperties:"true"`
	Type        string           `json:"type" enum:"FeatureCollection,Feature"`
	Features    []ZoneImportItem `json:"features,omitempty"`
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

// importPatience is for a file of many zones on a slow line.
const importPatience = 2 * time.Minute

type importZonesIn struct {
	Keyed
	Replace int64 `query:"replace" minimum:"0" doc:"The version of the set that was looked at: all of its zones are retired, and those of the file take their place, in one new set. Without it the file is added."`
	Body    ZoneImport
}

// ZonesImported is what an import added. Their geometry is where it came from.
type ZonesImported struct {
	Version int64        `json:"version" doc:"Of the set that the import made."`
	Count   int          `json:"count" example:"1"`
	Zones   []zone.Named `json:"zones" doc:"In the order of the file; global_rules last."`
}

type importZonesOut struct{ Body ZonesImported }

func (importZones) Meta() meta {
	return meta{
		ID: "import-zones", Summary: "Add the zones of a GeoJSON file", Status: http.StatusCreated, BodyLimit: maxZones, Patience: importPatience,
		Description: fmt.Sprintf("A FeatureCollection of Polygons and MultiPolygons, as GET /admin/v1/zones/geojson gives one, or a single "+
			"Feature: its properties are the zone's. All of a file is added or none of it, as one set; `feature` in a fault counts from 1. "+
			"Nothing that is in force changes, unless the file replaces it, and the same file with the same key is added once. A zone has at most %d corners, a file at "+
			"most %d zones, and %d corners. With prices, also of what is replaced, the permission "+
			"`pricing` is needed too.",
			zone.MaxCorners, zone.MaxImport, zone.MaxImportCorners),
		Faults: append([]*fault.Error{zone.ErrImport, rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused, zone.ErrChanged}, drawFaults...),
	}
}

func (e importZones) Execute(ctx context.Context, in *importZonesIn) (*importZonesOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	if err := in.Body.bounded(); err != nil {
		return nil, err
	}
	drafts, err := in.Body.drafts()
	if err != nil {
		return nil, err
	}
	if len(drafts) == 0 && (in.Replace == 0 || in.Body.Features == nil) {
		return nil, zone.ErrDraft.Saying("There is no zone in that file.").With("field", "features")
	}
	if in.Replace > 0 {
		if err := e.mayReplace(ctx, in.Replace); err != nil {
			return nil, err
		}
	}
	for i := range drafts {
		if err := e.mayDraw(ctx, &drafts[i], nil); err != nil {
			return nil, in.Body.placed(ofFeature(err, i))
		}
	}
	text, err := json.Marshal(drafts)
	if err != nil {
		return nil, err
	}
	made, err := e.store.ImportZones(ctx, zone.Import{
		StaffID: subjectFrom(ctx), Key: key, Digest: digest(string(text), strconv.FormatInt(in.Replace, 10)), Drafts: drafts, Replaces: in.Replace,
	})
	if err != nil {
		return nil, in.Body.placed(err)
	}
	return &importZonesOut{ZonesImported{made.Set, len(made.Zones), made.Zones}}, nil
}

// bounded is zone.ErrImport for a file of too much, which nobody looks at.
func (f ZoneImport) bounded() error {
	corners := 0
	for _, item := range f.Features {
		if item.Geometry != nil {
			corners += cornersOf(item.Geometry.Coordinates)
		}
	}
	if len(f.Features) <= zone.MaxImport && corners <= zone.MaxImportCorners {
		return nil
	}
	return zone.ErrImport.With("zones", len(f.Features)).With("max_zones", zone.MaxImport).
		With("corners", corners).With("max_corners", zone.MaxImportCorners).With("field", "features")
}

// cornersOf is how many positions are in coordinates, without those that close a ring.
func cornersOf(coordinates []any) (n int) {
	for _, each := range coordinates {
		inner, is := each.([]any)
		if !is {
			return 1
		}
		n += cornersOf(inner)
	}
	if n > 1 && n == len(coordinates) && reflect.DeepEqual(coordinates[0], coordinates[n-1]) {
		n--
	}
	return n
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
