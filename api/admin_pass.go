package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/fault"
	"rodada/domain/pass"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// PassFilter narrows the list of passes. What is absent takes all.
type PassFilter struct {
	Rider   string    `query:"rider" format:"uuid" doc:"A rider's ID."`
	Product string    `query:"product" format:"uuid" doc:"Of this product."`
	Current bool      `query:"current" doc:"Those alone that are good now."`
	Since   time.Time `query:"since" doc:"Bought at this time or later."`
	Until   time.Time `query:"until" doc:"Bought before this time."`
}

var passSorts = sorts{"-started", "ends"}

// StaffPass is a pass as staff see it.
type StaffPass struct {
	Pass
	RiderID     string     `json:"rider_id" format:"uuid"`
	ProductID   string     `json:"product_id" format:"uuid"`
	Given       bool       `json:"given" doc:"By staff, for nothing."`
	UsedMinutes int        `json:"used_minutes"`
	UsedRides   int        `json:"used_rides" doc:"That it paid a part of."`
	RevokedAt   *time.Time `json:"revoked_at,omitempty"`
}

func (p *passes) staffShower(ctx context.Context) (func(pass.Pass) StaffPass, error) {
	show, _, err := p.shower(ctx)
	return func(one pass.Pass) StaffPass {
		return StaffPass{
			Pass: show(one), RiderID: one.RiderID, ProductID: one.Product.ID, Given: one.Given,
			UsedMinutes: one.UsedMinutes, UsedRides: one.UsedRides, RevokedAt: happened(one.RevokedAt),
		}
	}, err
}

type staffPassOut struct{ Body StaffPass }

func (p *passes) showStaff(ctx context.Context, one pass.Pass) (*staffPassOut, error) {
	show, err := p.staffShower(ctx)
	if err != nil {
		return nil, err
	}
	return &staffPassOut{Body: show(one)}, nil
}

// listStaffPasses is GET /admin/v1/passes.
type listStaffPasses struct{ *passes }

type listStaffPassesIn struct {
	Listing
	PassFilter
}

type listStaffPassesOut struct {
	Body struct {
		Passes []StaffPass `json:"passes" nullable:"false"`
		Paging
	}
}

func (listStaffPasses) Meta() meta {
	return meta{ID: "staff-list-passes", Summary: "The passes that riders have", Needs: staff.Money, Description: passSorts.describe(), Faults: listFaults}
}

func (e listStaffPasses) Execute(ctx context.Context, in *listStaffPassesIn) (*listStaffPassesOut, error) {
	q, err := in.page(passSorts, in.PassFilter)
	if err != nil {
		return nil, err
	}
	show, err := e.staffShower(ctx)
	if err != nil {
		return nil, err
	}
	f := pass.Filter{RiderID: in.Rider, ProductID: in.Product, Current: in.Current, Since: in.Since, Until: in.Until}
	list, places, total, err := e.store.Passes(ctx, f, q)
	if err != nil {
		return nil, err
	}
	out := &listStaffPassesOut{}
	out.Body.Passes, out.Body.Paging = pageOf(list, places, total, q, in.PassFilter, show)
	return out, nil
}

// givePass is POST /admin/v1/riders/{id}/passes.
type givePass struct{ *passes }

type givePassIn struct {
	Keyed
	ID   string `path:"id" format:"uuid"`
	Body struct {
		ProductID string `json:"product_id" format:"uuid"`
		Reason    Reason `json:"reason" minLength:"3" maxLength:"500" example:"For the trouble in May." doc:"Kept in the audit log; the rider does not see it."`
	}
}

func (givePass) Meta() meta {
	return meta{
		ID: "give-pass", Summary: "Give a rider a pass", Status: http.StatusCreated, Needs: staff.Money,
		Description: "For nothing, whether it is on sale or not. Happens once for the Idempotency-Key, with a row in the audit log.",
		Faults:      []*fault.Error{rider.ErrUnknown, pass.ErrProduct, rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused},
	}
}

func (e givePass) Execute(ctx context.Context, in *givePassIn) (*staffPassOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	given, err := e.store.GivePass(ctx, in.ID, staffKey(ctx, key), in.Body.ProductID, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return e.showStaff(ctx, given)
}

type endPassIn struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"It was bought by mistake." doc:"Kept in the audit log; the rider does not see it."`
	}
}

// revokePass is POST /admin/v1/passes/{id}/revoke.
type revokePass struct{ *passes }

func (revokePass) Meta() meta {
	return meta{
		ID: "revoke-pass", Summary: "Have a pass pay for no more rides", Needs: staff.Money,
		Description: "A ride that began with it keeps it. Nothing is given back. Revoking it again changes nothing.",
		Faults:      []*fault.Error{pass.ErrUnknown},
	}
}

func (e revokePass) Execute(ctx context.Context, in *endPassIn) (*staffPassOut, error) {
	p, err := e.store.RevokePass(ctx, in.ID, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return e.showStaff(ctx, p)
}

// refundPass is POST /admin/v1/passes/{id}/refund.
type refundPass struct{ *passes }

func (refundPass) Meta() meta {
	return meta{
		ID: "refund-pass", Summary: "Give the price of an unused pass back", Needs: staff.Money,
		Description: "Into the wallet, and the pass ends. Not where a ride has it or had it, unless that came to nothing or was given back whole. Doing it again changes nothing.",
		Faults:      []*fault.Error{pass.ErrUnknown, pass.ErrUsed, pass.ErrGiven, rider.ErrUnknown},
	}
}

func (e refundPass) Execute(ctx context.Context, in *endPassIn) (*staffPassOut, error) {
	p, err := e.store.RefundPass(ctx, in.ID, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return e.showStaff(ctx, p)
}
