package api

import (
	"time"

	"rodada/domain/fleet"
	"rodada/geo"
)

// MapScooter is a scooter on the staff map. What nobody knows is absent.
type MapScooter struct {
	Plate          string        `json:"plate"`
	Gone           bool          `json:"gone,omitempty" doc:"The fleet has it no more: take it off the map. Nothing else is said of it."`
	State          string        `json:"state,omitempty" enum:"available,reserved,in_use,securing,upgrading,blocked,maintenance,missing,retired,offline" doc:"What the map shows: offline while it is not heard of, whatever its status; else its status."`
	Status         string        `json:"status,omitempty" doc:"The hold while there is one, else available or the service."`
	Service        fleet.Service `json:"service,omitempty" enum:"in_service,blocked,maintenance,missing,retired"`
	Hold           fleet.Hold    `json:"hold,omitempty" enum:"free,reserved,in_use,securing,upgrading"`
	Online         bool          `json:"online" doc:"It was heard of lately, as RODADA_TELEMETRY_OFFLINE_AFTER says."`
	SeenAt         *time.Time    `json:"seen_at,omitempty" doc:"When its last message came."`
	Position       *geo.Point    `json:"position,omitempty"`
	PositionAt     *time.Time    `json:"position_at,omitempty"`
	PositionSource string        `json:"position_source,omitempty" enum:"gps,lbs" doc:"lbs is by radio cells: hundreds of metres off."`
	Battery        *int          `json:"battery,omitempty" doc:"Percent."`
	SpeedKmh       *int          `json:"speed_kmh,omitempty"`
	Powered        *bool         `json:"powered,omitempty"`
	Fallen         *bool         `json:"fallen,omitempty"`
	Alarm          *bool         `json:"alarm,omitempty"`
	FaultCode      *int          `json:"fault_code,omitempty"`
}

// stateOf is what the map shows of a scooter: offline is a state of its own.
func stateOf(status string, online bool) string {
	if !online {
		return "offline"
	}
	return status
}

// onMap is a scooter as the map shows it; false: it is none of the fleet and never was.
func onMap(s Sighting, now time.Time, silence time.Duration) (MapScooter, bool) {
	if s.Service == "" {
		return MapScooter{Plate: s.Plate, Gone: true}, s.Gone
	}
	online := !s.Seen.IsZero() && now.Sub(s.Seen) <= silence
	status := fleet.Scooter{Service: s.Service, Hold: s.Hold}.Status()
	shown := MapScooter{
		Plate: s.Plate, State: stateOf(status, online), Status: status, Service: s.Service, Hold: s.Hold, Online: online,
		SeenAt: happened(s.Seen), Battery: said(s.Battery), SpeedKmh: said(s.SpeedKmh), Powered: s.Powered, Fallen: s.Fallen, Alarm: s.Alarm,
		FaultCode: said(s.Fault),
	}
	if !s.PositionAt.IsZero() {
		shown.Position, shown.PositionAt, shown.PositionSource = &s.Position, happened(s.PositionAt), s.PositionSource
	}
	return shown, true
}
