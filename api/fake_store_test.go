package api_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"rodada/api"
	"rodada/domain/command"
	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/pricing"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
	"rodada/domain/zone"
	"rodada/geo"
)

// fakeStore is the books in memory: enough of their rules for the API's own to be tested.
type fakeStore struct {
	mu              sync.Mutex
	now             func() time.Time
	riders          map[string]rider.Rider
	staff           map[string]staff.Member
	factors         map[string]fakeFactor    // of staff, by ID
	services        map[string]fakeService   // by ID
	sessions        map[string]rider.Session // by refresh hash
	spent           map[string]string        // refresh hash to family
	scooters        map[string]fleet.Scooter // by plate
	tariff          fare.Tariff
	booked          map[string]wallet.Transaction
	rentals         map[string]rental.Rental
	claimed         map[string]bool
	keys            map[string][2]string // rider/key to rental and digest
	events          map[string][]rental.Event
	alerts          []staff.Alert
	webhooks        []staff.Webhook
	deliveries      []staff.Delivery
	webhookRequests map[string]webhookRequest
	zones           zone.Set
	zonesDrawn      int64
	geojson         []byte
	released        []string
	refunds         []wallet.RefundRequest
	deeds           []staff.Entry
	orders          []command.Order
	sends           []command.Record
	named           map[string][]fleet.Named // of renumbered scooters, by their plate now
	fakeRegistry
	fakeDepot
	api.FirmwareBooks       // none
	api.AccountBooks        // none
	api.ListBooks           // none
	api.SessionBooks        // none
	api.PriceBooks          // none
	api.PaymentBooks        // none
	broken            error // every call fails with it
	imports           []zone.Import
	imported          map[string]zone.Imported // by their key
	badZone           error                    // what a new zone fails with
	calls             int
}

// lock begins a call, which stands for a round trip.
func (s *fakeStore) lock() func() { s.mu.Lock(); s.calls++; return s.mu.Unlock }

func (s *fakeStore) TraceKey(_ context.Context, id, secret string) (string, string, error) {
	return id, secret, s.broken
}

func (s *fakeStore) KeepTraces(context.Context, string, []string) error { return s.broken }

func (s *fakeStore) NextDiscount(context.Context, string, int64, *geo.Point, time.Time) (*fare.Discount, error) {
	defer s.lock()()
	return nil, s.broken
}

func (s *fakeStore) RiderByEmail(_ context.Context, email string) (rider.Rider, error) {
	defer s.lock()()
	for _, r := range s.riders {
		if strings.EqualFold(r.Email, email) {
			return r, s.broken
		}
	}
	return rider.Rider{}, rider.ErrCredentials
}

func (s *fakeStore) RiderByID(_ context.Context, id string) (rider.Rider, error) {
	defer s.lock()()
	if r, ok := s.riders[id]; ok {
		return r, s.broken
	}
	return rider.Rider{}, rider.ErrToken
}

func (s *fakeStore) Standing(_ context.Context, id, session string) (rider.Standing, error) {
	defer s.lock()()
	r, ok := s.riders[id]
	if !ok {
		return rider.Standing{}, rider.ErrToken
	}
	over := session != ""
	for _, open := range s.sessions {
		over = over && open.Family != session
	}
	return rider.Standing{Language: r.Language, SuspendedAt: r.SuspendedAt, SessionOver: over}, s.broken
}

func (s *fakeStore) StaffByEmail(_ context.Context, email string) (staff.Member, error) {
	defer s.lock()()
	for _, m := range s.staff {
		if strings.EqualFold(m.Email, email) {
			return m, s.broken
		}
	}
	return staff.Member{}, rider.ErrCredentials
}

func (s *fakeStore) StaffByID(_ context.Context, id string) (staff.Member, error) {
	defer s.lock()()
	if m, ok := s.staff[id]; ok {
		return m, s.broken
	}
	return staff.Member{}, rider.ErrToken
}

func (s *fakeStore) OpenSession(_ context.Context, n rider.Session) error {
	defer s.lock()()
	s.sessions[string(n.Hash)] = n
	return s.broken
}

func (s *fakeStore) RotateSession(_ context.Context, hash, next []byte, now, expires time.Time) (string, string, rider.Audience, error) {
	defer s.lock()()
	if family, ok := s.spent[string(hash)]; ok {
		for h, open := range s.sessions {
			if open.Family == family {
				delete(s.sessions, h)
			}
		}
		return "", "", "", rider.ErrToken
	}
	open, ok := s.sessions[string(hash)]
	if !ok || !now.Before(open.ExpiresAt) {
		return "", "", "", rider.ErrToken
	}
	delete(s.sessions, string(hash))
	s.spent[string(hash)] = open.Family
	open.Hash, open.ExpiresAt = bytes.Clone(next), expires
	s.sessions[string(next)] = open
	return open.Family, open.Subject, open.Audience, s.broken
}

