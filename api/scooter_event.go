package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/geo"
)

// scooterEvents is GET /admin/v1/scooters/{plate}/events.
type scooterEvents struct{ *registry }

type scooterEventsIn struct {
	PlateRef
	Listing
}

// ScooterEvent is something that happened to a scooter.
type ScooterEvent struct {
	ID         int64         `json:"id"`
	At         time.Time     `json:"at"`
	Kind       string        `json:"kind" example:"status" doc:"registered, status (service or hold), station, code, changed; others may come."`
	Service    fleet.Service `json:"service" doc:"As it was afterwards, like hold and station."`
	Hold       fleet.Hold    `json:"hold"`
	StationID  string        `json:"station_id,omitempty" format:"uuid"`
	Cause      string        `json:"cause" enum:"rider,staff,scooter,limit,system"`
	StaffID    string        `json:"staff_id,omitempty" format:"uuid"`
	StaffEmail string        `json:"staff_email,omitempty"`
	RentalID   string        `json:"rental_id,omitempty" format:"uuid"`
	UpgradeID  string        `json:"upgrade_id,omitempty" format:"uuid"`
	Position   *geo.Point    `json:"position,omitempty"`
	PositionAt *time.Time    `json:"position_at,omitempty" doc:"When it was there; absent: the last place that was stored."`
	Note       string        `json:"note,omitempty"`
}

type scooterEventsOut struct {
	Body struct {
		Events []ScooterEvent `json:"events"`
		Paging
	}
}

var eventSorts = sorts{"-at"}

func (scooterEvents) Meta() meta {
	return meta{
		ID: "scooter-events", Summary: "What happened to a scooter",
		Description: "Every change of its status with time, place and cause, and what staff changed. " + eventSorts.describe(),
		Faults:      append([]*fault.Error{fleet.ErrScooterUnknown}, listFaults...),
	}
}

func (e scooterEvents) Execute(ctx context.Context, in *scooterEventsIn) (*scooterEventsOut, error) {
	q, err := in.page(eventSorts, in.Plate)
	if err != nil {
		return nil, err
	}
	events, total, err := e.store.ScooterEvents(ctx, in.Plate, q)
	if err != nil {
		return nil, err
	}
	out := &scooterEventsOut{}
	events, out.Body.Paging = cut(events, total, q, in.Plate, func(e fleet.Event) listing.Place {
		return listing.Place{Value: e.At.Format(time.RFC3339Nano), ID: itoa(e.ID)}
	})
	out.Body.Events = make([]ScooterEvent, len(events))
	for i, e := range events {
		out.Body.Events[i] = showEvent(e)
	}
	return out, nil
}

func showEvent(e fleet.Event) ScooterEvent {
	out := ScooterEvent{
		ID: e.ID, At: e.At.UTC(), Kind: string(e.Kind), Service: e.Service, Hold: e.Hold, StationID: e.StationID, Cause: e.Cause,
		StaffID: e.StaffID, StaffEmail: e.StaffEmail, RentalID: e.RentalID, UpgradeID: e.UpgradeID, PositionAt: happened(e.PlaceAt), Note: e.Note,
	}
	if !e.Position.IsZero() {
		out.Position = &e.Position
	}
	return out
}
