package api

import (
	"context"
	"strconv"
	"time"

	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/zone"
	"rodada/geo"
)

// ListedRental is a rental in a list for staff.
type ListedRental struct {
	ID            string         `json:"id" format:"uuid"`
	RiderID       string         `json:"rider_id" format:"uuid"`
	Plate         string         `json:"plate" doc:"What the scooter was called then."`
	Code          string         `json:"code"`
	Model         string         `json:"model"`
	State         string         `json:"state" enum:"reserved,unlocking,riding,paused,locking,securing,ended,void" doc:"As its rider sees it."`
	Holding       rental.State   `json:"holding" doc:"Where the scooter is in it, which may go on after the rider is out."`
	Reason        rental.Reason  `json:"reason,omitempty" doc:"Why it is void."`
	CreatedAt     time.Time      `json:"created_at"`
	UnlockedAt    *time.Time     `json:"unlocked_at,omitempty"`
	StoppedAt     *time.Time     `json:"stopped_at,omitempty"`
	Usage         Usage          `json:"usage" doc:"As it was stored last."`
	Amount        money.Amount   `json:"amount" doc:"Of the bill; 0 where there is none, or not yet."`
	Money         rental.Settled `json:"money,omitempty" enum:"due,charged,refunded,waived" doc:"How it stands in the books; absent while it is open and when it is void."`
	Refunded      int64          `json:"refunded,omitempty" doc:"In minor units."`
	TariffID      string         `json:"tariff_id"`
	TariffVersion int            `json:"tariff_version"`
	EndPosition   *geo.Point     `json:"end_position,omitempty"`
	ZonesVersion  int64          `json:"zones_version,omitempty"`
}

func listRental(r rental.Rental) ListedRental {
	l := ListedRental{
		ID: r.ID, RiderID: r.RiderID, Plate: r.Plate, Code: r.Code, Model: r.Model, State: visibleState(r), Holding: r.State, Reason: r.Reason,
		CreatedAt: r.CreatedAt, UnlockedAt: happened(r.UnlockedAt), StoppedAt: happened(r.StoppedAt), Usage: showUsage(r.Usage),
		Amount: money.Of(0, r.Tariff.Currency), Refunded: r.Refunded, TariffID: r.Tariff.ID, TariffVersion: r.Tariff.Version,
		EndPosition: r.EndPosition, ZonesVersion: r.ZoneVersion,
	}
	if r.Bill != nil {
		l.Amount = r.Bill.Total
	}
	switch {
	case r.Refunded > 0:
		l.Money = rental.Refunded
	case r.Charged:
		l.Money = rental.Charged
	case r.Waived:
		l.Money = rental.Waived
	case r.Outcome == rental.Ridden:
		l.Money = rental.Due
	}
	return l
}

// StaffRentalFilter narrows the list of rentals.
type StaffRentalFilter struct {
	Rider       string    `query:"rider" format:"uuid" doc:"A rider's ID."`
	Plate       string    `query:"plate" maxLength:"64" doc:"A scooter, as it was called then."`
	Model       []int64   `query:"model" doc:"IDs of models, with commas."`
	State       []string  `query:"state" enum:"reserved,unlocking,riding,paused,locking,securing,ended,void" doc:"One or more, with commas: as its rider sees it."`
	Reason      []string  `query:"reason" enum:"scooter_silent,scooter_fault,scooter_upgrading,scooter_refused,scooter_held,reservation_over,cancelled,not_started,released_by_staff" doc:"Why it is void: one or more, with commas."`
	Money       []string  `query:"money" enum:"due,charged,refunded,waived" doc:"How it stands in the books: one or more, with commas. What is refunded was charged too."`
	Failed      string    `query:"failed" enum:"true,false" doc:"Whether it cost nothing because it failed, by the rule."`
	Zone        int64     `query:"zone" minimum:"1" doc:"A zone's ID: rides that ended where it is drawn now. A city is its zone."`
	AmountFrom  int64     `query:"amount_from" minimum:"1" doc:"Of the bill, in minor units."`
	AmountBelow int64     `query:"amount_below" minimum:"1" doc:"Of the bill, in minor units: 1 are those that cost nothing, or nothing yet."`
	Since       time.Time `query:"since" doc:"Opened then or later."`
	Until       time.Time `query:"until" doc:"Opened before."`
}

