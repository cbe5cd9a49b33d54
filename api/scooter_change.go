package api

import (
	"context"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/station"
)

// changeScooter is PATCH /admin/v1/scooters/{plate}.
type changeScooter struct{ *registry }

type changeScooterIn struct {
	PlateRef
	Body struct {
		IMEI     *string `json:"imei,omitempty" maxLength:"15" doc:"Empty: not known."`
		Model    *int64  `json:"model,omitempty" minimum:"1" doc:"A model's ID."`
		LimitKmh *int    `json:"limit_kmh,omitempty" minimum:"1" maximum:"200"`
		Note     *string `json:"note,omitempty" maxLength:"1000"`
	}
}

func (changeScooter) Meta() meta {
	return meta{
		ID: "change-scooter", Summary: "Change what is registered of a scooter",
		Description: "What is absent stays. The plate, the printed code, the station and the service change by operations of their own.",
		Faults: []*fault.Error{
			fleet.ErrScooterUnknown, fleet.ErrIMEIInvalid, fleet.ErrIMEITaken, fleet.ErrModelUnknown, fleet.ErrLimitInvalid, firmware.ErrUpgrading,
		},
	}
}

func (e changeScooter) Execute(ctx context.Context, in *changeScooterIn) (*staffScooterOut, error) {
	edit := fleet.Edit{IMEI: in.Body.IMEI, ModelID: in.Body.Model, LimitKmh: in.Body.LimitKmh, Note: in.Body.Note}
	if err := e.store.ChangeScooter(ctx, in.Plate, edit, e.sighted(ctx, in.Plate)); err != nil {
		return nil, err
	}
	return e.scooter(ctx, in.Plate)
}

// setService is POST /admin/v1/scooters/{plate}/service.
type setService struct{ *registry }

type setServiceIn struct {
	PlateRef
	Body struct {
		Service fleet.Service `json:"service" enum:"in_service,blocked,maintenance,missing,retired"`
		Reason  Reason        `json:"reason" minLength:"3" maxLength:"500" example:"The brake squeaks."`
	}
}

func (setService) Meta() meta {
	return meta{
		ID: "set-service", Summary: "Take a scooter out of service, or back in",
		Description: "A ride that is under way goes on; nobody can start the next. A retired scooter leaves its station.",
		Faults:      []*fault.Error{fleet.ErrScooterUnknown, firmware.ErrUpgrading},
	}
}

func (e setService) Execute(ctx context.Context, in *setServiceIn) (*staffScooterOut, error) {
	if err := e.store.SetService(ctx, in.Plate, in.Body.Service, string(in.Body.Reason), e.sighted(ctx, in.Plate)); err != nil {
		return nil, err
	}
	return e.scooter(ctx, in.Plate)
}

// stationScooter is POST /admin/v1/scooters/{plate}/station.
type stationScooter struct{ *registry }

type stationScooterIn struct {
	PlateRef
	Body struct {
		Station string `json:"station" maxLength:"36" doc:"A station's ID; empty: free-floating from now on."`
		Reason  Reason `json:"reason,omitempty" maxLength:"500"`
	}
}

func (stationScooter) Meta() meta {
	return meta{
		ID: "station-scooter", Summary: "Put a scooter at a station, or take it from one",
		Description: "A station never holds more scooters than it has room for, and a closed one holds none. A ride takes a scooter from its " +
			"station.",
		Faults: []*fault.Error{
			fleet.ErrScooterUnknown, fleet.ErrHeld, fleet.ErrRetired, station.ErrUnknown, station.ErrFull, station.ErrClosed,
		},
	}
}

func (e stationScooter) Execute(ctx context.Context, in *stationScooterIn) (*staffScooterOut, error) {
	if err := e.stationExists(ctx, in.Body.Station); err != nil {
		return nil, err
	}
	err := e.store.StationScooter(ctx, in.Plate, in.Body.Station, string(in.Body.Reason), e.sighted(ctx, in.Plate))
	if err != nil {
		return nil, err
	}
	return e.scooter(ctx, in.Plate)
}

// replaceCode is POST /admin/v1/scooters/{plate}/code.
type replaceCode struct{ *registry }

type replaceCodeIn struct {
	PlateRef
	Body reasonBody
}

func (replaceCode) Meta() meta {
	return meta{
		ID: "replace-code", Summary: "Give a scooter a new printed code",
		Description: "For a label that was stolen, copied or is no longer read. The old code is invalid at once, and nobody gets it again.",
		Faults:      []*fault.Error{fleet.ErrScooterUnknown},
	}
}

func (e replaceCode) Execute(ctx context.Context, in *replaceCodeIn) (*staffScooterOut, error) {
	err := e.store.ReplaceCode(ctx, in.Plate, fleet.NewCode(), string(in.Body.Reason), e.sighted(ctx, in.Plate))
	if err != nil {
		return nil, err
	}
	return e.scooter(ctx, in.Plate)
}
