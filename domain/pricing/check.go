package pricing

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rodada/domain/zone"
)

const (
	maxName   = 100
	maxCities = 200
	maxRules  = 500
)

// Checked is the plan ready for use, or ErrRules with what is wrong with each field. Whether its tariffs, zones and models exist, the
// books know.
func (p Plan) Checked() (Plan, error) {
	wrong := map[string]string{}
	p.Cities, p.Rules = slices.Clone(p.Cities), slices.Clone(p.Rules)
	if len(p.Cities) > maxCities {
		wrong["cities"] = fmt.Sprintf("expected at most %d cities", maxCities)
	}
	if len(p.Rules) > maxRules {
		wrong["rules"] = fmt.Sprintf("expected at most %d rules", maxRules)
	}
	if len(wrong) > 0 {
		return p, ErrRules.With("fields", wrong)
	}
	own, err := clockOf(p.TimeZone)
	if err != nil && p.TimeZone != "" {
		wrong["time_zone"] = "expected a name such as Europe/Madrid"
	}
	clocks := map[string]*time.Location{"": own}
	for i := range p.Cities {
		c := &p.Cities[i]
		at := fmt.Sprintf("cities[%d].", i)
		c.Name = strings.TrimSpace(c.Name)
		_, twice := clocks[c.Name]
		switch n := utf8.RuneCountInString(c.Name); {
		case n == 0 || n > maxName || !utf8.ValidString(c.Name) || strings.ContainsFunc(c.Name, hidden):
			wrong[at+"name"] = fmt.Sprintf("expected 1 to %d characters that can be read, in one line", maxName)
		case twice:
			wrong[at+"name"] = "expected each city once"
		}
		if c.clock, err = clockOf(c.TimeZone); err != nil {
			wrong[at+"time_zone"] = "expected a name such as Europe/Madrid"
		}
		if c.area, err = zone.ParseArea(c.Geometry); err != nil {
			wrong[at+"geometry"] = "expected a GeoJSON Polygon or MultiPolygon whose rings surround an area and do not cross"
		}
		clocks[c.Name] = c.clock
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		at := fmt.Sprintf("rules[%d].", i)
		clock, known := clocks[r.City]
		if !known {
			wrong[at+"city"] = "expected the name of one of the cities"
		}
		r.clock = clock
		if len(r.Hours) > 0 && known && clock == nil {
			wrong[at+"hours"] = "expected time_zone with hours"
		}
		for j, h := range r.Hours {
			h.check(fmt.Sprintf("%shours[%d].", at, j), wrong)
		}
	}
	if len(wrong) > 0 {
		return p, ErrRules.With("fields", wrong)
	}
	return p, nil
}

func (h Hours) check(at string, wrong map[string]string) {
	if _, ok := minuteOf(h.From); !ok || h.From == "24:00" {
		wrong[at+"from"] = "expected 00:00 to 23:59"
	}
	if _, ok := minuteOf(h.To); !ok {
		wrong[at+"to"] = "expected 00:00 to 24:00"
	}
	if slices.ContainsFunc(h.Days, func(d string) bool { return !slices.Contains(days, d) }) {
		wrong[at+"days"] = "expected mon, tue, wed, thu, fri, sat or sun"
	}
}

// clockOf is the clock of a time zone. The machine's own is none, for it is another one elsewhere.
func clockOf(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, ErrRules
	}
	return time.LoadLocation(name)
}

func hidden(r rune) bool { return !unicode.IsGraphic(r) }
