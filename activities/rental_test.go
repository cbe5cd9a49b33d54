package activities_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/activities"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/domain/zone"
	"rodada/geo"
)

// maps is the zones, or why there are none.
type maps struct {
	set zone.Set
	err error
}

func (m maps) Zones(context.Context) (zone.Set, error) { return m.set, m.err }

func (m maps) ParkingStations(context.Context) ([]zone.Station, error) { return nil, m.err }

func TestJudgeEnd(t *testing.T) {
	area, err := geo.NewArea([][][]geo.Point{{{{Lat: 30, Lng: 120}, {Lat: 30, Lng: 121}, {Lat: 31, Lng: 121}, {Lat: 31, Lng: 120}}}})
	require.NoError(t, err)
	one := maps{set: zone.Set{Version: 3, Zones: []zone.Zone{{Draft: zone.Draft{Name: "centre", Rules: []zone.Rule{zone.Open}}, Area: area}}}}
	inside, outside := geo.Point{Lat: 30.5, Lng: 120.5}, geo.Point{Lat: 29.5, Lng: 120.5}
	away := errors.New("connection refused")
	for name, c := range map[string]struct {
		zones   maps
		known   *geo.Point
		liveErr error
		report  string
		want    activities.Judgement
		err     error
	}{
		"inside":               {one, &inside, nil, "", activities.Judgement{Allowed: true, ZoneVersion: 3, Position: &inside}, nil},
		"outside":              {one, &outside, nil, "", activities.Judgement{ZoneVersion: 3, Position: &outside}, nil},
		"no zones":             {maps{}, &outside, nil, "", activities.Judgement{Allowed: true, Position: &outside}, nil},
		"nobody knows":         {one, nil, nil, "", activities.Judgement{Allowed: true}, nil},
		"a fresh fix, inside":  {one, &outside, nil, "3030.0000,12030.0000,0,0", activities.Judgement{Allowed: true, ZoneVersion: 3, Position: &inside}, nil},
		"a fresh fix, outside": {one, &inside, nil, "2930.0000,12030.0000,0,0", activities.Judgement{ZoneVersion: 3, Position: &outside}, nil},
		"by cell, not by fix":  {one, &inside, nil, "2930.0000,12030.0000,0,1", activities.Judgement{Allowed: true, ZoneVersion: 3, Position: &inside}, nil},
		"no fix at all":        {one, &inside, nil, "garbage", activities.Judgement{Allowed: true, ZoneVersion: 3, Position: &inside}, nil},
		"live state away":      {one, nil, away, "", activities.Judgement{}, away},
		"zones away":           {maps{err: away}, &inside, nil, "", activities.Judgement{}, away},
	} {
		t.Run(name, func(t *testing.T) {
			r := &activities.Rentals{Zones: c.zones, Live: &wire{known: activities.LastKnown{Position: c.known}, liveErr: c.liveErr}}
			got, err := r.JudgeEnd(t.Context(), activities.JudgeInput{Plate: "12AB", Report: c.report})
			require.ErrorIs(t, err, c.err)
			require.Equal(t, !c.want.Allowed && c.err == nil, got.Nearest != nil)
			if got.Nearest != nil {
				require.InDelta(t, 55_700, got.Nearest.Meters, 400)
				got.Nearest = nil
			}
			require.Equal(t, c.report != "" && c.err == nil && strings.HasSuffix(c.report, ",0"), !got.SeenAt.IsZero())
			got.SeenAt = time.Time{}
			require.Equal(t, c.want, got)
		})
	}
}

// A report that no scooter can have driven to is not believed, whichever way it would decide.
func TestJudgeEndByPlacesInReach(t *testing.T) {
	known := geo.Point{Lat: 30.5, Lng: 120.5}
	for name, c := range map[string]struct {
		report string
		seen   time.Duration
		maxKmh int
		want   geo.Point
	}{
		"near":                  {"3030.0100,12030.0000,0,0", time.Second, 25, geo.Point{Lat: 30.5 + 0.01/60, Lng: 120.5}},
		"far off":               {"2930.0000,12030.0000,0,0", time.Second, 25, known},
		"far, but it had a day": {"2930.0000,12030.0000,0,0", 24 * time.Hour, 25, geo.Point{Lat: 29.5, Lng: 120.5}},
		"nobody says how fast":  {"2930.0000,12030.0000,0,0", time.Second, 0, geo.Point{Lat: 29.5, Lng: 120.5}},
	} {
		t.Run(name, func(t *testing.T) {
			last := activities.LastKnown{Position: &known, FixedAt: time.Now().Add(-c.seen)}
			r := &activities.Rentals{Zones: maps{}, Live: &wire{known: last}}
			got, err := r.JudgeEnd(t.Context(), activities.JudgeInput{Plate: "12AB", Report: c.report, MaxKmh: c.maxKmh})
			require.NoError(t, err)
			require.InDelta(t, c.want.Lat, got.Position.Lat, 1e-9)
		})
	}
	r := &activities.Rentals{Live: &wire{liveErr: errors.New("away")}}
	_, err := r.JudgeEnd(t.Context(), activities.JudgeInput{Plate: "12AB", Report: "2930.0000,12030.0000,0,0", MaxKmh: 25})
	require.ErrorContains(t, err, "away")
}

