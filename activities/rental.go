package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/zone"
	"rodada/geo"
	"rodada/protocol"
)

// RentalStore keeps rentals.
type RentalStore interface {
	BeginRental(ctx context.Context, rentalID, runID string) (bool, error)
	Advance(ctx context.Context, change rental.Change) error
	AddEvent(ctx context.Context, rentalID string, event rental.Event) error
}

// ZoneStore keeps zones.
type ZoneStore interface {
	Zones(ctx context.Context) (zone.Set, error)
	// ParkingStations are the stations that take scooters, for zones where a ride ends at one.
	ParkingStations(ctx context.Context) ([]zone.Station, error)
}

// Rides is the register of the rides under way, for those who watch scooters. It is put right from the store when something
// could not be entered.
type Rides interface {
	SetRide(ctx context.Context, plate string, r rental.Ride) error
	ClearRide(ctx context.Context, plate, rentalID string) error
}

// Rentals keeps the store in step with a rental's workflow. Its activities run locally.
type Rentals struct {
	Store RentalStore
	Zones ZoneStore
	Live  Live
	Rides Rides // nil: nobody watches
}

// BeginInput claims a rental for the first run of its workflow.
type BeginInput struct {
	RentalID string `json:"rental_id"`
	RunID    string `json:"run_id"`
}

// Begin claims the rental. False: it is over, or another run had it, and nothing may be sent for it.
func (r *Rentals) Begin(ctx context.Context, in BeginInput) (bool, error) {
	return r.Store.BeginRental(ctx, in.RentalID, in.RunID)
}

// Advance stores a change of state, once by its number.
func (r *Rentals) Advance(ctx context.Context, change rental.Change) error {
	if change.State == rental.Riding && !change.UnlockedAt.IsZero() {
		change.Begin = r.begin(ctx, change)
	}
	if err := r.Store.Advance(ctx, change); err != nil {
		return Failure(err)
	}
	r.register(ctx, change.State, change.Ride)
	return nil
}

// begin is where a satellite saw the scooter last before it was unlocked: the books only know where the last ride left it. What
// can't be asked in time is not known.
func (r *Rentals) begin(ctx context.Context, change rental.Change) fleet.Sighted {
	if change.Ride == nil || r.Live == nil {
		return fleet.Sighted{}
	}
	ctx, cancel := context.WithTimeout(ctx, registerLimit)
	defer cancel()
	known, err := r.Live.LastKnown(ctx, change.Ride.Plate)
	if err != nil || known.Position == nil {
		return fleet.Sighted{}
	}
	return fleet.Sighted{Position: *known.Position, At: known.FixedAt}
}

// registerLimit is how long a ride may take to be entered: its rider may be waiting.
const registerLimit = 100 * time.Millisecond

// register enters a ride or takes it out. What can't be is left to the next reconciliation.
func (r *Rentals) register(ctx context.Context, state rental.State, ride *rental.Ride) {
	if r.Rides == nil || ride == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, registerLimit)
	defer cancel()
	var err error
	if state.UnderWay() {
		err = r.Rides.SetRide(ctx, ride.Plate, *ride)
	} else {
		err = r.Rides.ClearRide(ctx, ride.Plate, ride.RentalID)
	}
	if err != nil && activity.IsActivity(ctx) {
		activity.GetLogger(ctx).Warn("the register of rides is behind", "rental", ride.RentalID, "error", err)
	}
}

// Checkpoint does nothing. A workflow waits for it where what it has done must be in its history before it closes.
func (r *Rentals) Checkpoint(context.Context) error { return nil }

// NoteInput is something in a rental's history that is not a change of state.
type NoteInput struct {
	RentalID string       `json:"rental_id"`
	Event    rental.Event `json:"event"`
	// Ride is what others need to know of the ride as it is now; nil when there is none.
	Ride *rental.Ride `json:"ride,omitempty"`
}

// Note stores an event, once by its number.
func (r *Rentals) Note(ctx context.Context, in NoteInput) error {
	if err := r.Store.AddEvent(ctx, in.RentalID, in.Event); err != nil {
		return Failure(err)
	}
	r.register(ctx, rental.Riding, in.Ride)
	return nil
}

// JudgeInput asks whether a ride may end where its scooter is.
type JudgeInput struct {
	Plate   string `json:"plate"`
	ModelID int64  `json:"model_id,omitempty"`
	// At is when the ride ends; zero: now.
	At time.Time `json:"at,omitzero"`
	// Report is the position (19, g) that the scooter has just sent, when it was asked.
	Report string `json:"report,omitempty"`
	// MaxKmh is what the scooter can drive; 0: nobody says. A report too far from where it was last seen is not believed.
	MaxKmh int `json:"max_kmh,omitempty"`
}

// Judgement says whether a ride may end. Where nobody knows the place, it may: the rider can't mend that.
type Judgement struct {
	Allowed     bool        `json:"allowed"`
	ZoneVersion int64       `json:"zone_version,omitempty"` // 0: no zone had a say
	Position    *geo.Point  `json:"position,omitempty"`
	SeenAt      time.Time   `json:"seen_at,omitzero"` // when a satellite saw the scooter there; zero: nobody knows
	Nearest     *zone.Place `json:"nearest,omitempty"`
	// Price is what the zone does to the bill; nil: nothing.
	Price *fare.Adjustment `json:"price,omitempty"`
}

// JudgeEnd judges the end of a ride by the zones in force.
func (r *Rentals) JudgeEnd(ctx context.Context, in JudgeInput) (Judgement, error) {
	at, seen, err := r.place(ctx, in)
	if err != nil {
		return Judgement{}, err
	}
	zones, err := r.Zones.Zones(ctx)
	if err != nil {
		return Judgement{}, Failure(err)
	}
	if at == nil || len(zones.Zones) == 0 {
		return Judgement{Allowed: true, Position: at, SeenAt: seen}, nil
	}
	c := zone.Case{ModelID: in.ModelID, At: in.At}
	if c.At.IsZero() {
		c.At = time.Now()
	}
	if zones.NeedStations() {
		if c.Stations, err = r.Zones.ParkingStations(ctx); err != nil {
			return Judgement{}, Failure(err)
		}
	}
	verdict, nearest, allowed := zones.MayEnd(*at, c)
	j := Judgement{Allowed: allowed, ZoneVersion: zones.Version, Position: at, SeenAt: seen, Nearest: nearest}
	if price := verdict.Price(); price != (fare.Adjustment{}) {
		j.Price = &price
	}
	return j, nil
}

// place is where the scooter is, as far as it can be believed, and since when that is known: where it has just said, else where a
// satellite last saw it.
func (r *Rentals) place(ctx context.Context, in JudgeInput) (*geo.Point, time.Time, error) {
	fix, err := protocol.ParseFix(in.Report)
	reported := in.Report != "" && err == nil && fix.Source == protocol.GPS
	at := geo.Point{Lat: fix.Lat, Lng: fix.Lng}
	if reported && in.MaxKmh == 0 {
		return &at, time.Now(), nil
	}
	known, err := r.Live.LastKnown(ctx, in.Plate)
	if !reported || err != nil {
		return known.Position, known.FixedAt, err
	}
	if known.Position != nil && !known.FixedAt.IsZero() {
		before := fleet.Sighted{Position: *known.Position, At: known.FixedAt}
		if !before.Reaches(fleet.Sighted{Position: at, At: time.Now()}, in.MaxKmh) {
			return known.Position, known.FixedAt, nil
		}
	}
	return &at, time.Now(), nil
}
