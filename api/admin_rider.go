package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// adminRiderStore is what staff's work with riders needs of the books.
type adminRiderStore interface {
	Suspend(ctx context.Context, id, reason string, e letter.Envelope) (rider.Suspension, error)
	Reinstate(ctx context.Context, id, reason string, e letter.Envelope) (rider.Suspension, error)
	EndRiderSessions(ctx context.Context, id, reason string) (int, error)
	Riders(ctx context.Context, f rider.Filter, currency string, q listing.Query) ([]rider.Record, []listing.Place, int, error)
	RiderRecord(ctx context.Context, id, currency string) (rider.Record, rider.Tally, error)
}

// adminRiders is staff's work with riders.
type adminRiders struct {
	store    adminRiderStore
	accounts *accounts
	currency string
}

// Suspension is whether a rider may ride.
type Suspension struct {
	RiderID     string     `json:"rider_id" format:"uuid"`
	Suspended   bool       `json:"suspended"`
	SuspendedAt *time.Time `json:"suspended_at,omitempty"`
	Reason      string     `json:"reason,omitempty" doc:"Of the suspension."`
	OpenRental  string     `json:"open_rental_id,omitempty" format:"uuid" doc:"It goes on: its rider can see, pause and end it, and so can staff."`
}

type suspensionOut struct{ Body Suspension }

type suspendIn struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"Two scooters left in the river." doc:"Kept in the audit log; the rider does not see it."`
	}
}

func showSuspension(s rider.Suspension) *suspensionOut {
	return &suspensionOut{Body: Suspension{
		RiderID: s.RiderID, Suspended: !s.At.IsZero(), SuspendedAt: happened(s.At), Reason: s.Reason, OpenRental: s.OpenRental,
	}}
}

// suspendRider is POST /admin/v1/riders/{id}/suspend.
type suspendRider struct{ *adminRiders }

func (suspendRider) Meta() meta {
	return meta{
		ID: "suspend-rider", Summary: "Keep a rider from riding", Needs: staff.People,
		Description: "At once, also for who is logged in. Who is suspended may log in, see, pause and end a ride that runs, have their data and pay what they owe; every other request is refused with rider_suspended. " +
			"The rider is told by mail, but not the reason. One who is suspended already stays so, for the reason of now.",
		Faults: []*fault.Error{rider.ErrUnknown},
	}
}

func (e suspendRider) Execute(ctx context.Context, in *suspendIn) (*suspensionOut, error) {
	told, err := e.accounts.toldOf(ctx, letter.Suspended, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := e.store.Suspend(ctx, in.ID, string(in.Body.Reason), told)
	if err != nil {
		return nil, err
	}
	return showSuspension(s), nil
}

// reinstateRider is POST /admin/v1/riders/{id}/reinstate.
type reinstateRider struct{ *adminRiders }

func (reinstateRider) Meta() meta {
	return meta{
		ID: "reinstate-rider", Summary: "Let a rider ride again", Needs: staff.People,
		Description: "Their sessions are over: they log in anew, and are told by mail. One who may ride stays as is.",
		Faults:      []*fault.Error{rider.ErrUnknown},
	}
}

func (e reinstateRider) Execute(ctx context.Context, in *suspendIn) (*suspensionOut, error) {
	told, err := e.accounts.toldOf(ctx, letter.Reinstated, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := e.store.Reinstate(ctx, in.ID, string(in.Body.Reason), told)
	if err != nil {
		return nil, err
	}
	return showSuspension(s), nil
}

// endRiderSessions is POST /admin/v1/riders/{id}/sessions/end.
type endRiderSessions struct{ *adminRiders }

type endRiderSessionsOut struct {
	Body struct {
		Ended int `json:"ended" example:"2" doc:"How many sessions went on."`
	}
}

func (endRiderSessions) Meta() meta {
	return meta{
		ID: "end-rider-sessions", Summary: "Log a rider out everywhere", Needs: staff.People, Faults: []*fault.Error{rider.ErrUnknown},
		Description: "At once: the tokens that were given are refused from the next request on. Who knows the password can log in again.",
	}
}

func (e endRiderSessions) Execute(ctx context.Context, in *suspendIn) (*endRiderSessionsOut, error) {
	out := &endRiderSessionsOut{}
	var err error
	out.Body.Ended, err = e.store.EndRiderSessions(ctx, in.ID, string(in.Body.Reason))
	return out, err
}
