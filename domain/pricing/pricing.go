// Package pricing says which tariff a ride has: by where it begins, with what model and at what hour. Prices are versions that
// never change, each with the moment from which it holds, so that tomorrow's are written today.
package pricing

import (
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/geo"
)

// The faults of prices.
var (
	ErrTariffUnknown  = fault.Declare(fault.NotFound, "tariff_unknown", "There is no such tariff.")
	ErrTariffTaken    = fault.Declare(fault.Conflict, "tariff_taken", "There is a tariff with this ID already.")
	ErrTariff         = fault.Declare(fault.Invalid, "tariff_invalid", "The tariff has a value that can't be; see errors.")
	ErrVersionUnknown = fault.Declare(fault.NotFound, "price_version_unknown", "There is no such version.")
	ErrBegun          = fault.Declare(fault.Conflict, "price_version_begun", "This version has begun: what rides were promised is not taken back.")
	ErrWithdrawn      = fault.Declare(fault.Conflict, "price_version_withdrawn", "This version is withdrawn already.")
	ErrStart          = fault.Declare(fault.Invalid, "price_start_past", "Prices begin now or later.")
	ErrChanged        = fault.Declare(fault.Conflict, "prices_changed", "Somebody has changed these prices meanwhile. Look at them again.")
	ErrRules          = fault.Declare(fault.Invalid, "price_rules_invalid", "The rules have a value that can't be; see errors.")
	ErrNone           = fault.Declare(fault.Unavailable, "price_missing", "There is no price for this scooter yet.")
)

// Standard is the ID of the tariff where no rule and no model says another.
const Standard = "standard"

// Term is when a version was made, from when on it holds, and when it was withdrawn, which happens before that or never.
type Term struct {
	CreatedAt   time.Time
	StartsAt    time.Time
	WithdrawnAt time.Time
}

func (t Term) term() Term { return t }

// Edition is one version of a tariff.
type Edition struct {
	fare.Tariff
	Term
}

// Assignment is one version of the rules that say which tariff a ride has.
type Assignment struct {
	Version int
	Plan
	Term
}

// Book is every price in force or to come, as it was at one moment.
type Book struct {
	Version     int64
	Tariffs     map[string][]Edition
	Assignments []Assignment
	Models      map[int64]string // the tariffs of models that have their own
}

// Case is what a price is asked for: a ride that begins somewhere, at a moment.
type Case struct {
	ModelID int64
	Place   *geo.Point // nil: nobody knows, and no rule about places holds
	Zones   []int64    // those that contain Place and are in force
	At      time.Time
}

// Latest is the index of the version that holds at a moment: of those begun and not withdrawn the one that began last, and of
// two that began together the later in the list. -1: none.
func Latest[T interface{ term() Term }](versions []T, at time.Time) int {
	best := -1
	for i, v := range versions {
		t := v.term()
		if t.StartsAt.After(at) || !t.WithdrawnAt.IsZero() {
			continue
		}
		if best < 0 || !t.StartsAt.Before(versions[best].term().StartsAt) {
			best = i
		}
	}
	return best
}

// State is where a version of a price is in its life.
type State string

// The states of versions.
const (
	Upcoming  State = "upcoming"
	InForce   State = "in_force"
	Past      State = "past" // another took its place
	Withdrawn State = "withdrawn"
)

// States says where each of the versions is at a moment, the oldest first.
func States[T interface{ term() Term }](versions []T, at time.Time) []State {
	states, latest := make([]State, len(versions)), Latest(versions, at)
	for i, v := range versions {
		switch t := v.term(); {
		case !t.WithdrawnAt.IsZero():
			states[i] = Withdrawn
		case t.StartsAt.After(at):
			states[i] = Upcoming
		case i == latest:
			states[i] = InForce
		default:
			states[i] = Past
		}
	}
	return states
}

// Tariff is the version of a tariff that holds at a moment.
func (b *Book) Tariff(id string, at time.Time) (fare.Tariff, bool) {
	editions := b.Tariffs[id]
	if i := Latest(editions, at); i >= 0 {
		return editions[i].Tariff, true
	}
	return fare.Tariff{}, false
}

// Rules are those that hold at a moment, if there are any.
func (b *Book) Rules(at time.Time) (Plan, bool) {
	if i := Latest(b.Assignments, at); i >= 0 {
		return b.Assignments[i].Plan, true
	}
	return Plan{}, false
}

// AsksForPlaces reports whether it matters at a moment where a ride begins, and whether zones do.
func (b *Book) AsksForPlaces(at time.Time) (places, zones bool) {
	plan, _ := b.Rules(at)
	for _, r := range plan.Rules {
		zones = zones || len(r.Zones) > 0
		places = places || r.City != "" || len(r.Zones) > 0
	}
	return places, zones
}

// For is the tariff of a ride: that of the first rule that is for it and whose tariff holds, else the model's own, else the standard one.
func (b *Book) For(c Case) (fare.Tariff, error) {
	plan, _ := b.Rules(c.At)
	cities := plan.citiesAt(c.Place)
	for _, r := range plan.Rules {
		if r.matches(c, cities) {
			if t, holds := b.Tariff(r.TariffID, c.At); holds {
				return t, nil
			}
		}
	}
	return b.Plain(c.ModelID, c.At)
}

// Plain is the tariff of a model where no rule says another: its own, or the standard one where it has none in force.
func (b *Book) Plain(modelID int64, at time.Time) (fare.Tariff, error) {
	for _, id := range []string{b.Models[modelID], Standard} {
		if t, holds := b.Tariff(id, at); holds {
			return t, nil
		}
	}
	return fare.Tariff{}, ErrNone.With("model_id", modelID)
}
