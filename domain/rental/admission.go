package rental

import (
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/pass"
	"rodada/domain/pricing"
)

// ReservationSpan is the time within which reservations that came to nothing are counted.
const ReservationSpan = 24 * time.Hour

// ErrReservations refuses to hold one more scooter for somebody who rides none of them.
var ErrReservations = fault.Declare(fault.Limited, "reservations_spent",
	"You have given back too many reservations today. You can still rent a scooter that you stand at.")

// ErrNoReservations refuses to hold a scooter for no time at all.
var ErrNoReservations = fault.Declare(fault.Conflict, "reservations_off", "The tariff of this scooter has no reservations. You can rent it when you stand at it.")

// Admission is what decides whether a rider may open a rental with an Idempotency-Key, all of it read at one moment. Whether
// it opens is decided when it is written.
type Admission struct {
	// KeyRental is the rental that the key belongs to and KeyDigest what the key stood for; empty for a fresh key.
	KeyRental, KeyDigest string
	// OpenRental is the rental that keeps the rider busy, with its scooter and state; empty when there is none.
	OpenRental, OpenPlate string
	OpenState             State
	OpenTariff            fare.Tariff // which it keeps until it is over
	OpenDiscount          *fare.Discount

	RiderKnown    bool
	RiderVerified bool // with an email
	SuspendedAt   time.Time
	// GivenBack is how many reservations the rider gave back or let run out within ReservationSpan.
	GivenBack int
	Scooter   fleet.Scooter // without an ID when no scooter has the code; what follows is empty then
	Prices    *pricing.Book
	// LocalPasses are the rider's passes that are for one city.
	LocalPasses []pass.Local
	Balances    map[string]int64 // what the rider's wallet holds less what is about to be charged, by currency
}

// Balance is what the rider's wallet holds for a tariff.
func (a Admission) Balance(t fare.Tariff) money.Amount {
	return money.Of(a.Balances[t.Currency], t.Currency)
}
