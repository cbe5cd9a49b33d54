package api

import (
	"context"
	"slices"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/pricing"
	"rodada/geo"
)

// modelPrices is GET /admin/v1/model-tariffs.
type modelPrices struct{ *pricings }

// ModelPrice is the tariff of a model's scooters where no rule gives them another.
type ModelPrice struct {
	ModelID  int64    `json:"model_id"`
	Model    string   `json:"model"`
	TariffID string   `json:"tariff_id" doc:"The model's own, or the standard one where it has none in force."`
	Own      bool     `json:"own" doc:"The model has a tariff of its own."`
	InForce  bool     `json:"in_force" doc:"False: there is no price but by a rule."`
	Missing  int      `json:"missing" doc:"How many of its scooters in service have no price where they stand now: nobody can rent them."`
	Plates   []string `json:"plates,omitempty" doc:"Some of them, 20 at most."`
}

type modelPricesOut struct {
	Body struct {
		Models []ModelPrice `json:"models" nullable:"false" doc:"Those with scooters without a price first, then by name."`
	}
}

const platesShown = 20

func (modelPrices) Meta() meta {
	return meta{ID: "model-tariffs", Summary: "The tariffs of models, and where prices are missing", Faults: []*fault.Error{fleet.ErrMapAway}}
}

func (e modelPrices) Execute(ctx context.Context, _ *struct{}) (*modelPricesOut, error) {
	models, err := e.fleet.Models(ctx)
	if err != nil {
		return nil, err
	}
	book, err := e.prices.Prices(ctx)
	if err != nil {
		return nil, err
	}
	prices, err := pricesAt(ctx, e.prices, book, e.now())
	if err != nil {
		return nil, err
	}
	out := &modelPricesOut{}
	out.Body.Models = make([]ModelPrice, len(models))
	for i, m := range models {
		shown := ModelPrice{ModelID: m.ID, Model: m.Name, TariffID: pricing.Standard}
		if id, own := book.Models[m.ID]; own {
			shown.TariffID, shown.Own = id, true
		}
		plain, err := book.Plain(m.ID, prices.at)
		if shown.InForce = err == nil; shown.InForce {
			shown.TariffID = plain.ID
		} else {
			plates, err := e.unpriced(ctx, prices, m.ID)
			if err != nil {
				return nil, err
			}
			shown.Missing, shown.Plates = len(plates), plates[:min(len(plates), platesShown)]
		}
		out.Body.Models[i] = shown
	}
	slices.SortStableFunc(out.Body.Models, func(a, b ModelPrice) int { return min(b.Missing, 1) - min(a.Missing, 1) })
	return out, nil
}

// unpriced lists the scooters of a model that have no price where they stand.
func (e modelPrices) unpriced(ctx context.Context, prices prices, modelID int64) (plates []string, err error) {
	filter := fleet.Filter{Service: []fleet.Service{fleet.InService}, ModelID: modelID}
	keys, _, err := e.fleet.ScooterKeys(ctx, filter, listing.Query{Order: listing.Order{By: "plate"}})
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	ids, all := make([]int64, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		ids[i], all[i] = k.ID, k.Plate
	}
	scooters, err := e.fleet.ScootersByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	seen := map[string]Sighting{}
	if prices.places {
		if seen, err = e.live.Sightings(ctx, all); err != nil {
			return nil, fleet.ErrMapAway.Because(err)
		}
	}
	for _, s := range scooters {
		if _, err := prices.of(modelID, standing(s, seen[s.Plate])); err != nil {
			plates = append(plates, s.Plate)
		}
	}
	return plates, nil
}

// standing is where a scooter was seen last, or where its last ride ended; nil: nobody knows.
func standing(s fleet.Scooter, seen Sighting) *geo.Point {
	switch {
	case bySatellite(seen):
		return &seen.Position
	case s.Position.IsZero():
		return nil
	}
	return &s.Position
}
