package station_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/station"
	"rodada/geo"
)

func ptr[T any](v T) *T { return &v }

func known() map[string]station.Station {
	return map[string]station.Station{"s1": {
		ID: "1", ShortName: "S1", Name: "One", Position: geo.Point{Lat: 1, Lng: 2}, Capacity: 5, Scooters: 3, Charging: true, State: station.Active,
	}}
}

func TestPlanOfStations(t *testing.T) {
	fresh := station.Record{Row: 3, ShortName: "S2", Name: ptr("Two"), Lat: ptr(3.), Lng: ptr(4.), Capacity: ptr(2), Charging: ptr(false)}
	plan := station.PlanImport([]station.Record{{Row: 2, ShortName: "s1", Capacity: ptr(4), Lng: ptr(2.5), Lat: ptr(1.)}, fresh}, known())
	after := known()["s1"]
	after.Capacity, after.Position.Lng = 4, 2.5
	require.Equal(t, station.Plan{
		Create: []station.Station{{ShortName: "S2", Name: "Two", Position: geo.Point{Lat: 3, Lng: 4}, Capacity: 2, State: station.Active}},
		Change: []station.Revision{{Row: 2, Before: known()["s1"], After: after, Columns: []string{"capacity", "lng"}}},
	}, plan)
	again := known()
	again["s1"], again["s2"] = after, plan.Create[0]
	require.Equal(t, station.Plan{Unchanged: 2}, station.PlanImport([]station.Record{{Row: 2, ShortName: "S1", Capacity: ptr(4)}, fresh}, again))
}

func TestBadRowsOfStations(t *testing.T) {
	for name, c := range map[string]struct {
		records []station.Record
		column  string
		want    *fault.Error
	}{
		"twice":          {[]station.Record{{ShortName: "S1"}, {ShortName: "s1"}}, "short_name", station.ErrRepeated},
		"no name":        {[]station.Record{{ShortName: "S2", Lat: ptr(1.), Lng: ptr(1.), Capacity: ptr(1)}}, "name", station.ErrInvalid},
		"no place":       {[]station.Record{{ShortName: "S2", Name: ptr("x"), Capacity: ptr(1)}}, "lat", station.ErrInvalid},
		"half a place":   {[]station.Record{{ShortName: "S1", Lat: ptr(1.)}}, "lat", station.ErrInvalid},
		"no such place":  {[]station.Record{{ShortName: "S1", Lat: ptr(91.), Lng: ptr(0.)}}, "lat", station.ErrInvalid},
		"no room":        {[]station.Record{{ShortName: "S1", Capacity: ptr(2)}}, "capacity", station.ErrFull},
		"not so closed":  {[]station.Record{{ShortName: "S1", State: ptr(station.Closed)}}, "state", station.ErrInvalid},
		"no such name":   {[]station.Record{{ShortName: "a b", Name: ptr("x"), Lat: ptr(1.), Lng: ptr(1.), Capacity: ptr(1)}}, "short_name", station.ErrInvalid},
		"no such number": {[]station.Record{{ShortName: "S1", Capacity: ptr(0)}}, "capacity", station.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			plan := station.PlanImport(c.records, known())
			require.Len(t, plan.Errors, 1)
			require.Equal(t, c.column, plan.Errors[0].Column)
			require.ErrorIs(t, plan.Errors[0].Fault, c.want)
			require.Empty(t, plan.Create)
			require.Empty(t, plan.Change)
		})
	}
}
