package api

import (
	"context"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/station"
	"rodada/geo"
)

// createScooter is POST /admin/v1/scooters.
type createScooter struct{ *registry }

type createScooterIn struct {
	Body struct {
		Plate    string        `json:"plate" minLength:"1" maxLength:"64" doc:"The vehicle number that its box is set to, which is its MQTT topic."`
		Model    int64         `json:"model" minimum:"1" doc:"A model's ID."`
		IMEI     string        `json:"imei,omitempty" maxLength:"15"`
		QRCode   string        `json:"qr_code,omitempty" maxLength:"40" doc:"The printed code, when there is one already; otherwise it gets a new one."`
		Service  fleet.Service `json:"service,omitempty" enum:"in_service,blocked,maintenance,missing,retired" default:"maintenance"`
		Station  string        `json:"station,omitempty" maxLength:"36" doc:"A station's ID; absent: free-floating."`
		Position *geo.Point    `json:"position,omitempty" doc:"Where it stands; absent: at its station."`
		LimitKmh int           `json:"limit_kmh,omitempty" minimum:"1" maximum:"200" doc:"Absent: what the model can drive."`
		Note     string        `json:"note,omitempty" maxLength:"1000"`
	}
}

func (createScooter) Meta() meta {
	return meta{
		ID: "create-scooter", Summary: "Register a scooter", Status: http.StatusCreated,
		Description: "Its number changes later only by renumbering the box.",
		Faults: []*fault.Error{
			fleet.ErrPlateInvalid, fleet.ErrPlateTaken, fleet.ErrIMEIInvalid, fleet.ErrIMEITaken, fleet.ErrCodeInvalid, fleet.ErrCodeTaken,
			fleet.ErrModelUnknown, fleet.ErrLimitInvalid, fleet.ErrRetired, station.ErrUnknown, station.ErrFull, station.ErrClosed, errPlace,
		},
	}
}

func (e createScooter) Execute(ctx context.Context, in *createScooterIn) (*staffScooterOut, error) {
	b := in.Body
	n := fleet.Scooter{
		Plate: b.Plate, QRCode: b.QRCode, IMEI: b.IMEI, Model: fleet.Model{ID: b.Model}, Service: b.Service, StationID: b.Station,
		Note: b.Note, LimitKmh: b.LimitKmh, Battery: -1,
	}
	if b.Position != nil {
		if !b.Position.Valid() {
			return nil, errPlace
		}
		n.Position = *b.Position
	}
	if err := e.admit(ctx, &n); err != nil {
		return nil, err
	}
	created, err := e.store.CreateScooter(ctx, n)
	if err != nil {
		return nil, err
	}
	e.created(ctx, created)
	return &staffScooterOut{Body: e.show(created, Sighting{})}, nil
}

// admit checks a scooter that is new to the register, and gives it its code.
func (r *registry) admit(ctx context.Context, n *fleet.Scooter) error {
	if err := fleet.CheckPlate(n.Plate, r.backend...); err != nil {
		return err
	}
	if n.QRCode == "" {
		n.QRCode = fleet.NewCode()
	}
	if err := fleet.CheckCode(n.QRCode, n.Plate); err != nil {
		return err
	}
	if err := fleet.CheckIMEI(n.IMEI); err != nil {
		return err
	}
	model, err := r.model(ctx, n.Model.ID)
	if err != nil {
		return err
	}
	if n.LimitKmh > model.MaxKmh {
		return fleet.ErrLimitInvalid.With("max_kmh", model.MaxKmh)
	}
	return r.stationExists(ctx, n.StationID)
}

// stationExists refuses a station that there is not; none is one.
func (r *registry) stationExists(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := r.store.Station(ctx, id)
	return err
}
