package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/pass"
	"rodada/domain/pricing"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/domain/zone"
	"rodada/internal/config"
	"rodada/workflows"
)

// rentalStore is what renting needs of the books.
type rentalStore interface {
	Admission(ctx context.Context, riderID, key, code string) (rental.Admission, error)
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)

	OpenRental(ctx context.Context, n rental.New, orphanAfter time.Duration) (r rental.Rental, created bool, err error)
	AddKey(ctx context.Context, riderID, key, digest, rentalID string) (rentalOfKey string, err error)
	Rental(ctx context.Context, riderID, id string, orphanAfter time.Duration) (rental.Rental, error)
	OpenRentalOf(ctx context.Context, riderID string) (rental.Rental, bool, error)
	Rentals(ctx context.Context, f rental.Filter, limit int, before string) ([]rental.Rental, error)
	RentalEvents(ctx context.Context, rentalID string) ([]rental.Event, error)
	VoidUnstarted(ctx context.Context, rentalID string, why rental.Reason, at time.Time) error
	priceStore
	discountStore
}

// rentals rents scooters to riders.
type rentals struct {
	store    rentalStore
	live     Live
	holders  holders
	rules    config.Rental
	deadline time.Duration // the API's own
	fresh    time.Duration // how old a sighting may be to be believed
	now      func() time.Time
	meters   *meters
	tax      fare.Tax // that prices have in them
}

// orphanAfter is the age at which a rental that no workflow began is given up.
func (s *rentals) orphanAfter() time.Duration { return s.rules.UnlockWindow + 10*time.Second }

// The digests of the two requests that open a rental, which are not each other's repetition.
func rentDigest(qr string) string    { return digest("rent", qr) }
func reserveDigest(qr string) string { return digest("reserve", qr) }

// request is what opens a rental.
type request struct {
	riderID, key, digest, qr string
	reserve                  bool
}

func (q request) kind() string {
	if q.reserve {
		return "reservation"
	}
	return "ride"
}

// open opens a rental, or finds the one that the key belongs to, and waits until it is decided.
func (s *rentals) open(ctx context.Context, q request) (*rentalOut, error) {
	code, malformed := fleet.ParseQR(q.qr)
	a, err := s.store.Admission(ctx, q.riderID, q.key, code)
	switch {
	case err != nil:
		return nil, err
	case a.KeyRental != "":
		return s.again(ctx, q, rental.Rental{ID: a.KeyRental, RiderID: q.riderID}, a.KeyDigest)
	case malformed != nil:
		return nil, malformed
	}
	tariff, err := s.admit(ctx, q.riderID, a)
	if err != nil {
		return nil, err
	}
	scooter := a.Scooter
	if !q.reserve && a.OpenPlate == scooter.Plate && a.OpenState == rental.Reserved {
		return s.unlockReserved(ctx, q, rental.Rental{ID: a.OpenRental, RiderID: q.riderID, Plate: scooter.Plate})
	}
	if q.reserve && tariff.ReservationSeconds == 0 {
		return nil, rental.ErrNoReservations
	}
	if limit := s.rules.ReservationsADay; q.reserve && limit > 0 && a.GivenBack >= limit {
		return nil, rental.ErrReservations.With("limit", limit)
	}
	if err := s.mayStart(ctx, scooter); err != nil {
		return nil, err
	}
	n := rental.New{
		ID: uuid.NewString(), RiderID: q.riderID, ScooterID: scooter.ID,
		Key: q.key, Digest: q.digest, State: rental.Unlocking, Tariff: tariff, Tax: s.tax,
	}
	if len(a.LocalPasses) > 0 {
		if n.Passes, err = pass.Here(a.LocalPasses, s.stands(ctx, scooter)); err != nil {
			return nil, err
		}
	}
	now := s.now()
	if q.reserve {
		n.State = rental.Reserved
		n.ReservedUntil = now.Add(time.Duration(tariff.ReservationSeconds) * time.Second)
	}
	r, created, err := s.store.OpenRental(ctx, n, s.orphanAfter())
	if err != nil {
		return nil, err
	}
	if created {
		s.meters.opened.WithLabelValues(q.kind()).Inc()
	} else {
		now = r.CreatedAt // somebody with the same key was first
	}
	return s.begin(ctx, r, scooter, now)
}

// again answers a key that is known, whatever became of its rental since. A rental that is not decided is waited for.
func (s *rentals) again(ctx context.Context, q request, r rental.Rental, dig string) (*rentalOut, error) {
	if dig != q.digest {
		return nil, rental.ErrKeyReused
	}
	r, err := s.read(ctx, r) // voids it if it is an orphan
	if err != nil {
		return nil, err
	}
	reserved := !r.ReservedUntil.IsZero()
	switch {
	case r.Outcome != rental.Open:
		return opened(r, false)
	case reserved && !q.reserve && pendingUnlock(r):
		return s.unlockReserved(ctx, q, r)
	case r.State != rental.Unlocking && r.State != rental.Reserved:
		return opened(r, false)
	}
	scooter, err := s.store.ScooterByPlate(ctx, r.Plate)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, r, scooter, r.CreatedAt)
}