func (s *fakeStore) CloseSession(_ context.Context, hash []byte) error {
	defer s.lock()()
	delete(s.sessions, string(hash))
	return s.broken
}

func (s *fakeStore) ScooterByPlate(_ context.Context, plate string) (fleet.Scooter, error) {
	defer s.lock()()
	if sc, ok := s.scooters[plate]; ok {
		return sc, s.broken
	}
	return fleet.Scooter{}, fleet.ErrScooterUnknown
}

func (s *fakeStore) ScootersByPlates(_ context.Context, plates []string) ([]fleet.Scooter, error) {
	defer s.lock()()
	var found []fleet.Scooter
	for _, p := range plates {
		if sc, ok := s.scooters[p]; ok {
			found = append(found, sc)
		}
	}
	return found, s.broken
}

func (s *fakeStore) ScooterByPublicID(_ context.Context, id string) (fleet.Scooter, error) {
	defer s.lock()()
	for _, scooter := range s.scooters {
		if scooter.PublicID == id {
			return scooter, s.broken
		}
	}
	return fleet.Scooter{}, fleet.ErrScooterUnknown
}

func (s *fakeStore) Prices(context.Context) (*pricing.Book, error) { return s.book(), s.broken }

func (s *fakeStore) book() *pricing.Book {
	return &pricing.Book{Version: 1, Tariffs: map[string][]pricing.Edition{pricing.Standard: {{Tariff: s.tariff}}}}
}

func (s *fakeStore) Book(_ context.Context, t wallet.Transaction) error {
	defer s.lock()()
	if was, ok := s.booked[t.Key]; ok {
		if fmt.Sprint(was) != fmt.Sprint(t) {
			return wallet.ErrKeyConflict
		}
		return nil
	}
	s.booked[t.Key] = t
	return s.broken
}

func (s *fakeStore) Movements(_ context.Context, riderID, currency string, limit int, before string) (list []wallet.Movement, err error) {
	defer s.lock()()
	for _, t := range s.booked {
		if m := s.movement(t, riderID, currency); before == "" || m.ID < before {
			list = append(list, m)
		}
	}
	list = slices.DeleteFunc(list, func(m wallet.Movement) bool { return m.Amount.Minor == 0 })
	slices.SortFunc(list, func(a, b wallet.Movement) int { return strings.Compare(b.ID, a.ID) })
	return list[:min(limit, len(list))], s.broken
}

func (s *fakeStore) movement(t wallet.Transaction, riderID, currency string) wallet.Movement {
	m := wallet.Movement{
		ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(t.Key)).String(), Kind: t.Kind, At: s.now(), RentalID: t.RentalID, Amount: money.Of(0, currency),
	}
	for _, e := range t.Entries {
		if e.Account == wallet.Rider(riderID) && e.Amount.Currency == currency {
			m.Amount.Minor += e.Amount.Minor
			if e.Item != "" {
				m.Items = append(m.Items, wallet.Part{Item: e.Item, Minor: e.Amount.Minor})
			}
		}
	}
	return m
}

func (s *fakeStore) BookByStaff(ctx context.Context, riderID, currency string, t wallet.Transaction) (wallet.Movement, money.Amount, error) {
	if _, known := s.riders[riderID]; !known {
		return wallet.Movement{}, money.Amount{}, wallet.ErrRider
	}
	if err := s.Book(ctx, t); err != nil {
		return wallet.Movement{}, money.Amount{}, err
	}
	defer s.lock()()
	err := s.audit(ctx, staff.Deed{Action: "wallet." + string(t.Kind), Subject: riderID, Reason: t.Note})
	return s.movement(t, riderID, currency), s.sum(wallet.Rider(riderID), currency), err
}

func (s *fakeStore) RefundRental(_ context.Context, q wallet.RefundRequest) (wallet.Settlement, error) {
	defer s.lock()()
	s.refunds = append(s.refunds, q)
	r, known := s.rentals[q.RentalID]
	if !known {
		return wallet.Settlement{}, rental.ErrUnknown
	}
	after := wallet.Settlement{Charged: 300, Refunded: max(q.Minor, 1)}
	r.Refunded = after.Refunded
	s.rentals[q.RentalID] = r
	return after, s.broken
}

