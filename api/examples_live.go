package api

import (
	"time"

	"rodada/domain/fleet"
	"rodada/geo"
)

// liveExamples are the examples of the map: a scooter that stands, and then rides.
func liveExamples() map[string]any {
	at := time.Date(2026, 11, 23, 17, 5, 2, 0, time.UTC)
	said := func(n int) *int { return &n }
	off, on := false, true
	stands := MapScooter{
		Plate: "12AB", State: "available", Status: "available", Service: fleet.InService, Hold: fleet.Free, Online: true, SeenAt: &at,
		Position: &geo.Point{Lat: 40.41551, Lng: -3.70742}, PositionAt: &at, PositionSource: "gps", Battery: said(82), SpeedKmh: said(0),
		Powered: &off, Fallen: &off,
	}
	rides, later := stands, at.Add(16*time.Second)
	rides.State, rides.Status, rides.Hold, rides.SeenAt, rides.PositionAt = "in_use", "in_use", fleet.InUse, &later, &later
	rides.Position, rides.SpeedKmh, rides.Powered = &geo.Point{Lat: 40.41563, Lng: -3.7074}, said(14), &on
	sent := func(id, name string, data any) map[string]any {
		return map[string]any{"id": id, "event": name, "data": data}
	}
	return map[string]any{"watch-scooters 200": []any{
		sent("1795453502000-0", "snapshot", MapSnapshot{Scooters: []MapScooter{stands}, First: true, Last: true}),
		sent("1795453518250-0", "changes", MapChanges{Scooters: []MapScooter{rides}}),
	}}
}
