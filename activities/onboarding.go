package activities

import (
	"context"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/onboarding"
)

// OnboardingStore keeps what becomes of taking scooters in, and of giving them other plates.
type OnboardingStore interface {
	AdvanceOnboarding(ctx context.Context, c onboarding.Change) error
	StoreBox(ctx context.Context, plate string, b onboarding.Box) (own bool, err error)
	Onboarded(ctx context.Context, plate string, at time.Time) error
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)
	BeginRenumbering(ctx context.Context, id, runID string) (bool, error)
	AdvanceRenumbering(ctx context.Context, c onboarding.RenumberChange) error
}

// Onboardings keeps the books in step with the workflows that take scooters in and renumber them.
type Onboardings struct {
	Store OnboardingStore
}

// AdvanceOnboarding stores a step, once by its number.
func (o *Onboardings) AdvanceOnboarding(ctx context.Context, c onboarding.Change) error {
	return Failure(o.Store.AdvanceOnboarding(ctx, c))
}

// BoxInput is what a box told of itself.
type BoxInput struct {
	Plate string         `json:"plate"`
	Box   onboarding.Box `json:"box"`
}

// Identity says whether a box is the one that is registered.
type Identity struct {
	Own        bool   `json:"own"`
	Registered string `json:"registered,omitempty"`
}

// Identify stores what a box told and compares its IMEI with the one that is registered, or learns it.
func (o *Onboardings) Identify(ctx context.Context, in BoxInput) (Identity, error) {
	own, err := o.Store.StoreBox(ctx, in.Plate, in.Box)
	if err != nil {
		return Identity{}, Failure(err)
	}
	s, err := o.Store.ScooterByPlate(ctx, in.Plate)
	return Identity{Own: own, Registered: s.IMEI}, Failure(err)
}

// HoldInput names a scooter.
type HoldInput struct {
	Plate string `json:"plate"`
}

// Free reports whether nobody has the scooter now.
func (o *Onboardings) Free(ctx context.Context, in HoldInput) (bool, error) {
	s, err := o.Store.ScooterByPlate(ctx, in.Plate)
	return s.Hold == fleet.Free, Failure(err)
}

// OnboardedInput says since when a scooter is one of the fleet.
type OnboardedInput struct {
	Plate string    `json:"plate"`
	At    time.Time `json:"at"`
}

// Onboarded notes it.
func (o *Onboardings) Onboarded(ctx context.Context, in OnboardedInput) error {
	return Failure(o.Store.Onboarded(ctx, in.Plate, in.At))
}

// ClaimInput names something and the run of a workflow that takes it on.
type ClaimInput struct {
	ID    string `json:"id"`
	RunID string `json:"run_id"`
}

// BeginRenumbering claims a renumbering for the first run of its workflow.
func (o *Onboardings) BeginRenumbering(ctx context.Context, in ClaimInput) (bool, error) {
	return o.Store.BeginRenumbering(ctx, in.ID, in.RunID)
}

// AdvanceRenumbering stores a step, once by its number.
func (o *Onboardings) AdvanceRenumbering(ctx context.Context, c onboarding.RenumberChange) error {
	return Failure(o.Store.AdvanceRenumbering(ctx, c))
}