func (s *fakeStore) ClaimFailed(_ context.Context, riderID, rentalID string, rule rental.FailedRule) (wallet.Settlement, error) {
	defer s.lock()()
	r, known := s.rentals[rentalID]
	switch {
	case !known || r.RiderID != riderID:
		return wallet.Settlement{}, rental.ErrUnknown
	case r.Outcome == rental.Open:
		return wallet.Settlement{}, rental.ErrState
	case !rule.Failed(rental.Trip{Usage: r.Usage}):
		return wallet.Settlement{}, rental.ErrNotFailed
	}
	return wallet.Settlement{Waived: true}, s.broken
}

func (s *fakeStore) Balance(_ context.Context, account wallet.Account, currency string) (money.Amount, error) {
	defer s.lock()()
	return s.sum(account, currency), s.broken
}

// sum is a balance, for who has the lock.
func (s *fakeStore) sum(account wallet.Account, currency string) money.Amount {
	sum := money.Of(0, currency)
	for _, t := range s.booked {
		for _, e := range t.Entries {
			if e.Account == account && e.Amount.Currency == currency {
				sum.Minor += e.Amount.Minor
			}
		}
	}
	return sum
}

func (s *fakeStore) OpenRental(_ context.Context, n rental.New, _ time.Duration) (rental.Rental, bool, error) {
	defer s.lock()()
	if s.broken != nil {
		return rental.Rental{}, false, s.broken
	}
	if known, ok := s.keys[n.RiderID+"/"+n.Key]; ok {
		if known[1] != n.Digest {
			return rental.Rental{}, false, rental.ErrKeyReused
		}
		return s.rentals[known[0]], false, nil
	}
	var sc fleet.Scooter
	for _, each := range s.scooters {
		if each.ID == n.ScooterID {
			sc = each
		}
	}
	for _, r := range s.rentals {
		if r.RiderID == n.RiderID && r.Outcome == rental.Open {
			return rental.Rental{}, false, rental.ErrRiderBusy.With("rental_id", r.ID)
		}
	}
	switch sc.Hold {
	case fleet.Free:
	case fleet.Securing:
		return rental.Rental{}, false, fleet.ErrSecuring
	default:
		return rental.Rental{}, false, fleet.ErrHeld
	}
	r := rental.Rental{
		ID: n.ID, RiderID: n.RiderID, ScooterID: n.ScooterID, Plate: sc.Plate, VehicleID: sc.PublicID, Code: sc.QRCode, Model: sc.Model.Name, State: n.State,
		Tariff: n.Tariff, CreatedAt: s.now(), ReservedUntil: n.ReservedUntil,
	}
	s.rentals[r.ID] = r
	s.keys[n.RiderID+"/"+n.Key] = [2]string{r.ID, n.Digest}
	sc.Hold = fleet.InUse
	s.scooters[sc.Plate] = sc
	return r, true, nil
}

func (s *fakeStore) Admission(_ context.Context, riderID, key, code string) (rental.Admission, error) {
	defer s.lock()()
	var a rental.Admission
	owner := s.keys[riderID+"/"+key]
	a.KeyRental, a.KeyDigest = owner[0], owner[1]
	for _, sc := range s.scooters {
		if sc.QRCode == code {
			a.Scooter = sc
		}
	}
	if a.Scooter.ID == 0 {
		return a, s.broken
	}
	for _, r := range s.rentals {
		if r.RiderID == riderID && r.Outcome == rental.Open {
			a.OpenRental, a.OpenPlate, a.OpenState, a.OpenTariff = r.ID, r.Plate, r.State, r.Tariff
		}
	}
	for _, r := range s.rentals {
		if r.RiderID == riderID && !r.ReservedUntil.IsZero() && (r.Reason == rental.Cancelled || r.Reason == rental.Expired) {
			a.GivenBack++
		}
	}
	who, known := s.riders[riderID]
	a.RiderKnown, a.RiderVerified, a.SuspendedAt = known, who.Email != "", who.SuspendedAt
	a.Prices = s.book()
	a.Balances = map[string]int64{s.tariff.Currency: s.sum(wallet.Rider(riderID), s.tariff.Currency).Minor}
	return a, s.broken
}

func (s *fakeStore) AddKey(_ context.Context, riderID, key, digest, rentalID string) (string, error) {
	defer s.lock()()
	known, ok := s.keys[riderID+"/"+key]
	if !ok {
		known = [2]string{rentalID, digest}
		s.keys[riderID+"/"+key] = known
	}
	return known[0], s.broken
}

