package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/pricing"
	"rodada/domain/staff"
)

// PriceList is what staff say of a version of a tariff.
type PriceList struct {
	Name               string         `json:"name" minLength:"1" maxLength:"100" example:"City"`
	Unlock             int64          `json:"unlock" minimum:"0" maximum:"100000000" example:"100" doc:"In minor units, as every amount here."`
	Riding             []fare.Segment `json:"per_minute,omitempty" maxItems:"20"`
	Paused             []fare.Segment `json:"per_minute_paused,omitempty" maxItems:"20"`
	Distance           []fare.Segment `json:"per_km,omitempty" maxItems:"20"`
	MinimumBalance     int64          `json:"minimum_balance,omitempty" minimum:"0" maximum:"100000000" doc:"What a wallet must hold for a ride to begin; absent: it must not be below zero."`
	ReservationSeconds int            `json:"reservation_seconds,omitempty" minimum:"0" maximum:"86400" doc:"How long a reservation holds a scooter; absent or 0: the tariff has no reservations."`
	PriceChange
}

// PriceChange is when a change of prices begins, and why it is made.
type PriceChange struct {
	StartsAt *time.Time `json:"starts_at,omitempty" doc:"Rides that open from here on have it; absent: from now on."`
	Reason   Reason     `json:"reason" minLength:"3" maxLength:"500" example:"Summer prices."`
}

func (c PriceChange) from() time.Time {
	if c.StartsAt == nil {
		return time.Time{}
	}
	return *c.StartsAt
}

func (e *pricings) price(ctx context.Context, id string, after int, p PriceList) (pricing.Edition, error) {
	return e.store.PriceTariff(ctx, after, fare.Tariff{
		ID: id, Name: p.Name, Currency: e.currency, Unlock: p.Unlock, Riding: p.Riding, Paused: p.Paused, Distance: p.Distance,
		MinimumBalance: p.MinimumBalance, ReservationSeconds: p.ReservationSeconds,
	}, p.from(), string(p.Reason))
}

// answer is a version just made, as it is now.
func (e *pricings) answer(ctx context.Context, made pricing.Edition) (*tariffVersionOut, error) {
	editions, err := e.store.Tariffs(ctx, made.ID)
	if err != nil {
		return nil, err
	}
	versions := showVersions(editions, e.now())
	i := slices.IndexFunc(versions, func(v TariffVersion) bool { return v.Version == made.Version })
	if i < 0 {
		return nil, pricing.ErrVersionUnknown
	}
	return &tariffVersionOut{Body: versions[i]}, nil
}

// createTariff is POST /admin/v1/tariffs.
type createTariff struct{ *pricings }

type createTariffIn struct {
	Body struct {
		ID string `json:"id" pattern:"^[a-z0-9_-]{1,64}$" example:"city"`
		PriceList
	}
}

func (createTariff) Meta() meta {
	return meta{
		ID: "create-tariff", Summary: "Make a tariff", Status: http.StatusCreated, Needs: staff.Pricing,
		Description: "Its first version. Rides have it once a rule or a model names it, or at once where it is called `standard`.",
		Faults:      []*fault.Error{pricing.ErrTariff, pricing.ErrTariffTaken, pricing.ErrStart},
	}
}

func (e createTariff) Execute(ctx context.Context, in *createTariffIn) (*tariffVersionOut, error) {
	made, err := e.price(ctx, in.Body.ID, 0, in.Body.PriceList)
	if err != nil {
		return nil, err
	}
	return e.answer(ctx, made)
}

// changeTariff is POST /admin/v1/tariffs/{id}/versions.
type changeTariff struct{ *pricings }

type changeTariffIn struct {
	TariffRef
	Body struct {
		Version int `json:"version" minimum:"1" doc:"The newest version that was looked at: this one follows it."`
		PriceList
	}
}

func (changeTariff) Meta() meta {
	return meta{
		ID: "change-tariff", Summary: "Raise or lower a tariff", Status: http.StatusCreated, Needs: staff.Pricing,
		Description: "A new version, for rides that open once it begins; the body is the whole of it. Rides that are open, and reservations, keep theirs.",
		Faults:      []*fault.Error{pricing.ErrTariff, pricing.ErrTariffUnknown, pricing.ErrChanged, pricing.ErrStart},
	}
}

func (e changeTariff) Execute(ctx context.Context, in *changeTariffIn) (*tariffVersionOut, error) {
	made, err := e.price(ctx, in.ID, in.Body.Version, in.Body.PriceList)
	if err != nil {
		return nil, err
	}
	return e.answer(ctx, made)
}

// withdrawTariff is POST /admin/v1/tariffs/{id}/versions/{version}/withdraw.
type withdrawTariff struct{ *pricings }

type withdrawTariffIn struct {
	TariffRef
	Version int `path:"version" minimum:"1" maximum:"1000000000"`
	Body    struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The fair was called off."`
	}
}

func (withdrawTariff) Meta() meta {
	return meta{
		ID: "withdraw-tariff", Summary: "Take back a version that has not begun", Needs: staff.Pricing,
		Faults: []*fault.Error{pricing.ErrVersionUnknown, pricing.ErrBegun, pricing.ErrWithdrawn},
	}
}

func (e withdrawTariff) Execute(ctx context.Context, in *withdrawTariffIn) (*tariffVersionOut, error) {
	made, err := e.store.WithdrawTariff(ctx, in.ID, in.Version, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return e.answer(ctx, made)
}

// tariffModel is PUT /admin/v1/models/{id}/tariff.
type tariffModel struct{ *pricings }

type tariffModelIn struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		TariffID string `json:"tariff_id,omitempty" maxLength:"64" example:"cargo" doc:"Absent: the standard one again."`
		Reason   Reason `json:"reason" minLength:"3" maxLength:"500" example:"Cargo scooters cost more."`
	}
}

func (tariffModel) Meta() meta {
	return meta{
		ID: "set-model-tariff", Summary: "Give a model a tariff of its own", Needs: staff.Pricing, Status: http.StatusNoContent,
		Description: "For rides that no rule gives another, from now on. With a start, or hours, it is a rule.",
		Faults:      []*fault.Error{errNoModel, pricing.ErrTariffUnknown},
	}
}

func (e tariffModel) Execute(ctx context.Context, in *tariffModelIn) (*struct{}, error) {
	err := e.store.AssignTariff(ctx, in.ID, in.Body.TariffID, string(in.Body.Reason))
	return nil, notFound(err, fleet.ErrModelUnknown, errNoModel)
}
