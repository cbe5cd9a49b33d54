package api

import (
	"context"
	"time"

	"rodada/api/password"
	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// accountStore is what accounts need of the books. RiderByEmail, RiderByID and Standing answer with a fault when there is no such
// rider.
type accountStore interface {
	RiderByEmail(ctx context.Context, email string) (rider.Rider, error)
	RiderByID(ctx context.Context, id string) (rider.Rider, error)
	Standing(ctx context.Context, riderID, session string) (rider.Standing, error)
	ChangeRider(ctx context.Context, id string, e rider.Edit) (rider.Rider, error)
	ChangePassword(ctx context.Context, id, hash, session string, e letter.Envelope) error
	proofStore
	Balance(ctx context.Context, account wallet.Account, currency string) (money.Amount, error)
}

// accounts is the riders' own accounts.
type accounts struct {
	store    accountStore
	hasher   *password.Hasher
	proofs   *proofs
	tries    *tries
	currency string
	now      func() time.Time
}

// Rider is an account as its owner sees it.
type Rider struct {
	ID        string        `json:"id" format:"uuid"`
	FirstName string        `json:"first_name"`
	LastName  string        `json:"last_name"`
	Email     string        `json:"email,omitempty" doc:"An address that was proved to be the rider's; without one there is no first ride."`
	Phone     string        `json:"phone,omitempty"`
	Language  string        `json:"language"`
	Password  bool          `json:"password" doc:"Whether it has one; otherwise other services log in."`
	Suspended bool          `json:"suspended" doc:"May not ride for now."`
	CreatedAt time.Time     `json:"created_at"`
	Balance   *money.Amount `json:"balance,omitempty"`
}

type riderOut struct {
	Body Rider
}

func showRider(r rider.Rider) Rider {
	return Rider{
		ID: r.ID, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email, Phone: r.Phone, Language: r.Language,
		Password: r.PasswordHash != "", Suspended: !r.SuspendedAt.IsZero(), CreatedAt: r.CreatedAt.UTC(),
	}
}

// me is GET /v1/me.
type me struct{ *accounts }

func (me) Meta() meta { return meta{ID: "me", Summary: "Your account and balance", Suspended: true} }

func (e me) Execute(ctx context.Context, _ *struct{}) (*riderOut, error) {
	r, err := e.store.RiderByID(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	return e.show(ctx, r)
}

// show is an account with its balance.
func (e *accounts) show(ctx context.Context, r rider.Rider) (*riderOut, error) {
	balance, err := e.store.Balance(ctx, wallet.Rider(r.ID), e.currency)
	if err != nil {
		return nil, err
	}
	out := &riderOut{Body: showRider(r)}
	out.Body.Balance = &balance
	return out, nil
}

// changeMe is PATCH /v1/me.
type changeMe struct{ *accounts }

type changeMeIn struct {
	Body struct {
		FirstName *Name   `json:"first_name,omitempty" minLength:"1" maxLength:"80" example:"Ana"`
		LastName  *Name   `json:"last_name,omitempty" minLength:"1" maxLength:"80" example:"Ruiz"`
		Phone     *string `json:"phone,omitempty" pattern:"^(\\+[0-9]{6,15})?$" example:"+34600000000" doc:"With its country code; empty: none."`
		Language  *string `json:"language,omitempty" enum:"es,en"`
	}
}

func (changeMe) Meta() meta {
	return meta{
		ID: "change-me", Summary: "Change your data", Description: "What is not named stays as it is. The email and the password have addresses of their own.",
	}
}

func (e changeMe) Execute(ctx context.Context, in *changeMeIn) (*riderOut, error) {
	r, err := e.store.ChangeRider(ctx, subjectFrom(ctx), rider.Edit{
		FirstName: in.Body.FirstName.text(), LastName: in.Body.LastName.text(), Phone: in.Body.Phone, Language: in.Body.Language,
	})
	if err != nil {
		return nil, err
	}
	return e.show(ctx, r)
}
