package api

import (
	"context"
	"time"

	"rodada/domain/listing"
	"rodada/domain/payment"
	"rodada/domain/staff"
	"rodada/workflows"
)

// PaymentFilter narrows the list of payments. What is absent takes all; several filters take what fits each.
type PaymentFilter struct {
	Rider    string    `query:"rider" format:"uuid" doc:"A rider's ID."`
	State    []string  `query:"state" enum:"created,needs_action,processing,failed,succeeded" doc:"One or more, with commas."`
	Provider string    `query:"provider" maxLength:"20" example:"stripe"`
	Purpose  string    `query:"purpose" enum:"topup,debt"`
	Since    time.Time `query:"since" doc:"Begun at this time or later."`
	Until    time.Time `query:"until" doc:"Begun before this time."`
	Least    int64     `query:"amount_min" minimum:"1" doc:"In minor units."`
	Most     int64     `query:"amount_max" minimum:"1" doc:"In minor units."`
}

func (f PaymentFilter) stored() payment.Filter {
	return payment.Filter{
		RiderID: f.Rider, States: as[payment.State](f.State), Provider: f.Provider, Purpose: payment.Purpose(f.Purpose), Since: f.Since, Until: f.Until,
		Least: f.Least, Most: f.Most,
	}
}

var paymentSorts = sorts{"-created", "amount", "state"}

// StaffPayment is a payment as staff see it.
type StaffPayment struct {
	Payment
	RiderID    string `json:"rider_id" format:"uuid"`
	Provider   string `json:"provider" example:"stripe"`
	WorkflowID string `json:"workflow_id" doc:"In Temporal."`
}

// listStaffPayments is GET /admin/v1/payments.
type listStaffPayments struct{ *payments }

type listStaffPaymentsIn struct {
	Listing
	PaymentFilter
}

type staffPaymentsOut struct {
	Body struct {
		Payments []StaffPayment `json:"payments" nullable:"false"`
		Paging
	}
}

func (listStaffPayments) Meta() meta {
	return meta{
		ID: "staff-list-payments", Summary: "The payments", Description: paymentSorts.describe(), Needs: staff.Money, Faults: listFaults,
	}
}

// placed is a payment with its place in the order of a list.
type placed struct {
	payment.Payment
	place string
}

func (e listStaffPayments) Execute(ctx context.Context, in *listStaffPaymentsIn) (*staffPaymentsOut, error) {
	q, err := in.page(paymentSorts, in.PaymentFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.StaffPayments(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	rows := make([]placed, len(list))
	for i, p := range list {
		rows[i] = placed{p, places[i]}
	}
	out := &staffPaymentsOut{}
	rows, out.Body.Paging = cut(rows, total, q, in.PaymentFilter, func(p placed) listing.Place { return listing.Place{Value: p.place, ID: p.ID} })
	out.Body.Payments = each(rows, func(p placed) StaffPayment { return showStaffPayment(p.Payment) })
	return out, nil
}

func showStaffPayment(p payment.Payment) StaffPayment {
	return StaffPayment{Payment: showPayment(p), RiderID: p.RiderID, Provider: p.Provider, WorkflowID: workflows.TopUpID(p.ID)}
}