func (f StaffRentalFilter) stored() rental.Filter {
	return rental.Filter{
		RiderID: f.Rider, Plate: f.Plate, Models: f.Model, States: f.State, Reasons: as[rental.Reason](f.Reason), Money: as[rental.Settled](f.Money),
		Failed: choice(f.Failed), ZoneID: f.Zone, AmountFrom: f.AmountFrom, AmountBelow: f.AmountBelow, Since: f.Since, Until: f.Until,
	}
}

var (
	rentalSorts  = sorts{"-created", "amount"}
	rentalFaults = []*fault.Error{zone.ErrUnknown, zone.ErrNoArea}
)

// listStaffRentals is GET /admin/v1/rentals.
type listStaffRentals struct{ *adminRentals }

type listStaffRentalsIn struct {
	Listing
	StaffRentalFilter
}

type staffRentalsOut struct {
	Body struct {
		Rentals []ListedRental `json:"rentals" nullable:"false"`
		Paging
	}
}

func (listStaffRentals) Meta() meta {
	return meta{
		ID: "staff-list-rentals", Summary: "The rentals", Description: rentalSorts.describe(), Faults: append(rentalFaults, listFaults...),
	}
}

func (e listStaffRentals) Execute(ctx context.Context, in *listStaffRentalsIn) (*staffRentalsOut, error) {
	q, err := in.page(rentalSorts, in.StaffRentalFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.StaffRentals(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	out := &staffRentalsOut{}
	out.Body.Rentals, out.Body.Paging = pageOf(list, places, total, q, in.StaffRentalFilter, listRental)
	return out, nil
}

// RentalsFileIn is what the list of rentals takes when it is a file.
type RentalsFileIn struct {
	StaffRentalFilter
	FileIn
}

func (s *adminRentals) file(log *audits, now func() time.Time) listFile[RentalsFileIn] {
	return listFile[RentalsFileIn]{name: "rentals", title: "The rentals", needs: staff.View, faults: rentalFaults, rows: s.table, log: log, now: now}
}

func (s *adminRentals) table(ctx context.Context, in *RentalsFileIn) ([][]string, error) {
	q, err := in.whole(rentalSorts)
	if err != nil {
		return nil, err
	}
	list, _, total, err := s.store.StaffRentals(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	header := []string{
		"id", "rider_id", "plate", "code", "model", "state", "holding", "reason", "created_at", "unlocked_at", "stopped_at",
		"riding_seconds", "paused_seconds", "meters", "amount", "currency", "money", "refunded", "tariff_id", "tariff_version", "end_lat", "end_lng",
		"zones_version",
	}
	return tableOf(header, list, total, func(each rental.Rental) []string {
		r, lat, lng := listRental(each), "", ""
		if r.EndPosition != nil {
			lat, lng = degrees(r.EndPosition.Lat), degrees(r.EndPosition.Lng)
		}
		return []string{
			r.ID, r.RiderID, r.Plate, r.Code, r.Model, r.State, string(r.Holding), string(r.Reason), moment(&r.CreatedAt), moment(r.UnlockedAt), moment(r.StoppedAt),
			itoa(r.Usage.RidingSeconds), itoa(r.Usage.PausedSeconds), itoa(r.Usage.Meters), itoa(r.Amount.Minor), r.Amount.Currency, string(r.Money),
			itoa(r.Refunded), r.TariffID, strconv.Itoa(r.TariffVersion), lat, lng, itoa(r.ZonesVersion),
		}
	})
}