// begin starts the workflow of a rental or joins it, and answers once the unlock, or the reservation, is decided.
func (s *rentals) begin(ctx context.Context, r rental.Rental, scooter fleet.Scooter, requested time.Time) (*rentalOut, error) {
	in := s.input(r, scooter, requested)
	var asked error
	row, err := s.settle(ctx, r,
		func(ctx context.Context) error {
			asked = s.holders.begin(ctx, in)
			return asked
		},
		func(row rental.Rental, asked error) bool {
			return !pendingUnlock(row) || row.State == rental.Reserved && asked == nil
		})
	if err != nil {
		return nil, err
	}
	return opened(row, row.Outcome == rental.Open && pendingUnlock(row) && (row.State == rental.Unlocking || asked != nil))
}

// unlockReserved turns the rider's own reservation into a ride.
func (s *rentals) unlockReserved(ctx context.Context, q request, r rental.Rental) (*rentalOut, error) {
	owner, err := s.store.AddKey(ctx, q.riderID, q.key, q.digest, r.ID)
	if err != nil {
		return nil, err
	}
	if owner != r.ID {
		return nil, rental.ErrKeyReused
	}
	ask := func(ctx context.Context) error {
		return s.holders.update(ctx, r.Plate, workflows.UpdateUnlock, "unlock-"+digest(q.key), workflows.UnlockRequest{
			RentalID: r.ID, Deadline: s.now().Add(s.rules.UnlockWindow),
		})
	}
	row, err := s.settle(ctx, r, ask, func(row rental.Rental, _ error) bool { return !pendingUnlock(row) })
	if err != nil {
		return nil, err
	}
	return opened(row, pendingUnlock(row))
}

// pendingUnlock reports whether the scooter has not answered an unlock of this rental yet.
func pendingUnlock(r rental.Rental) bool {
	return r.Outcome == rental.Open && (r.State == rental.Reserved || r.State == rental.Unlocking)
}

func (s *rentals) input(r rental.Rental, scooter fleet.Scooter, requested time.Time) workflows.RentalInput {
	in := workflows.RentalInput{
		RentalID: r.ID, RiderID: r.RiderID, Plate: r.Plate,
		Dialect:  workflows.Dialect{StrictJSON: scooter.Model.StrictJSON, LowercaseLength: scooter.Model.LowercaseLength},
		ModelID:  scooter.Model.ID,
		MaxKmh:   scooter.Model.MaxKmh,
		LimitKmh: scooter.LimitKmh,
		Tariff:   r.Tariff,
		Discount: r.Discount,
		Limits: workflows.RentalLimits{
			AckWindow: s.rules.AckWindow, UnlockWindow: s.rules.UnlockWindow,
			RemindAfter: s.rules.RemindAfter, PauseAfter: s.rules.PauseAfter, EndAfter: s.rules.EndAfter,
			LockBackoff: s.rules.LockBackoff, LockMaximum: s.rules.LockBackoffMax, AlertAfter: s.rules.AlertAfter,
			ZoneGrace: s.rules.ZoneGrace,
		},
	}
	if r.ReservedUntil.IsZero() {
		in.Deadline = requested.Add(s.rules.UnlockWindow)
	} else {
		in.ReservedUntil = r.ReservedUntil
	}
	return in
}

// openFaults are the ways in which opening a rental is refused.
var openFaults = []*fault.Error{
	fleet.ErrQRInvalid, fleet.ErrScooterUnknown, fleet.ErrUnavailable, fleet.ErrHeld, fleet.ErrSecuring, fleet.ErrUnchecked, fleet.ErrBatteryLow,
	firmware.ErrUpgrading, rider.ErrSuspended, rider.ErrUnverified, wallet.ErrDebt, wallet.ErrTooLittle, zone.ErrStart, rental.ErrRiderBusy, rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused,
	rental.ErrVoid, rental.ErrUnreachable, pricing.ErrNone,
}

// openRental is POST /v1/rentals.
type openRental struct{ *rentals }

type openRentalIn struct {
	Keyed
	Body struct {
		QR string `json:"qr" minLength:"1" maxLength:"512" example:"RD-7K2M9Q" doc:"What the scanner read: the printed code, or a link that ends in it."`
	}
}

func (openRental) Meta() meta {
	return meta{
		ID:      "open-rental",
		Class:   classScan,
		Summary: "Rent a scooter by its QR code",
		Description: "Unlocks the scooter and answers once it has acknowledged, or with the reason why not: then the rental is void " +
			"and nothing is charged. Scanning the scooter of your own reservation unlocks that reservation.",
		Status: http.StatusCreated,
		Also:   map[int]string{http.StatusAccepted: "The scooter has not answered yet. Follow Location."},
		Faults: append([]*fault.Error{
			rental.ErrSilent, rental.ErrHardwareFault, rental.ErrUpgrading, rental.ErrRefused,
		}, openFaults...),
	}
}

func (e openRental) Execute(ctx context.Context, in *openRentalIn) (*rentalOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	out, err := e.open(ctx, request{riderID: subjectFrom(ctx), key: key, digest: rentDigest(in.Body.QR), qr: in.Body.QR})
	e.meters.unlocked(began, out, err)
	return out, err
}
