package pricing

import (
	"fmt"
	"slices"
	"strings"
)

// Flaw is one thing wrong with a tariff, a list of rules or a promotion.
type Flaw struct {
	Field string   `json:"field"` // as the API calls it, such as rules[0].city
	What  FlawKind `json:"what"`
	Said  string   `json:"said,omitempty"` // the value that is wrong, or what it is held to
}

// FlawKind is what is wrong.
type FlawKind string

// The flaws.
const (
	FlawID        FlawKind = "id"
	FlawName      FlawKind = "name"
	FlawRange     FlawKind = "range"
	FlawMany      FlawKind = "too_many"
	FlawEnd       FlawKind = "end"
	FlawClock     FlawKind = "clock"
	FlawDay       FlawKind = "day"
	FlawTimeZone  FlawKind = "time_zone"
	FlawNoZone    FlawKind = "time_zone_missing"
	FlawGeometry  FlawKind = "geometry"
	FlawCityTwice FlawKind = "city_twice"
	FlawNoCity    FlawKind = "city_unknown"
	FlawNoTariff  FlawKind = "tariff_unknown"
	FlawNone      FlawKind = "id_unknown"
)

// flawWords says them; %s is what was said.
var flawWords = map[FlawKind]string{
	FlawID:        "An ID has 1 to 64 of a-z, 0-9, - and _.",
	FlawName:      fmt.Sprintf("A name has 1 to %d characters that can be read, in one line.", maxName),
	FlawRange:     "This goes from 0 to %s.",
	FlawMany:      "There are %s at most.",
	FlawEnd:       "A segment ends after it starts, or with 0 never.",
	FlawClock:     "A time of day goes from 00:00 to 23:59, and as an end to 24:00.",
	FlawDay:       "A day is one of mon, tue, wed, thu, fri, sat and sun.",
	FlawTimeZone:  "The IANA has no time zone %s. They are written like Europe/Madrid.",
	FlawNoZone:    "Hours need a time zone: that of a city, or time_zone.",
	FlawGeometry:  "A city is a GeoJSON Polygon or MultiPolygon whose rings surround an area and do not cross.",
	FlawCityTwice: "Each city is there once.",
	FlawNoCity:    "None of the cities is called %s.",
	FlawNoTariff:  "There is no tariff %s.",
	FlawNone:      "There is none with the ID %s.",
}

// FlawKinds lists all of them.
func FlawKinds() []FlawKind {
	kinds := make([]FlawKind, 0, len(flawWords))
	for kind := range flawWords {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// String says in English what is wrong.
func (f Flaw) String() string { return f.Say(flawWords[f.What]) }

// Say puts what was said into a sentence.
func (f Flaw) Say(sentence string) string { return strings.ReplaceAll(sentence, "%s", f.Said) }

// flaws collects what is wrong.
type flaws []Flaw

func (all *flaws) unless(fine bool, field string, what FlawKind, said ...string) {
	if !fine {
		*all = append(*all, Flaw{Field: field, What: what, Said: strings.Join(said, "")})
	}
}

func (all *flaws) bound(field string, n, most int64) {
	all.unless(n >= 0 && n <= most, field, FlawRange, fmt.Sprint(most))
}
