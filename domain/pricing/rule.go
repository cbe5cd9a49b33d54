package pricing

import (
	"encoding/json"
	"slices"
	"time"
	_ "time/tzdata" // hours are by the clocks of places, whatever the machine has

	"rodada/geo"
)

// Plan is the rules that say which tariff a ride has, and the cities that they speak of. The first rule that is for a ride decides.
type Plan struct {
	// TimeZone is that of the hours of rules without a city.
	TimeZone string       `json:"time_zone,omitempty"`
	Cities   []City       `json:"cities,omitempty"`
	Rules    []TariffRule `json:"rules"`
}

// City is an area with a clock.
type City struct {
	Name     string          `json:"name"`
	TimeZone string          `json:"time_zone"`
	Geometry json.RawMessage `json:"geometry"` // GeoJSON Polygon or MultiPolygon
	area     geo.Area
	clock    *time.Location
}

// TariffRule gives rides a tariff. What it does not say, it does not ask for.
type TariffRule struct {
	TariffID string  `json:"tariff_id" minLength:"1" maxLength:"64"`
	City     string  `json:"city,omitempty" maxLength:"100" doc:"The name of one of the cities: rides that begin there."`
	Zones    []int64 `json:"zone_ids,omitempty" maxItems:"200" doc:"Rides that begin in one of these zones, while it is in force."`
	Models   []int64 `json:"model_ids,omitempty" maxItems:"200" doc:"Rides with a scooter of one of these models."`
	Hours    []Hours `json:"hours,omitempty" maxItems:"50" doc:"Rides that begin within one of these, by the clock of the city, or else of the whole."`
	clock    *time.Location
}

// Hours are a time of some days of the week.
type Hours struct {
	Days []string `json:"days,omitempty" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"Without them, every day."`
	From string   `json:"from" example:"07:00" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"From this minute on."`
	To   string   `json:"to" example:"10:00" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" doc:"Until before this minute; not after from: of the next day."`
}

var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

// citiesAt names the cities that contain a place.
func (p Plan) citiesAt(place *geo.Point) []string {
	var names []string
	if place == nil {
		return nil
	}
	for _, c := range p.Cities {
		if c.area.Contains(*place) {
			names = append(names, c.Name)
		}
	}
	return names
}

// matches reports whether the rule is for a ride that begins in these cities.
func (r TariffRule) matches(c Case, cities []string) bool {
	switch {
	case r.City != "" && !slices.Contains(cities, r.City),
		len(r.Zones) > 0 && !slices.ContainsFunc(r.Zones, func(id int64) bool { return slices.Contains(c.Zones, id) }),
		len(r.Models) > 0 && !slices.Contains(r.Models, c.ModelID):
		return false
	case len(r.Hours) == 0:
		return true
	}
	local := c.At.In(r.clock)
	return slices.ContainsFunc(r.Hours, func(h Hours) bool { return h.hold(local) })
}

// hold reports whether a moment, by the clock of the place, is within the hours.
func (h Hours) hold(local time.Time) bool {
	from, _ := minuteOf(h.From)
	to, _ := minuteOf(h.To)
	now, today := 60*local.Hour()+local.Minute(), int(local.Weekday())
	on := func(day int) bool { return len(h.Days) == 0 || slices.Contains(h.Days, days[(day+7)%7]) }
	if from < to {
		return on(today) && from <= now && now < to
	}
	return on(today) && now >= from || on(today-1) && now < to
}

// minuteOf is the minute of the day that a clock's "15:04" says.
func minuteOf(clock string) (int, bool) {
	if clock == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", clock)
	return 60*t.Hour() + t.Minute(), err == nil && len(clock) == len("15:04")
}