// shelf is the store of rentals that answers with one error.
type shelf struct{ err error }

func (s shelf) BeginRental(context.Context, string, string) (bool, error)  { return s.err == nil, s.err }
func (s shelf) Advance(context.Context, rental.Change) error               { return s.err }
func (s shelf) AddEvent(context.Context, string, rental.Event) error       { return s.err }
func (s shelf) StartPayment(context.Context, activities.SettleInput) error { return s.err }
func (s shelf) Book(context.Context, wallet.Transaction) error             { return s.err }
func (s shelf) Waived(context.Context, string) (bool, error)               { return false, s.err }
func (s shelf) WaiveUnmoved(context.Context, string, rental.FailedRule) (bool, error) {
	return false, s.err
}

// A refusal of the store reaches the workflow as its fault; an outage stays what it is, and is tried again.
func TestStoreErrors(t *testing.T) {
	outage := errors.New("connection refused")
	calls := map[string]func(err error) error{
		"advance": func(err error) error {
			return (&activities.Rentals{Store: shelf{err}}).Advance(t.Context(), rental.Change{})
		},
		"note": func(err error) error {
			return (&activities.Rentals{Store: shelf{err}}).Note(t.Context(), activities.NoteInput{})
		},
		"settle": func(err error) error {
			return (&activities.Wallets{Payments: shelf{err}}).Settle(t.Context(), activities.SettleInput{})
		},
		"charge": func(err error) error {
			return (&activities.Wallets{Ledger: shelf{err}}).Charge(t.Context(), activities.ChargeInput{Price: money.Of(1, "EUR")})
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, call(nil))
			require.Same(t, outage, call(outage))
			require.ErrorContains(t, call(rental.ErrState), "rental_state")
		})
	}
	claimed, err := (&activities.Rentals{Store: shelf{}}).Begin(t.Context(), activities.BeginInput{})
	require.NoError(t, err)
	require.True(t, claimed)
}

// watchers is a register of rides that writes down what it was told.
type watchers struct {
	told []string
	err  error
}

func (w *watchers) SetRide(_ context.Context, plate string, r rental.Ride) error {
	w.told = append(w.told, "set "+plate+" "+r.RentalID)
	return w.err
}

func (w *watchers) ClearRide(_ context.Context, plate, rentalID string) error {
	w.told = append(w.told, "clear "+plate+" "+rentalID)
	return w.err
}

// The register follows what is stored, and holds up nothing.
func TestRidesAreRegistered(t *testing.T) {
	ride := &rental.Ride{RentalID: "r", Plate: "12AB"}
	for name, c := range map[string]struct {
		state rental.State
		ride  *rental.Ride
		store error
		told  []string
	}{
		"unlocked":   {rental.Riding, ride, nil, []string{"set 12AB r"}},
		"paused":     {rental.Paused, ride, nil, []string{"set 12AB r"}},
		"over":       {rental.Locking, ride, nil, []string{"clear 12AB r"}},
		"never rode": {rental.Void, nil, nil, nil},
		"not stored": {rental.Riding, ride, errors.New("connection refused"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := &watchers{err: errors.New("redis is away")}
			r := &activities.Rentals{Store: shelf{c.store}, Rides: w}
			require.ErrorIs(t, r.Advance(t.Context(), rental.Change{State: c.state, Ride: c.ride}), c.store)
			require.Equal(t, c.told, w.told)
		})
	}
}

// unlocked is the change that begins a ride, as it is stored.
type unlocked struct {
	shelf
	stored rental.Change
}

func (u *unlocked) Advance(_ context.Context, c rental.Change) error { u.stored = c; return nil }

// Where a ride begins is where a satellite saw the scooter last, whatever the books say; nobody waits long to know.
func TestWhereARideBegins(t *testing.T) {
	here, seen := geo.Point{Lat: 30.5, Lng: 120.5}, time.Now().Add(-20*time.Second)
	for name, c := range map[string]struct {
		live *wire
		want fleet.Sighted
	}{
		"seen":         {&wire{known: activities.LastKnown{Position: &here, FixedAt: seen}}, fleet.Sighted{Position: here, At: seen}},
		"never seen":   {&wire{}, fleet.Sighted{}},
		"nobody knows": {&wire{known: activities.LastKnown{Position: &here, FixedAt: seen}, liveErr: errors.New("away")}, fleet.Sighted{}},
	} {
		t.Run(name, func(t *testing.T) {
			store := &unlocked{}
			r := &activities.Rentals{Store: store, Live: c.live}
			ride := &rental.Ride{Plate: "12AB"}
			require.NoError(t, r.Advance(t.Context(), rental.Change{State: rental.Riding, UnlockedAt: time.Now(), Ride: ride}))
			require.Equal(t, c.want, store.stored.Begin)
			require.NoError(t, r.Advance(t.Context(), rental.Change{State: rental.Riding, Ride: ride}))
			require.Zero(t, store.stored.Begin, "a ride that goes on began before")
		})
	}
}
