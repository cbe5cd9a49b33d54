package api

import (
	"context"
	"strconv"
	"time"

	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// StaffRider is an account of a rider as staff see it.
type StaffRider struct {
	ID              string       `json:"id" format:"uuid"`
	FirstName       string       `json:"first_name"`
	LastName        string       `json:"last_name"`
	Email           string       `json:"email,omitempty"`
	Phone           string       `json:"phone,omitempty"`
	Language        string       `json:"language"`
	State           rider.State  `json:"state" enum:"active,suspended,deleted" doc:"Who deleted the account is nobody any more; the rides and the bookings stay."`
	CreatedAt       time.Time    `json:"created_at"`
	SuspendedAt     *time.Time   `json:"suspended_at,omitempty"`
	SuspendedReason string       `json:"suspended_reason,omitempty"`
	DeletedAt       *time.Time   `json:"deleted_at,omitempty"`
	Balance         money.Amount `json:"balance"`
	InDebt          bool         `json:"in_debt" doc:"The balance is below zero: no ride."`
	Rides           int          `json:"rides" doc:"How many were ridden."`
	LastRideAt      *time.Time   `json:"last_ride_at,omitempty" doc:"When the last rental was opened, whatever came of it."`
	OpenRental      string       `json:"open_rental_id,omitempty" format:"uuid"`
}

func showRecord(r rider.Record) StaffRider {
	return StaffRider{
		ID: r.ID, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email, Phone: r.Phone, Language: r.Language, State: r.State(),
		CreatedAt: r.CreatedAt, SuspendedAt: happened(r.SuspendedAt), SuspendedReason: r.SuspendedReason, DeletedAt: happened(r.DeletedAt),
		Balance: r.Balance, InDebt: r.Balance.Minor < 0, Rides: r.Rides, LastRideAt: happened(r.LastRide), OpenRental: r.OpenRental,
	}
}

// RiderFilter narrows the list of riders.
type RiderFilter struct {
	Text   string    `query:"q" maxLength:"254" doc:"Part of the names, the email or the phone, or the whole ID."`
	State  []string  `query:"state" enum:"active,suspended,deleted" doc:"One or more, with commas."`
	InDebt string    `query:"in_debt" enum:"true,false" doc:"Absent: both."`
	Since  time.Time `query:"since" doc:"Registered then or later."`
	Until  time.Time `query:"until" doc:"Registered before."`
}

func (f RiderFilter) stored() rider.Filter {
	return rider.Filter{Text: f.Text, States: as[rider.State](f.State), InDebt: choice(f.InDebt), Since: f.Since, Until: f.Until}
}

var riderSorts = sorts{"-created", "name", "email"}

// listRiders is GET /admin/v1/riders.
type listRiders struct{ *adminRiders }

type listRidersIn struct {
	Listing
	RiderFilter
}

type ridersOut struct {
	Body struct {
		Riders []StaffRider `json:"riders" nullable:"false"`
		Paging
	}
}

func (listRiders) Meta() meta {
	return meta{ID: "list-riders", Summary: "The riders", Needs: staff.People, Description: riderSorts.describe(), Faults: listFaults}
}

func (e listRiders) Execute(ctx context.Context, in *listRidersIn) (*ridersOut, error) {
	q, err := in.page(riderSorts, in.RiderFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.Riders(ctx, in.stored(), e.currency, q)
	if err != nil {
		return nil, err
	}
	out := &ridersOut{}
	out.Body.Riders, out.Body.Paging = pageOf(list, places, total, q, in.RiderFilter, showRecord)
	return out, nil
}

// RidersFileIn is what the list of riders takes when it is a file.
type RidersFileIn struct {
	RiderFilter
	FileIn
}

func (e *adminRiders) file(log *audits, now func() time.Time) listFile[RidersFileIn] {
	return listFile[RidersFileIn]{name: "riders", title: "The riders", needs: staff.People, rows: e.table, log: log, now: now}
}

func (e *adminRiders) table(ctx context.Context, in *RidersFileIn) ([][]string, error) {
	q, err := in.whole(riderSorts)
	if err != nil {
		return nil, err
	}
	list, _, total, err := e.store.Riders(ctx, in.stored(), e.currency, q)
	if err != nil {
		return nil, err
	}
	header := []string{
		"id", "first_name", "last_name", "email", "phone", "language", "state", "created_at", "suspended_at", "suspended_reason", "deleted_at",
		"balance", "currency", "rides", "last_ride_at", "open_rental_id",
	}
	return tableOf(header, list, total, func(each rider.Record) []string {
		r := showRecord(each)
		return []string{
			r.ID, r.FirstName, r.LastName, r.Email, r.Phone, r.Language, string(r.State), moment(&r.CreatedAt), moment(r.SuspendedAt), r.SuspendedReason,
			moment(r.DeletedAt), itoa(r.Balance.Minor), r.Balance.Currency, strconv.Itoa(r.Rides), moment(r.LastRideAt), r.OpenRental,
		}
	})
}

// RiderRecord is an account with what there is of it in the books. Money is in minor units of the currency of the balance.
type RiderRecord struct {
	StaffRider
	Voids    int   `json:"voids" doc:"Rentals that came to nothing."`
	Charged  int64 `json:"charged" doc:"For rides, in all."`
	Refunded int64 `json:"refunded" doc:"Of that."`
	ToppedUp int64 `json:"topped_up"`
	Sessions int   `json:"sessions" doc:"That are open."`
}

// getRider is GET /admin/v1/riders/{id}.
type getRider struct{ *adminRiders }

type getRiderIn struct {
	ID string `path:"id" format:"uuid"`
}

type riderRecordOut struct{ Body RiderRecord }

func (getRider) Meta() meta {
	return meta{
		ID: "get-rider", Summary: "A rider", Needs: staff.People, Faults: []*fault.Error{rider.ErrUnknown},
		Description: "The account, its wallet and its rides in numbers. The rides themselves are at /admin/v1/rentals?rider=, the wallet at /admin/v1/ledger?rider=.",
	}
}

func (e getRider) Execute(ctx context.Context, in *getRiderIn) (*riderRecordOut, error) {
	r, t, err := e.store.RiderRecord(ctx, in.ID, e.currency)
	if err != nil {
		return nil, err
	}
	return &riderRecordOut{RiderRecord{
		StaffRider: showRecord(r), Voids: t.Voids, Charged: t.Charged, Refunded: t.Refunded, ToppedUp: t.ToppedUp, Sessions: t.Sessions,
	}}, nil
}
