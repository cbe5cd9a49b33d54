package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/rental"
)

const (
	never = 24 * time.Hour   // nothing is an orphan
	now   = -time.Nanosecond // everything is
)

type opened struct {
	rental  rental.Rental
	created bool
	err     error
}

// atOnce opens all rentals at the same moment.
func (b *books) atOnce(news []rental.New, orphanAfter time.Duration) []opened {
	results := make([]opened, len(news))
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i, n := range news {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			r, created, err := b.OpenRental(b.ctx, n, orphanAfter)
			results[i] = opened{r, created, err}
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return results
}

func TestTwoHundredRaceForOneScooter(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	var news []rental.New
	for range 200 {
		news = append(news, b.request(b.rider().ID, s))
	}
	won := 0
	for _, o := range b.atOnce(news, never) {
		if o.created {
			require.NoError(t, o.err)
			won++
			continue
		}
		require.ErrorIs(t, o.err, fleet.ErrHeld)
	}
	require.Equal(t, 1, won)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM rentals`))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM rental_keys`))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM rental_events`))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM scooter_events WHERE kind = 'status'`))
}

func TestOneKeyTwentyTimesAtOnce(t *testing.T) {
	b := newBooks(t)
	s, who, key := b.scooter(), b.rider().ID, uuid.NewString()
	var news []rental.New
	for range 20 {
		n := b.request(who, s)
		n.Key = key
		news = append(news, n)
	}
	results, created := b.atOnce(news, never), 0
	for _, o := range results {
		require.NoError(t, o.err)
		require.Equal(t, results[0].rental, o.rental)
		if o.created {
			created++
		}
	}
	require.Equal(t, 1, created)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM rentals`))
}

func TestOneKeyForTwoScootersAtOnce(t *testing.T) {
	b := newBooks(t)
	for range 20 {
		who, key := b.rider().ID, uuid.NewString()
		one, two := b.request(who, b.scooter()), b.request(who, b.scooter())
		one.Key, one.Digest, two.Key, two.Digest = key, "one", key, "two"
		created := 0
		for _, o := range b.atOnce([]rental.New{one, two}, never) {
			if o.created {
				created++
				continue
			}
			require.ErrorIs(t, o.err, rental.ErrKeyReused)
		}
		require.Equal(t, 1, created)
	}
	require.Equal(t, 20, b.count(`SELECT count(*) FROM scooters WHERE hold = 'in_use'`))
}

func TestOneRiderForManyScootersAtOnce(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	var news []rental.New
	for range 20 {
		news = append(news, b.request(who, b.scooter()))
	}
	created := 0
	for _, o := range b.atOnce(news, never) {
		if o.created {
			created++
			continue
		}
		require.ErrorIs(t, o.err, rental.ErrRiderBusy)
	}
	require.Equal(t, 1, created)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM scooters WHERE hold <> 'free'`))
}

// Orphans of each other's scooters, all at once: whoever waits for whom, nobody waits in a circle.
func TestOrphansInACircle(t *testing.T) {
	b := newBooks(t)
	const n = 10
	var stock []fleet.Scooter
	var riders []string
	for range n {
		s, who := b.scooter(), b.rider().ID
		b.open(b.request(who, s))
		stock, riders = append(stock, s), append(riders, who)
	}
	var news []rental.New
	for i, who := range riders {
		news = append(news, b.request(who, stock[(i+1)%n]))
	}
	for i, o := range b.atOnce(news, time.Hour) {
		require.ErrorIs(t, o.err, rental.ErrRiderBusy, "rider %d", i)
	}
	require.NoError(t, b.exec(`UPDATE rentals SET created_at = now() - interval '2 hours'`))
	for i, o := range b.atOnce(news, time.Hour) {
		require.NoError(t, o.err, "rider %d", i)
		require.True(t, o.created)
	}
	require.Equal(t, n, b.count(`SELECT count(*) FROM rentals WHERE state = 'void' AND reason = 'not_started'`))
	require.Equal(t, n, b.count(`SELECT count(*) FROM rentals WHERE state = 'unlocking'`))
}

