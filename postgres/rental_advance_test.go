package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/geo"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func silent(id string) rental.Change {
	return rental.Change{RentalID: id, Seq: 1, State: rental.Securing, Outcome: rental.Voided, Reason: rental.ScooterSilent,
		Cause: rental.ByScooter, At: noon}
}

var bill = fare.Bill{Lines: []fare.Line{{Item: "unlock", Quantity: 1, Amount: 100}}, Total: money.Of(100, "EUR")}

// steps are the changes of a whole ride with a pause, of a rental that is unlocking.
func steps(id string) []rental.Change {
	change := func(seq int, s rental.State) rental.Change {
		return rental.Change{RentalID: id, Seq: seq, State: s, Cause: rental.ByRider, At: noon.Add(time.Duration(seq) * time.Minute)}
	}
	riding, paused, resumed := change(1, rental.Riding), change(2, rental.Paused), change(3, rental.Riding)
	locking, securing, ended := change(4, rental.Locking), change(5, rental.Securing), change(6, rental.Ended)
	riding.UnlockedAt, riding.Cause = noon.Add(time.Second), rental.ByScooter
	locking.StoppedAt, locking.EndPosition = noon.Add(4*time.Minute), &geo.Point{Lat: 40.41, Lng: -3.71}
	securing.Outcome, securing.Bill = rental.Ridden, &bill
	securing.Usage = &fare.Usage{Riding: 3*time.Minute + 1, Paused: time.Minute, Meters: 1200}
	ended.SecuredAt = noon.Add(6 * time.Minute)
	return []rental.Change{riding, paused, resumed, locking, securing, ended}
}

// ride takes a rental that is unlocking to its end.
func (b *books) ride(id string) {
	b.t.Helper()
	for _, c := range steps(id) {
		require.NoError(b.t, b.Advance(b.ctx, c), c.State)
	}
}

func TestAWholeRide(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	id := b.open(b.request(who, s)).ID
	holds := map[rental.State]fleet.Hold{
		rental.Riding: fleet.InUse, rental.Paused: fleet.InUse, rental.Locking: fleet.InUse,
		rental.Securing: fleet.Securing, rental.Ended: fleet.Free,
	}
	for _, c := range steps(id) {
		for range 2 { // the second time changes nothing
			require.NoError(t, b.Advance(b.ctx, c))
			r, err := b.Rental(b.ctx, who, id, never)
			require.NoError(t, err)
			require.Equal(t, c.State, r.State)
			require.Equal(t, c.State == rental.Paused, !r.PausedAt.IsZero())
			at, err := b.ScooterByPlate(b.ctx, s.Plate)
			require.NoError(t, err)
			require.Equal(t, holds[c.State], at.Hold)
			require.Equal(t, c.State == rental.Ended, at.PublicID != s.PublicID, "a new public name after the ride only")
		}
	}
	r, err := b.Rental(b.ctx, who, id, never)
	require.NoError(t, err)
	require.Equal(t, rental.Rental{
		ID: id, RiderID: who, ScooterID: s.ID, Plate: s.Plate, VehicleID: s.PublicID, Code: s.QRCode, Model: b.model.Name, ModelID: b.model.ID, State: rental.Ended, Outcome: rental.Ridden,
		Tariff: b.tariff, Tax: &fare.Tax{}, CreatedAt: r.CreatedAt, UnlockedAt: noon.Add(time.Second), StoppedAt: noon.Add(4 * time.Minute),
		SecuredAt: noon.Add(6 * time.Minute), Usage: fare.Usage{Riding: 3*time.Minute + 1, Paused: time.Minute, Meters: 1200},
		Bill: &bill, EndPosition: &geo.Point{Lat: 40.41, Lng: -3.71},
	}, r)
	events, err := b.RentalEvents(b.ctx, id)
	require.NoError(t, err)
	require.Len(t, events, 7)
	require.Equal(t, rental.Event{Seq: 2, Kind: "paused", Cause: rental.ByRider, At: noon.Add(2 * time.Minute)}, events[2])
	require.Equal(t, 3, b.count(`SELECT count(*) FROM scooter_events WHERE rental_id = $1`, id), "taken, securing, free")
	at, err := b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, geo.Point{Lat: 40.41, Lng: -3.71}, at.Position)
}

