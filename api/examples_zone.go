package api

import (
	"maps"

	"rodada/domain/fare"
	"rodada/domain/zone"
)

// zoneExamples are a pedestrian street where scooters crawl, seen by staff and on the map.
func zoneExamples() map[string]any {
	rules := ZoneRules{
		Name: "Calle Mayor", Order: 10, Price: &fare.Adjustment{Percent: 10, Amount: 50},
		Rules: []zone.Rule{{Models: []string{"2"}, RideThrough: false}, {RideStart: true, RideEnd: true, RideThrough: true, MaxKmh: 10}},
	}
	shape := &Geometry{Type: "Polygon", Coordinates: []any{
		[][2]float64{{-3.7075, 40.4155}, {-3.7045, 40.4155}, {-3.7045, 40.4165}, {-3.7075, 40.4165}, {-3.7075, 40.4155}},
	}}
	street := Zone{ID: 7, Version: 2, ZoneRules: rules, Geometry: shape, InForce: true}
	listed := street
	listed.Geometry = nil
	list := zonesOut{}.Body
	list.Version, list.Zones = 12, []Zone{listed}
	city := FeatureCollection{
		Type: "FeatureCollection", Version: 12, GlobalRules: []zone.Rule{{}},
		Features: []Feature{{Type: "Feature", ID: 7, Geometry: shape, Properties: FeatureRules{rules, 2}}},
	}
	return map[string]any{
		"create-zone 201": street, "change-zone 200": street, "get-zone 200": street, "list-zones 200": list, "order-zones 200": list,
		"import-zones 201": ZonesImported{Version: 12, Count: 1, Zones: []zone.Named{{ID: 7, Version: 1, Name: "Calle Mayor"}}}, "map-zones 200": city, "map-zones-staff 200": city,
	}
}

// together is several sets of examples as one.
func together(sets ...map[string]any) map[string]any {
	all := map[string]any{}
	for _, set := range sets {
		maps.Copy(all, set)
	}
	return all
}
