package api

import (
	"context"
	"errors"

	"rodada/domain/fault"
	"rodada/domain/station"
	"rodada/geo"
)

// changeStation is PATCH /admin/v1/stations/{id}.
type changeStation struct{ *registry }

type changeStationIn struct {
	StationID
	Body struct {
		ShortName *string        `json:"short_name,omitempty" minLength:"1" maxLength:"20" pattern:"^[0-9A-Za-z_-]+$"`
		Name      *string        `json:"name,omitempty" minLength:"1" maxLength:"200"`
		Address   *string        `json:"address,omitempty" maxLength:"500"`
		Position  *geo.Point     `json:"position,omitempty"`
		Capacity  *int           `json:"capacity,omitempty" minimum:"1" maximum:"10000"`
		Charging  *bool          `json:"charging,omitempty"`
		State     *station.State `json:"state,omitempty" enum:"active,maintenance" doc:"Also opens a closed station again."`
		Note      *string        `json:"note,omitempty" maxLength:"1000"`
		Reason    Reason         `json:"reason,omitempty" maxLength:"500" doc:"Why its state or its capacity changes."`
	}
}

func (changeStation) Meta() meta {
	return meta{
		ID: "change-station", Summary: "Change a station",
		Description: "What is absent stays. The capacity can't go below the number of scooters that stand there.",
		Faults:      []*fault.Error{station.ErrUnknown, station.ErrTaken, station.ErrInvalid, station.ErrFull},
	}
}

func (e changeStation) Execute(ctx context.Context, in *changeStationIn) (*stationOut, error) {
	b := in.Body
	err := e.store.ChangeStation(ctx, in.ID, station.Edit{
		ShortName: b.ShortName, Name: b.Name, Address: b.Address, Position: b.Position, Capacity: b.Capacity, Charging: b.Charging,
		State: b.State, Note: b.Note,
	}, string(b.Reason))
	if err != nil {
		return nil, err
	}
	return e.station(ctx, in.ID)
}

// closeStation is POST /admin/v1/stations/{id}/close.
type closeStation struct{ *registry }

type closeStationIn struct {
	StationID
	Body struct {
		Reason  Reason `json:"reason" minLength:"3" maxLength:"500"`
		Release bool   `json:"release_scooters,omitempty" doc:"The scooters that stand there become free-floating; without it they keep the station open."`
	}
}

func (closeStation) Meta() meta {
	return meta{
		ID: "close-station", Summary: "Close a station", Description: "Closing a closed station changes nothing.",
		Faults: []*fault.Error{station.ErrUnknown, station.ErrOccupied},
	}
}

func (e closeStation) Execute(ctx context.Context, in *closeStationIn) (*stationOut, error) {
	if err := e.store.CloseStation(ctx, in.ID, in.Body.Release, string(in.Body.Reason)); err != nil {
		return nil, err
	}
	return e.station(ctx, in.ID)
}

func (r *registry) station(ctx context.Context, id string) (*stationOut, error) {
	s, err := r.store.Station(ctx, id)
	if err != nil {
		return nil, err
	}
	return &stationOut{Body: showStation(s)}, nil
}

// notFound says that the thing at an address is not there, where elsewhere it is what a request names.
func notFound(err, named, addressed error) error {
	if errors.Is(err, named) {
		return addressed
	}
	return err
}