func TestTheSameChangeAtOnce(t *testing.T) {
	b := newBooks(t)
	id := b.open(b.request(b.rider().ID, b.scooter())).ID
	for _, c := range steps(id) {
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() { errs[i] = b.Advance(b.ctx, c) })
		}
		all.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
	}
	require.Equal(t, 7, b.count(`SELECT count(*) FROM rental_events`))
	require.Equal(t, 3, b.count(`SELECT count(*) FROM scooter_events WHERE kind = 'status'`))
}

// A late message of an earlier rental must not touch the scooter of the present one.
func TestAFinishedRentalTouchesNothing(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	old := b.open(b.request(b.rider().ID, s)).ID
	b.ride(old)
	b.open(b.request(b.rider().ID, s))

	late := rental.Change{RentalID: old, Seq: 7, State: rental.Ended, Cause: rental.ByStaff, At: noon}
	require.ErrorIs(t, b.Advance(b.ctx, late), rental.ErrOver)
	require.ErrorIs(t, b.VoidUnstarted(b.ctx, uuid.NewString(), rental.NotStarted, noon), rental.ErrUnknown)
	require.NoError(t, b.VoidUnstarted(b.ctx, old, rental.NotStarted, noon))
	at, err := b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, fleet.InUse, at.Hold)
	require.NoError(t, b.AddEvent(b.ctx, old, rental.Event{Seq: 7, Kind: "alerted", Cause: rental.BySystem, At: noon}))
}

func TestARefusedChangeLeavesNothing(t *testing.T) {
	b := newBooks(t)
	for name, c := range map[string]struct {
		change rental.Change
		want   error
	}{
		"no arrow":              {rental.Change{State: rental.Paused}, rental.ErrState},
		"void without a reason": {rental.Change{State: rental.Void, Outcome: rental.Voided}, rental.ErrState},
		"void without outcome":  {rental.Change{State: rental.Void, Reason: rental.Cancelled}, rental.ErrState},
		"ridden, never unlocked": {
			rental.Change{State: rental.Securing, Outcome: rental.Ridden, StoppedAt: noon, Bill: &bill}, rental.ErrState},
		"void with a bill": {
			rental.Change{State: rental.Void, Outcome: rental.Voided, Reason: rental.Cancelled, Bill: &bill}, rental.ErrState},
		"decided while unlocking": {rental.Change{State: rental.Unlocking, Outcome: rental.Voided, Reason: rental.Cancelled}, rental.ErrState},
		"unknown":                 {rental.Change{State: rental.Riding, RentalID: uuid.NewString()}, rental.ErrUnknown},
		"not an ID":               {rental.Change{State: rental.Riding, RentalID: "x"}, rental.ErrUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			s := b.scooter()
			r := b.open(b.request(b.rider().ID, s))
			c.change.Seq, c.change.Cause, c.change.At = 1, rental.BySystem, noon
			if c.change.RentalID == "" {
				c.change.RentalID = r.ID
			}
			require.ErrorIs(t, b.Advance(b.ctx, c.change), c.want)
			got, err := b.RentalForStaff(b.ctx, r.ID)
			require.NoError(t, err)
			require.Equal(t, r, got)
			require.Equal(t, 1, b.count(`SELECT count(*) FROM rental_events WHERE rental_id = $1`, r.ID))
			require.Equal(t, 1, b.count(`SELECT count(*) FROM scooters WHERE id = $1 AND hold = 'in_use'`, s.ID))
		})
	}
	require.Error(t, b.Advance(b.ctx, rental.Change{RentalID: uuid.NewString(), State: rental.Riding, At: noon}), "seq 0 is the opening")
}

