package api

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/geo"
	"rodada/workflows"
)

// adminScooterStore is what staff's work on scooters needs of the books. ReleaseRental ends the rental that holds a scooter
// without a workflow and puts the scooter into maintenance.
type adminScooterStore interface {
	Scooters(ctx context.Context, service fleet.Service, after int64, limit int) ([]fleet.Scooter, error)
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)
	SetService(ctx context.Context, plate string, service fleet.Service, reason string) error
	HeldRental(ctx context.Context, plate string) (rental.Rental, bool, error)
	ReleaseRental(ctx context.Context, plate, by, reason string) error
	auditor
}

// adminScooters is staff's work on scooters.
type adminScooters struct {
	store    adminScooterStore
	holders  holders
	deadline time.Duration
}

// StaffScooter is a scooter as staff see it.
type StaffScooter struct {
	Plate     string        `json:"plate"`
	QRCode    string        `json:"qr_code"`
	PublicID  string        `json:"public_id" format:"uuid"`
	DeviceID  string        `json:"device_id" format:"uuid"`
	IMEI      string        `json:"imei"`
	Model     string        `json:"model"`
	Status    string        `json:"status" doc:"One word for both: the hold while there is one, else available or the service."`
	Service   fleet.Service `json:"service" enum:"in_service,blocked,maintenance,missing,retired"`
	Hold      fleet.Hold    `json:"hold" enum:"free,reserved,in_use,securing"`
	Reason    string        `json:"reason,omitempty" doc:"Why it is out of service."`
	Position  geo.Point     `json:"position"`
	Battery   int           `json:"battery" doc:"Percent, as last stored; -1 unknown."`
	LimitKmh  int           `json:"limit_kmh"`
	UpdatedAt time.Time     `json:"updated_at"`
}

type staffScooterOut struct {
	Body StaffScooter
}

func showScooter(s fleet.Scooter) StaffScooter {
	return StaffScooter{
		Plate: s.Plate, QRCode: s.QRCode, PublicID: s.PublicID, DeviceID: s.DeviceID, IMEI: s.IMEI, Model: s.Model.Name,
		Status: s.Status(), Service: s.Service, Hold: s.Hold, Reason: s.Reason, Position: s.Position, Battery: s.Battery,
		LimitKmh: s.LimitKmh, UpdatedAt: s.UpdatedAt.UTC(),
	}
}

func (s *adminScooters) show(ctx context.Context, plate string) (*staffScooterOut, error) {
	scooter, err := s.store.ScooterByPlate(ctx, plate)
	if err != nil {
		return nil, err
	}
	return &staffScooterOut{Body: showScooter(scooter)}, nil
}

// listStaffScooters is GET /admin/v1/scooters.
type listStaffScooters struct{ *adminScooters }

type listStaffScootersIn struct {
	Service string `query:"service" enum:"in_service,blocked,maintenance,missing,retired"`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	After   int64  `query:"after" minimum:"0" doc:"The next of the page before."`
}

type staffScootersOut struct {
	Body struct {
		Scooters []StaffScooter `json:"scooters"`
		Next     string         `json:"next,omitempty" doc:"What to pass as after for the following page; absent on the last."`
	}
}

func (listStaffScooters) Meta() meta {
	return meta{ID: "staff-list-scooters", Summary: "The fleet"}
}

func (e listStaffScooters) Execute(ctx context.Context, in *listStaffScootersIn) (*staffScootersOut, error) {
	page, err := e.store.Scooters(ctx, fleet.Service(in.Service), in.After, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &staffScootersOut{}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.Next = strconv.FormatInt(page[in.Limit-1].ID, 10)
	}
	out.Body.Scooters = make([]StaffScooter, len(page))
	for i, s := range page {
		out.Body.Scooters[i] = showScooter(s)
	}
	return out, nil
}

// PlateRef is the address of a scooter, for staff.
type PlateRef struct {
	Plate string `path:"plate" minLength:"1" maxLength:"64"`
}

// setService is POST /admin/v1/scooters/{plate}/service.
type setService struct{ *adminScooters }

type setServiceIn struct {
	PlateRef
	Body struct {
		Service fleet.Service `json:"service" enum:"in_service,blocked,maintenance,missing,retired"`
		Reason  string        `json:"reason" minLength:"3" maxLength:"500" example:"The brake squeaks."`
	}
}

func (setService) Meta() meta {
	return meta{
		ID: "set-service", Summary: "Take a scooter out of service, or back in",
		Description: "A ride that is under way goes on; nobody can start the next.",
		Faults:      []*fault.Error{fleet.ErrScooterUnknown},
	}
}

func (e setService) Execute(ctx context.Context, in *setServiceIn) (*staffScooterOut, error) {
	if err := e.store.SetService(ctx, in.Plate, in.Body.Service, in.Body.Reason); err != nil {
		return nil, err
	}
	return e.show(ctx, in.Plate)
}

// releaseScooter is POST /admin/v1/scooters/{plate}/release.
type releaseScooter struct{ *adminScooters }

type releaseScooterIn struct {
	PlateRef
	Body reasonBody
}

var errNotHeld = fault.Declare(fault.Conflict, "scooter_not_held", "Nobody has this scooter.")

func (releaseScooter) Meta() meta {
	return meta{
		ID: "release-scooter", Summary: "Take a scooter from its rental, into maintenance",
		Description: "Locked or not: for a scooter that can't be secured from afar. Its rider, if still there, is out.",
		Faults:      []*fault.Error{fleet.ErrScooterUnknown, errNotHeld, rental.ErrState, rental.ErrUnreachable},
	}
}

func (e releaseScooter) Execute(ctx context.Context, in *releaseScooterIn) (*staffScooterOut, error) {
	if _, err := e.store.ScooterByPlate(ctx, in.Plate); err != nil {
		return nil, err
	}
	held, has, err := e.store.HeldRental(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	if !has {
		return nil, errNotHeld
	}
	err = e.store.Audit(ctx, staff.Deed{
		Action: "scooter.release", Subject: in.Plate, Before: map[string]any{"rental": held.ID, "state": held.State}, Reason: in.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	by := subjectFrom(ctx)
	wait, cancel := context.WithTimeout(ctx, e.deadline)
	defer cancel()
	err = e.holders.update(wait, in.Plate, workflows.UpdateRelease, uuid.NewString(), workflows.ReleaseRequest{
		RentalID: held.ID, By: by, Reason: in.Body.Reason,
	})
	switch {
	case errors.Is(err, errNoHolder), errors.Is(err, rental.ErrOver):
		// No workflow would ever end this rental: its row is all that is left of it.
		if err := e.store.ReleaseRental(ctx, in.Plate, by, in.Body.Reason); err != nil {
			return nil, err
		}
	case isFault(err):
		return nil, err
	case err != nil:
		return nil, rental.ErrUnreachable.Because(err)
	}
	return e.show(ctx, in.Plate)
}

// wasTooSlow reports whether the answer did not come within the API's own deadline.
func wasTooSlow(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errAway)
}