func (s *fakeStore) Rental(_ context.Context, riderID, id string, _ time.Duration) (rental.Rental, error) {
	defer s.lock()()
	if r, ok := s.rentals[id]; ok && r.RiderID == riderID {
		return r, s.broken
	}
	return rental.Rental{}, rental.ErrUnknown
}

func (s *fakeStore) RentalForStaff(_ context.Context, id string) (rental.Rental, error) {
	defer s.lock()()
	if r, ok := s.rentals[id]; ok {
		return r, s.broken
	}
	return rental.Rental{}, rental.ErrUnknown
}

func (s *fakeStore) OpenRentalOf(_ context.Context, riderID string) (rental.Rental, bool, error) {
	defer s.lock()()
	for _, r := range s.rentals {
		if r.RiderID == riderID && r.Outcome == rental.Open {
			return r, true, s.broken
		}
	}
	return rental.Rental{}, false, s.broken
}

func (s *fakeStore) HeldRental(_ context.Context, plate string) (rental.Rental, bool, error) {
	defer s.lock()()
	for _, r := range s.rentals {
		if r.Plate == plate && !r.State.Final() {
			return r, true, s.broken
		}
	}
	return rental.Rental{}, false, s.broken
}

func (s *fakeStore) Rentals(_ context.Context, f rental.Filter, limit int, before string) ([]rental.Rental, error) {
	defer s.lock()()
	var own []rental.Rental
	for _, r := range s.rentals {
		if r.RiderID == f.RiderID && (before == "" || r.CreatedAt.Before(s.rentals[before].CreatedAt)) {
			own = append(own, r)
		}
	}
	slices.SortFunc(own, func(a, b rental.Rental) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return own[:min(limit, len(own))], s.broken
}

func (s *fakeStore) RentalEvents(_ context.Context, id string) ([]rental.Event, error) {
	defer s.lock()()
	return s.events[id], s.broken
}

func (s *fakeStore) VoidUnstarted(_ context.Context, id string, why rental.Reason, _ time.Time) error {
	defer s.lock()()
	if s.claimed[id] {
		return rental.ErrState
	}
	r := s.rentals[id]
	r.State, r.Outcome, r.Reason = rental.Void, rental.Voided, why
	s.rentals[id] = r
	return s.broken
}

func (s *fakeStore) ReleaseRental(_ context.Context, plate, by, reason string) error {
	defer s.lock()()
	s.released = append(s.released, plate+" "+by+" "+reason)
	return s.broken
}

func (s *fakeStore) ListAlerts(_ context.Context, q staff.AlertQuery, _ int) ([]staff.Alert, error) {
	defer s.lock()()
	var list []staff.Alert
	for _, a := range s.alerts {
		open := a.ClosedAt.IsZero()
		if (open || q.State != staff.OpenAlerts) && (!open || q.State != staff.ClosedAlerts) &&
			(len(q.Kinds) == 0 || slices.Contains(q.Kinds, a.Kind)) && (q.Plate == "" || q.Plate == a.Plate) {
			list = append(list, a)
		}
	}
	return list, s.broken
}

func (s *fakeStore) Alert(_ context.Context, id int64) (staff.Alert, error) {
	defer s.lock()()
	for _, a := range s.alerts {
		if a.ID == id {
			return a, s.broken
		}
	}
	return staff.Alert{}, staff.ErrAlertUnknown
}

func (s *fakeStore) CloseAlert(ctx context.Context, plate string, kind staff.AlertKind, by string) error {
	defer s.lock()()
	for i, a := range s.alerts {
		if a.Plate == plate && a.Kind == kind && a.ClosedAt.IsZero() {
			s.alerts[i].ClosedAt, s.alerts[i].ClosedBy = s.now(), by
			return s.audit(ctx, staff.Deed{Action: "alert.close", Subject: plate})
		}
	}
	return s.broken
}

func (s *fakeStore) DismissAlert(ctx context.Context, id int64, by string) error {
	a, err := s.Alert(ctx, id)
	if err != nil {
		return err
	}
	return s.CloseAlert(ctx, a.Plate, a.Kind, by)
}

func (s *fakeStore) Zones(context.Context) (zone.Set, error) { return s.zones, s.broken }

// move changes a rental as its workflow would.
func (s *fakeStore) move(id string, edit func(*rental.Rental)) {
	defer s.lock()()
	r := s.rentals[id]
	edit(&r)
	s.rentals[id] = r
	s.claimed[id] = true
}