func TestAnOutcomeIsDecidedOnce(t *testing.T) {
	b := newBooks(t)
	id := b.open(b.request(b.rider().ID, b.scooter())).ID
	require.NoError(t, b.Advance(b.ctx, silent(id)))
	other := rental.Change{RentalID: id, Seq: 2, State: rental.Ended, Outcome: rental.Ridden, UnlockedAt: noon, StoppedAt: noon, Bill: &bill,
		Cause: rental.BySystem, At: noon}
	require.ErrorIs(t, b.Advance(b.ctx, other), rental.ErrOver)
	require.NoError(t, b.Advance(b.ctx, rental.Change{RentalID: id, Seq: 2, State: rental.Void, Cause: rental.ByScooter, At: noon, SecuredAt: noon}))
}

func TestStaffTakeTheScooterToMaintenance(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	id := b.open(b.request(b.rider().ID, s)).ID
	require.NoError(t, b.Advance(b.ctx, silent(id)))
	require.NoError(t, b.Advance(b.ctx, rental.Change{RentalID: id, Seq: 2, State: rental.Void, Cause: rental.ByStaff, At: noon, Maintenance: "lock stuck"}))
	at, err := b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, fleet.Maintenance, at.Service)
	require.Equal(t, fleet.Free, at.Hold)
	require.Equal(t, "lock stuck", at.Reason)
	require.Equal(t, s.PublicID, at.PublicID, "nobody rode")
}

// The trigger and the domain draw the same diagram.
func TestTheDiagram(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	for _, from := range rental.States() {
		for _, to := range rental.States() {
			if from == to {
				continue
			}
			tx := b.db.MustBeginTx(b.ctx, nil)
			id := uuid.NewString()
			exec := func(query string, args ...any) error { _, err := tx.ExecContext(b.ctx, query, args...); return err }
			require.NoError(t, exec(`SET LOCAL session_replication_role = replica`)) // to put it into any state
			outcome := map[rental.State]rental.Outcome{rental.Ended: rental.Ridden, rental.Void: rental.Voided}
			require.NoError(t, exec(`
				INSERT INTO rentals (id, rider_id, scooter_id, plate, vehicle_id, state, outcome, reason, tariff_id, tariff_version, tariff,
					reserved_until, unlocked_at, stopped_at, paused_at, bill)
				VALUES ($1, $2, $3, '', $1, $4, $5, 'cancelled', 'standard', 1, '{}', now(), now(), now(),
					CASE WHEN $4 = 'paused' THEN now() END, CASE WHEN $5 <> 'void' THEN '{}'::jsonb END)`, id, who, s.ID, from, outcome[from]))
			require.NoError(t, exec(`SET LOCAL session_replication_role = origin`))
			err := exec(`UPDATE rentals SET state = $2, outcome = $3, paused_at = CASE WHEN $2 = 'paused' THEN now() END,
				bill = CASE WHEN $3 <> 'void' THEN '{}'::jsonb END WHERE id = $1`, id, to, outcome[to])
			if from.MayBecome(to) {
				require.NoError(t, err, "%s to %s", from, to)
			} else {
				require.Error(t, err, "%s to %s", from, to)
			}
			require.NoError(t, tx.Rollback())
		}
	}
}

func TestRidesUnderWay(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	id := b.open(b.request(who, s)).ID
	under := map[rental.State]bool{rental.Riding: true, rental.Paused: true}
	rides := func() map[string]rental.Ride {
		got, err := b.RidesUnderWay(b.ctx)
		require.NoError(t, err)
		return got
	}
	require.Empty(t, rides(), "unlocking")
	for _, c := range steps(id) {
		require.NoError(t, b.Advance(b.ctx, c))
		want := map[string]rental.Ride{}
		if under[c.State] {
			want[s.Plate] = rental.Ride{
				RentalID: id, Plate: s.Plate, ModelID: s.Model.ID, LimitKmh: s.LimitKmh, Since: noon.Add(time.Second),
			}
		}
		require.Equal(t, want, rides(), c.State)
	}
}
