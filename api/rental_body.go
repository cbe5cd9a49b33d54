package api

import (
	"time"

	"rodada/domain/fare"
	"rodada/domain/rental"
	"rodada/geo"
)

// Rental is a rental as its rider sees it.
type Rental struct {
	ID            string         `json:"id" format:"uuid"`
	State         string         `json:"state" enum:"reserved,unlocking,riding,paused,locking,ended,void" doc:"Once the ride is over for its rider it is ended or void, though the scooter may still be locking."`
	Reason        rental.Reason  `json:"reason,omitempty" doc:"Why it is void."`
	ScooterID     string         `json:"scooter_id" doc:"The scooter's public id during this rental."`
	Code          string         `json:"code" example:"RD-7K2M9Q" doc:"What is printed on the scooter, beside its QR code."`
	Model         string         `json:"model" doc:"The scooter's model."`
	CreatedAt     time.Time      `json:"created_at"`
	ReservedUntil *time.Time     `json:"reserved_until,omitempty"`
	UnlockedAt    *time.Time     `json:"unlocked_at,omitempty" doc:"When the meter started."`
	PausedAt      *time.Time     `json:"paused_at,omitempty"`
	StoppedAt     *time.Time     `json:"stopped_at,omitempty" doc:"When the meter stopped."`
	Usage         Usage          `json:"usage"`
	Price         fare.Bill      `json:"price" doc:"The bill; while it runs, the price so far."`
	Charged       bool           `json:"charged" doc:"The wallet has paid."`
	Waived        bool           `json:"waived,omitempty" doc:"It costs nothing after all: it was never charged and will not be."`
	Refunded      int64          `json:"refunded,omitempty" doc:"What the wallet got back, in minor units."`
	Tariff        fare.Tariff    `json:"tariff"`
	Discount      *fare.Discount `json:"discount,omitempty" doc:"That a pass or a promotion gives; a line of the price says how much it is."`
	EndPosition   *geo.Point     `json:"end_position,omitempty"`
	ZonesVersion  int64          `json:"zones_version,omitempty" doc:"The version of the zones that judged where the ride ended; absent when none did."`
}

// Usage is what a ride used so far.
type Usage struct {
	RidingSeconds int64 `json:"riding_seconds"`
	PausedSeconds int64 `json:"paused_seconds"`
	Meters        int64 `json:"meters" doc:"Known at the end."`
}

func showUsage(used fare.Usage) Usage {
	return Usage{RidingSeconds: int64(used.Riding / time.Second), PausedSeconds: int64(used.Paused / time.Second), Meters: used.Meters}
}

// visibleState is the rider's part if it is decided, else where the rental is.
func visibleState(r rental.Rental) string {
	if r.Outcome != rental.Open {
		return string(r.Outcome)
	}
	return string(r.State)
}

// describe shows a rental with a usage, which is the stored one or what the meter shows, and with what the zone does to its
// price where it would end now.
func describe(r rental.Rental, used fare.Usage, here ...fare.Adjustment) Rental {
	price := fare.Bill{Lines: []fare.Line{}}
	price.Total.Currency = r.Tariff.Currency
	switch {
	case r.Bill != nil:
		price = *r.Bill
	case !r.UnlockedAt.IsZero():
		price = fare.QuoteWith(r.Discount, r.Tariff, used, here...)
	}
	return Rental{
		ID:            r.ID,
		State:         visibleState(r),
		Reason:        r.Reason,
		ScooterID:     r.VehicleID,
		Code:          r.Code,
		Model:         r.Model,
		CreatedAt:     r.CreatedAt.UTC(),
		ReservedUntil: happened(r.ReservedUntil),
		UnlockedAt:    happened(r.UnlockedAt),
		PausedAt:      happened(r.PausedAt),
		StoppedAt:     happened(r.StoppedAt),
		Usage:         showUsage(used),
		Price:         price,
		Charged:       r.Charged,
		Waived:        r.Waived,
		Refunded:      r.Refunded,
		Tariff:        r.Tariff,
		Discount:      r.Discount,
		EndPosition:   r.EndPosition, ZonesVersion: r.ZoneVersion,
	}
}

// stored shows a rental as its row has it, so that equal rows are equal answers.
func stored(r rental.Rental) Rental { return describe(r, r.Usage) }

// metered is what the meter shows at a moment, by the rental's history. A meter that has stopped was stored.
func metered(r rental.Rental, history []rental.Event, now time.Time) fare.Usage {
	if r.UnlockedAt.IsZero() || !r.StoppedAt.IsZero() {
		return r.Usage
	}
	var m rental.Meter
	m.Start(r.UnlockedAt)
	for _, e := range history {
		switch rental.State(e.Kind) {
		case rental.Paused:
			m.Pause(e.At)
		case rental.Riding:
			m.Resume(e.At)
		}
	}
	return m.Usage(now, r.Usage.Meters)
}

func happened(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
