package api

import (
	"context"
	"slices"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/pricing"
)

// pricingStore is what staff's work on prices needs of the books.
type pricingStore interface {
	Tariffs(ctx context.Context, id string) ([]pricing.Edition, error)
	PriceTariff(ctx context.Context, after int, t fare.Tariff, from time.Time, reason string) (pricing.Edition, error)
	WithdrawTariff(ctx context.Context, id string, version int, reason string) (pricing.Edition, error)
	PriceRules(ctx context.Context) ([]pricing.Assignment, error)
	SetPriceRules(ctx context.Context, after int, p pricing.Plan, from time.Time, reason string) (pricing.Assignment, error)
	WithdrawPriceRules(ctx context.Context, version int, reason string) (pricing.Assignment, error)
	AssignTariff(ctx context.Context, modelID int64, tariffID, reason string) error
}

// pricings is staff's work on prices.
type pricings struct {
	store    pricingStore
	prices   priceStore
	fleet    registryStore
	live     Live
	currency string
	now      func() time.Time
}

// StaffTariff is a price list and its versions that matter now.
type StaffTariff struct {
	ID       string          `json:"id" example:"city"`
	Version  int             `json:"version" doc:"Of the newest version: what a new one follows."`
	InForce  *TariffVersion  `json:"in_force,omitempty" doc:"Absent while none has begun."`
	Upcoming []TariffVersion `json:"upcoming,omitempty" doc:"Those that begin later, the first to begin first."`
}

// TariffVersion is a version of a price list; it never changes.
type TariffVersion struct {
	fare.Tariff
	PriceTerm
}

// PriceTerm is where a version of a price is in its life.
type PriceTerm struct {
	State       pricing.State `json:"state" enum:"upcoming,in_force,past,withdrawn"`
	StartsAt    time.Time     `json:"starts_at" doc:"Rides that open from here on have it. Those that are open keep theirs."`
	CreatedAt   time.Time     `json:"created_at"`
	WithdrawnAt *time.Time    `json:"withdrawn_at,omitempty"`
}

func showTerm(t pricing.Term, state pricing.State) PriceTerm {
	return PriceTerm{State: state, StartsAt: t.StartsAt.UTC(), CreatedAt: t.CreatedAt.UTC(), WithdrawnAt: happened(t.WithdrawnAt)}
}

// showVersions shows the versions of one tariff, given the oldest first, the newest first.
func showVersions(editions []pricing.Edition, now time.Time) []TariffVersion {
	shown, states := make([]TariffVersion, len(editions)), pricing.States(editions, now)
	for i, e := range editions {
		shown[len(shown)-1-i] = TariffVersion{e.Tariff, showTerm(e.Term, states[i])}
	}
	return shown
}

// summarise is a tariff by its versions, the newest first.
func summarise(versions []TariffVersion) StaffTariff {
	t := StaffTariff{ID: versions[0].ID, Version: versions[0].Version}
	for _, v := range versions {
		switch v.State {
		case pricing.InForce:
			t.InForce = &v
		case pricing.Upcoming:
			t.Upcoming = append(t.Upcoming, v)
		}
	}
	slices.SortStableFunc(t.Upcoming, func(a, b TariffVersion) int { return a.StartsAt.Compare(b.StartsAt) })
	return t
}

// TariffRef names a tariff.
type TariffRef struct {
	ID string `path:"id" maxLength:"64" example:"city"`
}

type tariffVersionOut struct{ Body TariffVersion }

// listTariffs is GET /admin/v1/tariffs.
type listTariffs struct{ *pricings }

type tariffsOut struct {
	Body struct {
		Tariffs []StaffTariff `json:"tariffs" nullable:"false" doc:"By ID."`
	}
}

func (listTariffs) Meta() meta {
	return meta{
		ID: "list-tariffs", Summary: "The tariffs, as they are and as they will be",
		Description: "The one called `standard` is for every ride that neither a rule nor its model gives another.",
	}
}

func (e listTariffs) Execute(ctx context.Context, _ *struct{}) (*tariffsOut, error) {
	editions, err := e.store.Tariffs(ctx, "")
	if err != nil {
		return nil, err
	}
	out := &tariffsOut{}
	out.Body.Tariffs = []StaffTariff{}
	for _, of := range groupByID(editions) {
		out.Body.Tariffs = append(out.Body.Tariffs, summarise(showVersions(of, e.now())))
	}
	return out, nil
}

// groupByID cuts editions, which come by ID, where a tariff ends.
func groupByID(editions []pricing.Edition) (groups [][]pricing.Edition) {
	for len(editions) > 0 {
		n := slices.IndexFunc(editions, func(e pricing.Edition) bool { return e.ID != editions[0].ID })
		if n < 0 {
			n = len(editions)
		}
		groups, editions = append(groups, editions[:n]), editions[n:]
	}
	return groups
}

// tariffVersions is GET /admin/v1/tariffs/{id}.
type tariffVersions struct{ *pricings }

type tariffVersionsOut struct {
	Body struct {
		StaffTariff
		Versions []TariffVersion `json:"versions" nullable:"false" doc:"All of them, the newest first."`
	}
}

func (tariffVersions) Meta() meta {
	return meta{
		ID: "get-tariff", Summary: "A tariff with all its versions", Description: "Who made each and why is in the audit log, subject tariff/{id}.",
		Faults: []*fault.Error{pricing.ErrTariffUnknown},
	}
}

func (e tariffVersions) Execute(ctx context.Context, in *TariffRef) (*tariffVersionsOut, error) {
	editions, err := e.store.Tariffs(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &tariffVersionsOut{}
	out.Body.Versions = showVersions(editions, e.now())
	out.Body.StaffTariff = summarise(out.Body.Versions)
	return out, nil
}