func TestOpenWritesEverything(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	n := b.request(who, s)
	n.State, n.ReservedUntil = rental.Reserved, time.Now().Add(time.Hour).Truncate(time.Millisecond).UTC()
	r := b.open(n)
	require.Equal(t, rental.Rental{
		ID: n.ID, RiderID: who, ScooterID: s.ID, Plate: s.Plate, VehicleID: s.PublicID, Code: s.QRCode, Model: b.model.Name, ModelID: b.model.ID, State: rental.Reserved,
		Tariff: b.tariff, Tax: &fare.Tax{}, ReservedUntil: n.ReservedUntil, CreatedAt: r.CreatedAt,
	}, r)
	require.WithinDuration(t, time.Now(), r.CreatedAt, time.Minute)
	held, err := b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, fleet.Reserved, held.Hold)
	events, err := b.RentalEvents(b.ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, []rental.Event{{Seq: 0, Kind: "reserved", Cause: rental.ByRider, At: r.CreatedAt}}, events)

	for name, read := range map[string]func() (rental.Rental, error){
		"own":    func() (rental.Rental, error) { return b.Rental(b.ctx, who, r.ID, never) },
		"staff":  func() (rental.Rental, error) { return b.RentalForStaff(b.ctx, r.ID) },
		"open":   func() (rental.Rental, error) { r, _, err := b.OpenRentalOf(b.ctx, who); return r, err },
		"holder": func() (rental.Rental, error) { r, _, err := b.HeldRental(b.ctx, s.Plate); return r, err },
		"list": func() (rental.Rental, error) {
			list, err := b.Rentals(b.ctx, rental.Filter{RiderID: who}, 10, "")
			require.Len(t, list, 1)
			return list[0], err
		},
	} {
		got, err := read()
		require.NoError(t, err, name)
		require.Equal(t, r, got, name)
	}
}

func TestWhatStandsInTheWay(t *testing.T) {
	b := newBooks(t)
	for _, c := range []struct {
		name string
		in   func(b *books, n *rental.New)
		want *fault.Error
	}{
		{"no such scooter", func(_ *books, n *rental.New) { n.ScooterID = 1 << 40 }, fleet.ErrScooterUnknown},
		{"blocked", func(b *books, n *rental.New) {
			require.NoError(b.t, b.exec(`UPDATE scooters SET service = 'blocked' WHERE id = $1`, n.ScooterID))
		}, fleet.ErrUnavailable},
		{"held", func(b *books, n *rental.New) {
			other := *n
			other.ID, other.RiderID = uuid.NewString(), b.rider().ID
			b.open(other)
		}, fleet.ErrHeld},
		{"being secured", func(b *books, n *rental.New) {
			other := *n
			other.ID, other.RiderID = uuid.NewString(), b.rider().ID
			b.open(other)
			require.NoError(b.t, b.Advance(b.ctx, silent(other.ID)))
		}, fleet.ErrSecuring},
		{"rider has one", func(b *books, n *rental.New) { b.open(b.request(n.RiderID, b.scooter())) }, rental.ErrRiderBusy},
		{"key of another request", func(b *books, n *rental.New) {
			b.open(*n)
			n.ID, n.Digest = uuid.NewString(), "other"
		}, rental.ErrKeyReused},
		{"no key", func(_ *books, n *rental.New) { n.Key = "" }, rental.ErrKeyMissing},
		{"opens in the middle", func(_ *books, n *rental.New) { n.State = rental.Riding }, rental.ErrState},
		{"hold forgotten", func(b *books, n *rental.New) {
			other := *n
			other.ID, other.RiderID = uuid.NewString(), b.rider().ID
			b.open(other)
			require.NoError(b.t, b.exec(`UPDATE scooters SET hold = 'free' WHERE id = $1`, n.ScooterID))
		}, fleet.ErrHeld},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := b.request(b.rider().ID, b.scooter())
			c.in(b, &n)
			before := b.count(`SELECT count(*) FROM rentals`)
			_, created, err := b.OpenRental(b.ctx, n, never)
			require.ErrorIs(t, err, c.want)
			require.False(t, created)
			require.Equal(t, before, b.count(`SELECT count(*) FROM rentals`))
			require.Equal(t, before, b.count(`SELECT count(*) FROM rental_keys`))
		})
	}
}

// An old key finds its old rental, whoever has the scooter now, and changes nothing.
func TestAnOldKeyAfterTheNextRide(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	n := b.request(who, s)
	first := b.open(n)
	b.ride(first.ID)
	second := b.open(b.request(b.rider().ID, s))

	got, created, err := b.OpenRental(b.ctx, n, never)
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, first.ID, got.ID)
	require.Equal(t, rental.Ended, got.State)
	held, has, err := b.HeldRental(b.ctx, s.Plate)
	require.NoError(t, err)
	require.True(t, has)
	require.Equal(t, second.ID, held.ID)
}
