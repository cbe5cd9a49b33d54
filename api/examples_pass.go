package api

import (
	"time"

	"rodada/domain/money"
	"rodada/domain/pass"
)

// passExamples are an hour of riding in a week, which somebody has ridden a part of.
func passExamples() map[string]any {
	bought := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	hour := pass.Product{
		ID: "5b0f9a3c-1d2e-4f60-8a7b-9c0d1e2f3a4b", NameES: "Una hora a la semana", NameEN: "An hour a week", Price: money.Of(999, "EUR"),
		Terms:    pass.Terms{Allowance: pass.Minutes, Minutes: 60, Unlock: true, Days: 7},
		SaleFrom: bought.Add(-30 * 24 * time.Hour), CreatedAt: bought.Add(-30 * 24 * time.Hour), Sold: 318,
	}
	own := Pass{
		ID: "c2a4e6f8-0b1d-4c3e-9f5a-7b8c9d0e1f2a", Name: hour.NameEN, PassTerms: showTerms(hour.Terms), State: pass.Active, MinutesLeft: 60,
		Paid: hour.Price, StartsAt: bought, EndsAt: bought.Add(7 * 24 * time.Hour),
	}
	ridden := own
	ridden.MinutesLeft = 43
	offers, list, products, staffList := listOffersOut{}.Body, listPassesOut{}.Body, listPassProductsOut{}.Body, listStaffPassesOut{}.Body
	offers.Products = []PassOffer{{ID: hour.ID, Name: hour.NameEN, PassTerms: own.PassTerms, Price: hour.Price}}
	list.Passes = []Pass{ridden}
	p := passes{now: func() time.Time { return bought }}
	product := p.product(hour)
	ended := hour
	ended.EndedAt = bought
	products.Products, products.Total = []PassProduct{product}, 1
	seen := StaffPass{Pass: ridden, RiderID: "7c1d5b1e-8b7e-4a0f-9a53-3c5f0a6f9d21", ProductID: hour.ID, UsedMinutes: 17, UsedRides: 2}
	staffList.Passes, staffList.Total = []StaffPass{seen}, 1
	given, revoked, refunded := seen, seen, seen
	given.Pass, given.Given, given.UsedMinutes, given.UsedRides = own, true, 0, 0
	given.Paid.Minor = 0
	revoked.State, revoked.RevokedAt = pass.Revoked, &bought
	refunded.Pass, refunded.UsedMinutes, refunded.UsedRides, refunded.RevokedAt = own, 0, 0, &bought
	refunded.State = pass.Refunded
	return map[string]any{
		"list-pass-offers 200": offers, "list-passes 200": list, "buy-pass 201": own, "list-pass-products 200": products,
		"create-pass-product 201": product, "end-pass-product 200": p.product(ended), "staff-list-passes 200": staffList,
		"give-pass 201": given, "revoke-pass 200": revoked, "refund-pass 200": refunded,
	}
}
