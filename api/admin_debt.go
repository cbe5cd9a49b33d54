package api

import (
	"context"
	"time"

	"rodada/domain/debt"
	"rodada/domain/fault"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/staff"
	"rodada/workflows"
)

// adminDebtStore is what staff's look at debts needs of the books.
type adminDebtStore interface {
	Debts(ctx context.Context, f debt.Filter, q listing.Query) ([]debt.Debt, []listing.Place, int, error)
	RetryDebt(ctx context.Context, id, reason string) (debt.Debt, error)
}

// adminDebts is staff's work on what riders owe.
type adminDebts struct {
	store   adminDebtStore
	debtors *debtors
}

// StaffDebt is what a rider owes or owed, as staff see it.
type StaffDebt struct {
	ID         string       `json:"id" format:"uuid"`
	RiderID    string       `json:"rider_id" format:"uuid"`
	State      debt.State   `json:"state" enum:"open,blocked,ended" doc:"Blocked: every step failed, and nothing is tried unless somebody asks for it."`
	Owed       money.Amount `json:"owed" doc:"Now; zero once it is over."`
	BeganAt    time.Time    `json:"began_at"`
	Attempts   int          `json:"attempts" doc:"To collect it, that are over."`
	Trouble    string       `json:"trouble,omitempty" doc:"Of the last attempt: no_card, or why a payment failed."`
	NextAt     *time.Time   `json:"next_attempt_at,omitempty"`
	EndedAt    *time.Time   `json:"ended_at,omitempty"`
	WorkflowID string       `json:"workflow_id" doc:"In Temporal."`
}

func showStaffDebt(d debt.Debt) StaffDebt {
	return StaffDebt{
		ID: d.ID, RiderID: d.RiderID, State: d.State(), Owed: d.Owed, BeganAt: d.BeganAt, Attempts: d.Attempts, Trouble: string(d.Trouble),
		NextAt: happened(d.NextAt), EndedAt: happened(d.EndedAt), WorkflowID: workflows.DebtID(d.RiderID),
	}
}

// DebtFilter narrows the list of debts. What is absent takes all.
type DebtFilter struct {
	Rider string    `query:"rider" format:"uuid" doc:"A rider's ID."`
	State []string  `query:"state" enum:"open,blocked,ended" doc:"One or more, with commas."`
	Since time.Time `query:"since" doc:"Begun at this time or later."`
	Until time.Time `query:"until" doc:"Begun before this time."`
}

func (f DebtFilter) stored() debt.Filter {
	return debt.Filter{RiderID: f.Rider, States: as[debt.State](f.State), Since: f.Since, Until: f.Until}
}

var debtSorts = sorts{"-began", "next"}

// listDebts is GET /admin/v1/debts.
type listDebts struct{ *adminDebts }

type listDebtsIn struct {
	Listing
	DebtFilter
}

type debtsOut struct {
	Body struct {
		Debts []StaffDebt `json:"debts" nullable:"false"`
		Paging
	}
}

func (listDebts) Meta() meta {
	return meta{
		ID: "list-debts", Summary: "What riders owe, and owed", Needs: staff.Money, Faults: listFaults,
		Description: "A debt begins when a wallet falls below zero and is collected step by step. " + debtSorts.describe(),
	}
}

func (e listDebts) Execute(ctx context.Context, in *listDebtsIn) (*debtsOut, error) {
	q, err := in.page(debtSorts, in.DebtFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.Debts(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	out := &debtsOut{}
	out.Body.Debts, out.Body.Paging = pageOf(list, places, total, q, in.DebtFilter, showStaffDebt)
	return out, nil
}

// retryDebt is POST /admin/v1/debts/{id}/retry.
type retryDebt struct{ *adminDebts }

type retryDebtIn struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The rider has another card now." doc:"Kept in the audit log."`
	}
}

type retryDebtOut struct {
	Body struct {
		RiderID    string     `json:"rider_id" format:"uuid"`
		State      debt.State `json:"state" enum:"open"`
		WorkflowID string     `json:"workflow_id" doc:"In Temporal."`
	}
}

func (retryDebt) Meta() meta {
	return meta{
		ID: "retry-debt", Summary: "Collect a debt now", Needs: staff.Money,
		Description: "One attempt from the rider's default card, within moments, also of a debt that is blocked. What it comes to is in the list; the steps go " +
			"on as they would. With a row in the audit log.",
		Faults: []*fault.Error{debt.ErrUnknown, debt.ErrOver, payment.ErrUnderWay, payment.ErrOff},
	}
}

func (e retryDebt) Execute(ctx context.Context, in *retryDebtIn) (*retryDebtOut, error) {
	if e.debtors.off {
		return nil, payment.ErrOff
	}
	d, err := e.store.RetryDebt(ctx, in.ID, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	e.debtors.follow(ctx, d.RiderID)
	out := &retryDebtOut{}
	out.Body.RiderID, out.Body.State, out.Body.WorkflowID = d.RiderID, d.State(), workflows.DebtID(d.RiderID)
	return out, nil
}
