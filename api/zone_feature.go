package api

import (
	"context"
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
	id    string
	exact bool
}

type mapZonesIn struct {
	Box    string `query:"bbox" maxLength:"100" example:"-3.72,40.40,-3.68,40.43" doc:"West, south, east, north in degrees: only zones that may lie in there. West is greater than east across the antimeridian."`
	Accept string `header:"Accept-Encoding" maxLength:"200" hidden:"true"`
	Known  string `header:"If-None-Match" maxLength:"200" doc:"The ETag of an earlier answer: 304 when no zone has changed since."`
}

type mapZonesOut struct {
	Status   int
	ETag     string `header:"ETag"`
	Control  string `header:"Cache-Control"`
	Vary     string `header:"Vary"`
	Type     string `header:"Content-Type"`
	Encoding string `header:"Content-Encoding"`
	Body     []byte
}

func (e mapZones) Meta() meta {
	return meta{
		ID: e.id, Summary: "The zones on a map, in GeoJSON",
		Description: "In the order in which they decide: the first zone that contains a place, holds now (start, end) and has a rule for the " +
			"model is the one whose rule counts. Zones that have not begun yet are among them, those that are over are not. " + e.precision() +
			" Ask for all of them once and keep the ETag, or for a bbox; all of them come compressed (gzip) to who takes that.",
		Also:   map[int]string{http.StatusNotModified: "No zone has changed since the answer with that ETag."},
		Answer: FeatureCollection{},
		Faults: []*fault.Error{errBox},
	}
}

// precision says how exact the places are.
func (e mapZones) precision() string {
	if e.exact {
		return "Places are as they were drawn: what is exported can be imported."
	}
	return "Places have six decimals, 11 cm."
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
	m, err := e.maps(e.exact).of(set, e.now())
	if err != nil {
		return nil, err
	}
	out := &mapZonesOut{
		Status: http.StatusOK, ETag: strconv.Quote(m.tag()), Control: "private, no-cache", Vary: "Accept-Encoding",
		Type: "application/json",
	}
	zipped := box == nil && takesGzip(in.Accept)
	if zipped {
		out.ETag = strconv.Quote(m.tag() + "-gzip")
	}
	if knows(in.Known, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	switch {
	case box != nil:
		out.Body = m.in(*box)
	case zipped:
		out.Encoding = "gzip"
		out.Body, err = m.zipped()
	default:
		out.Body = m.whole
	}
	return out, err
}

// takesGzip reports whether an Accept-Encoding names gzip. (RFC 9110, 12.5.3)
func takesGzip(header string) bool {
	for each := range strings.SplitSeq(header, ",") {
		name, quality, _ := strings.Cut(strings.ReplaceAll(each, " ", ""), ";")
		if strings.EqualFold(name, "gzip") && strings.Trim(strings.TrimPrefix(strings.ToLower(quality), "q="), "0.") != "" || strings.EqualFold(name, "gzip") && quality == "" {
			return true
		}
	}
	return false
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
