package pricing

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rodada/domain/zone"
	"rodada/geo"
)

type areaReader func(text []byte) (geo.Area, error)

const (
	maxCities = 200
	maxRules  = 500
)

// Checked is the plan ready for use, or ErrRules with what is wrong with each field. Whether its tariffs, zones and models exist, the
// books know.
func (p Plan) Checked() (Plan, error) { return p.checked(zone.ParseArea) }

// Stored is a plan that was checked before, ready for use, without looking again for rings that cross: most of the work.
func (p Plan) Stored() (Plan, error) { return p.checked(zone.StoredArea) }

func (p Plan) checked(area areaReader) (Plan, error) {
	p.Cities, p.Rules = slices.Clone(p.Cities), slices.Clone(p.Rules)
	var all flaws
	all.unless(len(p.Cities) <= maxCities, "cities", FlawMany, fmt.Sprint(maxCities))
	all.unless(len(p.Rules) <= maxRules, "rules", FlawMany, fmt.Sprint(maxRules))
	if len(all) == 0 {
		p.check(&all, area)
	}
	if len(all) > 0 {
		return p, ErrRules.With("flaws", []Flaw(all))
	}
	return p, nil
}

func (p Plan) check(all *flaws, area areaReader) {
	own, known := clockOf(p.TimeZone)
	all.unless(known || p.TimeZone == "", "time_zone", FlawTimeZone, strconv.Quote(p.TimeZone))
	clocks := map[string]*time.Location{"": own}
	for i := range p.Cities {
		c := &p.Cities[i]
		at := fmt.Sprintf("cities[%d].", i)
		c.Name = strings.TrimSpace(c.Name)
		_, twice := clocks[c.Name]
		all.unless(named(c.Name), at+"name", FlawName)
		all.unless(!twice || c.Name == "", at+"name", FlawCityTwice)
		c.clock, known = clockOf(c.TimeZone)
		all.unless(known, at+"time_zone", FlawTimeZone, strconv.Quote(c.TimeZone))
		var err error
		c.area, err = area(c.Geometry)
		all.unless(err == nil, at+"geometry", FlawGeometry)
		if c.Name != "" {
			clocks[c.Name] = c.clock
		}
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		at := fmt.Sprintf("rules[%d].", i)
		clock, known := clocks[r.City]
		all.unless(known, at+"city", FlawNoCity, strconv.Quote(r.City))
		all.unless(len(r.Hours) == 0 || clock != nil || r.City != "", at+"hours", FlawNoZone)
		r.clock = clock
		for j, h := range r.Hours {
			h.check(all, fmt.Sprintf("%shours[%d].", at, j))
		}
	}
}

func (h Hours) check(all *flaws, at string) {
	_, from := minuteOf(h.From)
	_, to := minuteOf(h.To)
	all.unless(from && h.From != "24:00", at+"from", FlawClock)
	all.unless(to, at+"to", FlawClock)
	all.unless(!slices.ContainsFunc(h.Days, func(d string) bool { return !slices.Contains(days, d) }), at+"days", FlawDay)
}

// clockOf is the clock of a time zone. The machine's own is none, for it is another one elsewhere.
func clockOf(name string) (*time.Location, bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	clock, err := time.LoadLocation(name)
	return clock, err == nil
}
