package api

import (
	"context"
	"encoding/json"
	"slices"

	"rodada/domain/fault"
	"rodada/domain/pricing"
	"rodada/domain/staff"
)

// PriceRules is which tariff a ride has.
type PriceRules struct {
	TimeZone string               `json:"time_zone,omitempty" maxLength:"64" example:"Europe/Madrid" doc:"Of the hours of rules without a city."`
	Cities   []PriceCity          `json:"cities,omitempty" maxItems:"200" doc:"That the rules speak of."`
	Rules    []pricing.TariffRule `json:"rules" maxItems:"500" nullable:"false" doc:"In their order: the first one that is for a ride, and whose tariff is in force, decides. Where none does, the ride has its model's tariff, or the standard one."`
}

// PriceCity is an area with a clock.
type PriceCity struct {
	Name     string    `json:"name" minLength:"1" maxLength:"100" example:"Madrid"`
	TimeZone string    `json:"time_zone" maxLength:"64" example:"Europe/Madrid"`
	Geometry *Geometry `json:"geometry"`
}

// PriceRulesVersion is a version of all the rules; it never changes.
type PriceRulesVersion struct {
	Version int `json:"version"`
	PriceRules
	PriceTerm
}

func (p PriceRules) plan() (pricing.Plan, error) {
	plan := pricing.Plan{TimeZone: p.TimeZone, Rules: p.Rules}
	for _, c := range p.Cities {
		text, err := json.Marshal(c.Geometry)
		if err != nil {
			return plan, err
		}
		plan.Cities = append(plan.Cities, pricing.City{Name: c.Name, TimeZone: c.TimeZone, Geometry: text})
	}
	return plan, nil
}

func showRulesVersion(a pricing.Assignment, state pricing.State) (PriceRulesVersion, error) {
	v := PriceRulesVersion{
		Version: a.Version, PriceRules: PriceRules{TimeZone: a.TimeZone, Rules: append([]pricing.TariffRule{}, a.Rules...)}, PriceTerm: showTerm(a.Term, state),
	}
	for _, c := range a.Cities {
		city := PriceCity{Name: c.Name, TimeZone: c.TimeZone}
		if err := json.Unmarshal(c.Geometry, &city.Geometry); err != nil {
			return v, err
		}
		v.Cities = append(v.Cities, city)
	}
	return v, nil
}

type priceRulesOut struct{ Body PriceRulesVersion }

// answerRules is one version of the rules, as it is now: of a number, or that in force (0), which may be none.
func (e *pricings) answerRules(ctx context.Context, version int) (*priceRulesOut, error) {
	all, err := e.store.PriceRules(ctx)
	if err != nil {
		return nil, err
	}
	states := pricing.States(all, e.now())
	i := slices.IndexFunc(all, func(a pricing.Assignment) bool { return a.Version == version })
	if version == 0 {
		i = slices.Index(states, pricing.InForce)
	}
	switch {
	case i < 0 && version == 0: // none were ever in force
		return &priceRulesOut{Body: PriceRulesVersion{PriceRules: PriceRules{Rules: []pricing.TariffRule{}}, PriceTerm: PriceTerm{State: pricing.InForce}}}, nil
	case i < 0:
		return nil, pricing.ErrVersionUnknown
	}
	shown, err := showRulesVersion(all[i], states[i])
	return &priceRulesOut{Body: shown}, err
}

// getPriceRules is GET /admin/v1/tariff-rules.
type getPriceRules struct{ *pricings }

type getPriceRulesIn struct {
	Version int `query:"version" minimum:"0" maximum:"1000000000" doc:"0: the one in force."`
}

func (getPriceRules) Meta() meta {
	return meta{
		ID: "get-tariff-rules", Summary: "Which tariff a ride has", Faults: []*fault.Error{pricing.ErrVersionUnknown},
		Description: "Without any rules every ride has its model's tariff, or the standard one: then the answer is version 0, which has none.",
	}
}

func (e getPriceRules) Execute(ctx context.Context, in *getPriceRulesIn) (*priceRulesOut, error) {
	return e.answerRules(ctx, in.Version)
}

// listPriceRules is GET /admin/v1/tariff-rules/versions.
type listPriceRules struct{ *pricings }

// PriceRulesTerm is a version of the rules, without them.
type PriceRulesTerm struct {
	Version int `json:"version"`
	Rules   int `json:"rules" doc:"How many there are."`
	PriceTerm
}

type listPriceRulesOut struct {
	Body struct {
		Version  int              `json:"version" doc:"Of the newest version, which the next one follows; 0: there is none."`
		Versions []PriceRulesTerm `json:"versions" nullable:"false" doc:"The newest first."`
	}
}

func (listPriceRules) Meta() meta {
	return meta{
		ID: "list-tariff-rules", Summary: "All versions of the rules",
		Description: "Who made each and why is in the audit log, subject price-rules.",
	}
}

func (e listPriceRules) Execute(ctx context.Context, _ *struct{}) (*listPriceRulesOut, error) {
	all, err := e.store.PriceRules(ctx)
	if err != nil {
		return nil, err
	}
	out := &listPriceRulesOut{}
	out.Body.Versions = make([]PriceRulesTerm, len(all))
	states := pricing.States(all, e.now())
	for i, a := range all {
		out.Body.Versions[len(all)-1-i] = PriceRulesTerm{a.Version, len(a.Rules), showTerm(a.Term, states[i])}
		out.Body.Version = a.Version
	}
	return out, nil
}

// setPriceRules is PUT /admin/v1/tariff-rules.
type setPriceRules struct{ *pricings }

type setPriceRulesIn struct {
	Body struct {
		Version int `json:"version" minimum:"0" doc:"The newest version that was looked at, which this one follows; 0: there is none."`
		PriceRules
		PriceChange
	}
}

func (setPriceRules) Meta() meta {
	return meta{
		ID: "set-tariff-rules", Summary: "Say which tariff a ride has", Needs: staff.Pricing, BodyLimit: maxZone,
		Description: "A new version of all rules, for rides that open once it begins. A rule asks for what it names and for nothing else: the " +
			"city or the zone where the ride begins, the scooter's model, the hour of the week by the clock of its city or of time_zone. " +
			"Where nobody knows where a scooter is, no rule with a city or a zone is for it.",
		Faults: []*fault.Error{pricing.ErrRules, pricing.ErrChanged, pricing.ErrStart},
	}
}

func (e setPriceRules) Execute(ctx context.Context, in *setPriceRulesIn) (*priceRulesOut, error) {
	plan, err := in.Body.plan()
	if err != nil {
		return nil, err
	}
	made, err := e.store.SetPriceRules(ctx, in.Body.Version, plan, in.Body.from(), string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return e.answerRules(ctx, made.Version)
}

// withdrawPriceRules is POST /admin/v1/tariff-rules/versions/{version}/withdraw.
type withdrawPriceRules struct{ *pricings }

type withdrawPriceRulesIn struct {
	Version int `path:"version" minimum:"1" maximum:"1000000000"`
	Body    struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The fair was called off."`
	}
}

func (withdrawPriceRules) Meta() meta {
	return meta{
		ID: "withdraw-tariff-rules", Summary: "Take back rules that have not begun", Needs: staff.Pricing,
		Faults: []*fault.Error{pricing.ErrVersionUnknown, pricing.ErrBegun, pricing.ErrWithdrawn},
	}
}

func (e withdrawPriceRules) Execute(ctx context.Context, in *withdrawPriceRulesIn) (*priceRulesOut, error) {
	made, err := e.store.WithdrawPriceRules(ctx, in.Version, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return e.answerRules(ctx, made.Version)
}
