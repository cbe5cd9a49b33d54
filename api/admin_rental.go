package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/listing"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/workflows"
)

// adminRentalStore is what staff's work on rentals needs of the books.
type adminRentalStore interface {
	RentalForStaff(ctx context.Context, id string) (rental.Rental, error)
	RentalEvents(ctx context.Context, rentalID string) ([]rental.Event, error)
	StaffRentals(ctx context.Context, f rental.Filter, q listing.Query) ([]rental.Rental, []listing.Place, int, error)
	auditor
}

// adminRentals is staff's work on rentals.
type adminRentals struct {
	store    adminRentalStore
	holders  holders
	deadline time.Duration
	now      func() time.Time
}

// StaffRental is a rental as staff see it.
type StaffRental struct {
	Rental
	RiderID      string         `json:"rider_id" format:"uuid"`
	Plate        string         `json:"plate"`
	Holding      rental.State   `json:"holding" doc:"Where the scooter is in it, which may go on after the rider is out."`
	Outcome      rental.Outcome `json:"outcome,omitempty" doc:"How it went for the rider; absent while it is open."`
	DeviceStatus *int           `json:"device_status,omitempty" doc:"What the scooter refused to unlock with."`
	SecuredAt    *time.Time     `json:"secured_at,omitempty"`
	ZoneVersion  int64          `json:"zone_version,omitempty"`
	WorkflowID   string         `json:"workflow_id" doc:"Where to look in the Temporal UI."`
	Events       []RentalEvent  `json:"events"`
}

// RentalEvent is one line of a rental's history.
type RentalEvent struct {
	Seq   int          `json:"seq"`
	Kind  string       `json:"kind"`
	Cause rental.Cause `json:"cause"`
	At    time.Time    `json:"at"`
	Note  string       `json:"note,omitempty"`
	Staff *ActingStaff `json:"staff,omitempty" doc:"Who of the staff, when the cause is staff and it is known."`
}

// ActingStaff is the member of staff who did something, as other staff see it; riders see that it was staff.
type ActingStaff struct {
	ID    string `json:"id" format:"uuid"`
	Email string `json:"email"`
}

type staffRentalOut struct {
	Status   int
	Location string `header:"Location"`
	Body     StaffRental
}

func (s *adminRentals) show(ctx context.Context, r rental.Rental) (*staffRentalOut, error) {
	history, err := s.store.RentalEvents(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	events := make([]RentalEvent, len(history))
	for i, e := range history {
		events[i] = RentalEvent{Seq: e.Seq, Kind: e.Kind, Cause: e.Cause, At: e.At.UTC(), Note: e.Note}
		if e.StaffID != "" {
			events[i].Staff = &ActingStaff{ID: e.StaffID, Email: e.StaffEmail}
		}
	}
	return &staffRentalOut{Status: http.StatusOK, Body: StaffRental{
		Rental:       describe(r, metered(r, history, s.now())),
		RiderID:      r.RiderID,
		Plate:        r.Plate,
		Holding:      r.State,
		Outcome:      r.Outcome,
		DeviceStatus: r.DeviceStatus,
		SecuredAt:    happened(r.SecuredAt),
		ZoneVersion:  r.ZoneVersion,
		WorkflowID:   workflows.ScooterID(r.Plate),
		Events:       events,
	}}, nil
}

// getStaffRental is GET /admin/v1/rentals/{id}.
type getStaffRental struct{ *adminRentals }

func (getStaffRental) Meta() meta {
	return meta{ID: "staff-get-rental", Summary: "A rental with its history", Faults: []*fault.Error{rental.ErrUnknown}}
}

func (e getStaffRental) Execute(ctx context.Context, in *RentalRef) (*staffRentalOut, error) {
	r, err := e.store.RentalForStaff(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return e.show(ctx, r)
}

// endStaffRental is POST /admin/v1/rentals/{id}/end.
type endStaffRental struct{ *adminRentals }

type reasonBody struct {
	Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The rider called: the app does not work." doc:"Kept in the history."`
}

type endStaffRentalIn struct {
	RentalRef
	Body reasonBody
}

func (endStaffRental) Meta() meta {
	return meta{
		ID: "staff-end-rental", Summary: "End somebody's ride", Also: accepted,
		Description: "Wherever the scooter is: zones are not asked. Ending an ended ride answers with it.",
		Faults:      []*fault.Error{rental.ErrUnknown, rental.ErrOver, rental.ErrState, rental.ErrMoving, rental.ErrUnreachable},
	}
}

func (e endStaffRental) Execute(ctx context.Context, in *endStaffRentalIn) (*staffRentalOut, error) {
	r, err := e.store.RentalForStaff(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var asked error
	if r.Outcome == rental.Open {
		err := e.store.Audit(ctx, staff.Deed{
			Action: "rental.end", Subject: r.ID, Before: map[string]any{"plate": r.Plate, "state": r.State}, Reason: string(in.Body.Reason),
		})
		if err != nil {
			return nil, err
		}
		wait, cancel := context.WithTimeout(ctx, e.deadline)
		defer cancel()
		asked = e.holders.update(wait, r.Plate, workflows.UpdateEnd, uuid.NewString(), workflows.EndRequest{
			RentalID: r.ID, Cause: rental.ByStaff, By: subjectFrom(ctx), Note: string(in.Body.Reason),
		})
		if r, err = e.store.RentalForStaff(ctx, in.ID); err != nil {
			return nil, err
		}
	}
	switch {
	case r.Outcome == rental.Ridden:
	case r.Outcome != rental.Open:
		return nil, rental.ErrOver
	case isFault(asked):
		return nil, asked
	case asked != nil && wasTooSlow(asked):
		out, err := e.show(ctx, r)
		if err == nil {
			out.Status, out.Location = http.StatusAccepted, "/admin/v1/rentals/"+r.ID
		}
		return out, err
	case asked != nil:
		return nil, rental.ErrUnreachable.Because(asked)
	}
	return e.show(ctx, r)
}
