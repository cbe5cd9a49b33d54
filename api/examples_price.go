package api

import (
	"time"

	"rodada/domain/fare"
	"rodada/domain/pricing"
	"rodada/domain/promotion"
)

// priceExamples are a city that costs more in the rush hour, and will from January on.
func priceExamples() map[string]any {
	made := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	city := TariffVersion{
		Tariff: fare.Tariff{
			ID: "city", Version: 3, Name: "City", Currency: "EUR", Unlock: 100,
			Riding: []fare.Segment{{Rate: 23, Interval: 1}}, Paused: []fare.Segment{{Rate: 5, Interval: 1}}, MinimumBalance: 300, ReservationSeconds: 900,
		},
		PriceTerm: PriceTerm{State: pricing.InForce, StartsAt: made, CreatedAt: made},
	}
	next := city
	next.Version, next.Unlock = 4, 120
	next.PriceTerm = PriceTerm{State: pricing.Upcoming, StartsAt: time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), CreatedAt: made.Add(time.Hour)}
	withdrawn := next
	when := made.Add(2 * time.Hour)
	withdrawn.State, withdrawn.WithdrawnAt = pricing.Withdrawn, &when
	tariff := StaffTariff{ID: "city", Version: 4, InForce: &city, Upcoming: []TariffVersion{next}}
	list, one := tariffsOut{}.Body, tariffVersionsOut{}.Body
	list.Tariffs = []StaffTariff{tariff}
	one.StaffTariff, one.Versions = tariff, []TariffVersion{next, city}

	rules := PriceRulesVersion{
		Version: 2, PriceTerm: city.PriceTerm, PriceRules: PriceRules{
			Cities: []PriceCity{{Name: "Madrid", TimeZone: "Europe/Madrid", Geometry: &Geometry{Type: "Polygon", Coordinates: []any{
				[][2]float64{{-3.83, 40.33}, {-3.56, 40.33}, {-3.56, 40.55}, {-3.83, 40.55}, {-3.83, 40.33}},
			}}}},
			Rules: []pricing.TariffRule{
				{TariffID: "rush", City: "Madrid", Hours: []pricing.Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "07:30", To: "09:30"}}},
				{TariffID: "city", City: "Madrid"},
			},
		},
	}
	past := rules
	past.State = pricing.Withdrawn
	past.WithdrawnAt = &when
	versions := listPriceRulesOut{}.Body
	versions.Version, versions.Versions = 2, []PriceRulesTerm{{2, 2, rules.PriceTerm}}
	models := modelPricesOut{}.Body
	models.Models = []ModelPrice{
		{ModelID: 2, Model: "Cargo", TariffID: "cargo", Own: true, Missing: 1, Plates: []string{"12AB"}},
		{ModelID: 1, Model: "M1", TariffID: pricing.Standard, InForce: true},
	}
	used := fare.Usage{Riding: 12 * time.Minute, Paused: 2 * time.Minute, Meters: 3000}
	welcome := Promotion{
		ID: "9f1b8a3e-5c0d-4b4e-8f59-0d2c2b1a7e10", Currency: "EUR", State: promotion.OnOffer, StartsAt: made, CreatedAt: made, Redeemed: 412, Used: 397,
		PromotionTerms: PromotionTerms{Code: "WELCOME", Kind: promotion.Percent, Percent: 20, TotalLimit: 1000, RiderLimit: 1, FirstRide: true},
	}
	redeemed := Redemption{
		ID: "2c1d5b1e-8b7e-4a0f-9a53-3c5f0a6f9d33", Code: "WELCOME", Kind: promotion.Percent, Percent: 20, FirstRide: true, State: promotion.Waiting, RedeemedAt: made,
	}
	offered, own := listPromotionsOut{}.Body, listRedemptionsOut{}.Body
	offered.Promotions, offered.Total, own.Promotions = []Promotion{welcome}, 1, []Redemption{redeemed}
	ended := welcome
	ended.State, ended.EndedAt = promotion.Over, &when
	return map[string]any{
		"list-promotions 200": offered, "create-promotion 201": welcome, "end-promotion 200": ended,
		"redeem-promotion 200": redeemed, "list-redemptions 200": own,
		"estimate-ride 200": Estimate{StartsAt: made, Tariff: city.Tariff, Usage: showUsage(used), Price: fare.Quote(city.Tariff, used)},
		"list-tariffs 200":  list, "get-tariff 200": one, "create-tariff 201": city, "change-tariff 201": next, "withdraw-tariff 200": withdrawn,
		"get-tariff-rules 200": rules, "set-tariff-rules 200": rules, "list-tariff-rules 200": versions, "withdraw-tariff-rules 200": past,
		"model-tariffs 200": models,
	}
}
