package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/pass"
	"rodada/domain/pricing"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

// PassProductTerms is a pass as staff offer it.
type PassProductTerms struct {
	NameES string `json:"name_es" minLength:"1" maxLength:"60" example:"Una hora a la semana"`
	NameEN string `json:"name_en" minLength:"1" maxLength:"60" example:"An hour a week"`
	PassTerms
	ModelIDs  []int64    `json:"model_ids,omitempty" maxItems:"200" doc:"Of scooters that it is for; absent: all."`
	Price     int64      `json:"price" minimum:"1" maximum:"100000000" example:"999" doc:"In minor units."`
	SaleFrom  *time.Time `json:"sale_from,omitempty" doc:"Absent: from now."`
	SaleUntil *time.Time `json:"sale_until,omitempty" doc:"Absent: until it is ended."`
}

// PassProduct is a pass that is, was or will be on sale.
type PassProduct struct {
	ID string `json:"id" format:"uuid"`
	PassProductTerms
	Currency  string         `json:"currency"`
	State     pass.SaleState `json:"state" enum:"upcoming,on_sale,ended"`
	CreatedAt time.Time      `json:"created_at"`
	EndedAt   *time.Time     `json:"ended_at,omitempty" doc:"When staff ended it."`
	Sold      int            `json:"sold" doc:"How many riders have had, those that were given among them."`
}

func (p *passes) product(d pass.Product) PassProduct {
	return PassProduct{
		ID: d.ID, Currency: d.Price.Currency, State: d.State(p.now()), CreatedAt: d.CreatedAt, EndedAt: happened(d.EndedAt), Sold: d.Sold,
		PassProductTerms: PassProductTerms{
			NameES: d.NameES, NameEN: d.NameEN, PassTerms: showTerms(d.Terms), ModelIDs: d.Models, Price: d.Price.Minor,
			SaleFrom: happened(d.SaleFrom), SaleUntil: happened(d.SaleUntil),
		},
	}
}

type passProductOut struct{ Body PassProduct }

// PassProductFilter narrows the list of products.
type PassProductFilter struct {
	State string `query:"state" enum:"upcoming,on_sale,ended"`
}

var passProductSorts = sorts{"-created", "price"}

// listPassProducts is GET /admin/v1/pass-products.
type listPassProducts struct{ *passes }

type listPassProductsIn struct {
	Listing
	PassProductFilter
}

type listPassProductsOut struct {
	Body struct {
		Products []PassProduct `json:"pass_products" nullable:"false"`
		Paging
	}
}

func (listPassProducts) Meta() meta {
	return meta{ID: "list-pass-products", Summary: "The passes that are, were or will be on sale", Description: passProductSorts.describe(), Faults: listFaults}
}

func (e listPassProducts) Execute(ctx context.Context, in *listPassProductsIn) (*listPassProductsOut, error) {
	q, err := in.page(passProductSorts, in.PassProductFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.PassProducts(ctx, pass.SaleState(in.State), q)
	if err != nil {
		return nil, err
	}
	out := &listPassProductsOut{}
	out.Body.Products, out.Body.Paging = pageOf(list, places, total, q, in.PassProductFilter, e.product)
	return out, nil
}

// createPassProduct is POST /admin/v1/pass-products.
type createPassProduct struct{ *passes }

type createPassProductIn struct {
	Keyed
	Body struct {
		PassProductTerms
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"For commuters."`
	}
}

func (createPassProduct) Meta() meta {
	return meta{
		ID: "create-pass-product", Summary: "Put a pass on sale", Status: http.StatusCreated, Needs: staff.Pricing,
		Description: "It never changes, but can be ended; another can take its place. A city is one of the tariff rules in force, and the pass keeps its area as it is now. " +
			"Happens once for the Idempotency-Key.",
		Faults: []*fault.Error{pass.ErrInvalid, fleet.ErrModelUnknown, rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused},
	}
}

func (e createPassProduct) Execute(ctx context.Context, in *createPassProductIn) (*passProductOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	b := in.Body
	p := pass.Product{
		NameES: b.NameES, NameEN: b.NameEN, Price: money.Of(b.Price, e.currency),
		Terms: pass.Terms{Allowance: b.Allowance, Minutes: b.Minutes, Rides: b.Rides, Unlock: b.Unlock, Days: b.Days, City: b.City, Models: b.ModelIDs},
	}
	if b.SaleFrom != nil {
		p.SaleFrom = *b.SaleFrom
		if p.SaleFrom.Before(e.now().Add(-sentLate)) {
			return nil, pass.ErrInvalid.With("field", "sale_from")
		}
	}
	if b.SaleUntil != nil {
		p.SaleUntil = *b.SaleUntil
	}
	if p.SaleFrom.IsZero() {
		p.SaleFrom = e.now()
	}
	if p.City != "" {
		if p.Area, err = e.area(ctx, p.City); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	made, err := e.store.CreatePassProduct(ctx, p, staffKey(ctx, key), digest(string(text)), string(b.Reason))
	if err != nil {
		return nil, err
	}
	return &passProductOut{Body: e.product(made)}, nil
}

// area is that of a city of the rules in force.
func (p *passes) area(ctx context.Context, city string) (json.RawMessage, error) {
	book, err := p.prices.Prices(ctx)
	if err != nil {
		return nil, err
	}
	rules, _ := book.Rules(p.now())
	i := slices.IndexFunc(rules.Cities, func(c pricing.City) bool { return c.Name == city })
	if i < 0 {
		return nil, pass.ErrInvalid.With("field", "city")
	}
	return rules.Cities[i].Geometry, nil
}

// endPassProduct is POST /admin/v1/pass-products/{id}/end.
type endPassProduct struct{ *passes }

type endPassProductIn struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"Another took its place."`
	}
}

func (endPassProduct) Meta() meta {
	return meta{
		ID: "end-pass-product", Summary: "Take a pass off sale", Needs: staff.Pricing,
		Description: "Passes that riders have stay good. Ending it again changes nothing.", Faults: []*fault.Error{pass.ErrProduct},
	}
}

func (e endPassProduct) Execute(ctx context.Context, in *endPassProductIn) (*passProductOut, error) {
	d, err := e.store.EndPassProduct(ctx, in.ID, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return &passProductOut{Body: e.product(d)}, nil
}
