package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"rodada/domain/fault"
	"rodada/domain/zone"
	"rodada/geo"
)

// FeatureCollection is zones in GeoJSON, in the order in which they decide. (RFC 7946)
type FeatureCollection struct {
	Type     string    `json:"type" enum:"FeatureCollection"`
	Features []Feature `json:"features"`
	// The members beside are foreign to GeoJSON, and named as in GBFS.
	Version     int64       `json:"version" doc:"Of the set: it changes with any zone."`
	GlobalRules []zone.Rule `json:"global_rules" doc:"What holds wherever no zone does; the first one for a model. Without one a ride may begin and pass anywhere, and end anywhere unless some zone allows ends."`
}

// Feature is a zone in GeoJSON.
type Feature struct {
	Type       string       `json:"type" enum:"Feature"`
	ID         int64        `json:"id"`
	Geometry   *Geometry    `json:"geometry"`
	Properties FeatureRules `json:"properties"`
}

// FeatureRules is what holds in a zone.
type FeatureRules struct {
	ZoneRules
	ZoneVersion int64 `json:"version"`
}

// collect shows a set as features; with a box, those that may lie in it.
func collect(set zone.Set, box *geo.Box) (FeatureCollection, error) {
	c := FeatureCollection{Type: "FeatureCollection", Version: set.Version, Features: []Feature{}, GlobalRules: []zone.Rule{}}
	for _, z := range set.Zones {
		if z.Everywhere {
			c.GlobalRules = z.Rules
			continue
		}
		if box != nil && !z.Area.Touches(*box) {
			continue
		}
		g, err := geometryOf(z)
		if err != nil {
			return c, err
		}
		c.Features = append(c.Features, Feature{
			Type: "Feature", ID: z.ID, Geometry: g, Properties: FeatureRules{showRules(z.Draft), z.Version},
		})
	}
	return c, nil
}

var errBox = fault.Declare(fault.Invalid, "bbox_invalid", "The bounding box is west,south,east,north in degrees.")

// parseBox reads a bbox of GeoJSON; nil for none.
func parseBox(text string) (*geo.Box, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no box is all of the map
	}
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return nil, errBox
	}
	var numbers [4]float64
	for i, part := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, errBox
		}
		numbers[i] = n
	}
	box := geo.Box{West: numbers[0], South: numbers[1], East: numbers[2], North: numbers[3]}
	if !box.Valid() {
		return nil, errBox
	}
	return &box, nil
}

// mapZones is GET /v1/zones, and the same for staff.
type mapZones struct {
	*zones
	id string
}

type mapZonesIn struct {
	Box   string `query:"bbox" maxLength:"100" example:"-3.72,40.40,-3.68,40.43" doc:"West, south, east, north in degrees: only zones that may lie in there. West is greater than east across the antimeridian."`
	Known string `header:"If-None-Match" maxLength:"200" doc:"The ETag of an earlier answer: 304 when no zone has changed since."`
}

type mapZonesOut struct {
	Status  int
	ETag    string `header:"ETag"`
	Control string `header:"Cache-Control"`
	Body    FeatureCollection
}

func (e mapZones) Meta() meta {
	return meta{
		ID: e.id, Summary: "The zones on a map, in GeoJSON",
		Description: "In the order in which they decide: the first zone that contains a place, holds now (start, end) and has a rule for the " +
			"model is the one whose rule counts. Zones that have not begun yet are among them.",
		Also:   map[int]string{http.StatusNotModified: "No zone has changed since the answer with that ETag."},
		Faults: []*fault.Error{errBox},
	}
}

func (e mapZones) Execute(ctx context.Context, in *mapZonesIn) (*mapZonesOut, error) {
	box, err := parseBox(in.Box)
	if err != nil {
		return nil, err
	}
	set, err := e.store.Zones(ctx)
	if err != nil {
		return nil, err
	}
	out := &mapZonesOut{Status: http.StatusOK, ETag: fmt.Sprintf(`"zones-%d"`, set.Version), Control: "private, no-cache"}
	if knows(in.Known, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body, err = collect(set, box)
	return out, err
}

// knows reports whether an If-None-Match names a tag. Weak tags are as good here. (RFC 9110, 13.1.2)
func knows(header, tag string) bool {
	for each := range strings.SplitSeq(header, ",") {
		each = strings.TrimSpace(each)
		if each == "*" || strings.TrimPrefix(each, "W/") == tag {
			return true
		}
	}
	return false
}
