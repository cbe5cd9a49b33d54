package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// accountStore is what accounts need of the books. RiderByEmail and RiderByID answer with a fault when there is no such
// rider.
type accountStore interface {
	CreateRider(ctx context.Context, r rider.Rider) error
	RiderByEmail(ctx context.Context, email string) (rider.Rider, error)
	RiderByID(ctx context.Context, id string) (rider.Rider, error)
	Balance(ctx context.Context, account wallet.Account, currency string) (money.Amount, error)
}

// accounts is the riders' own accounts.
type accounts struct {
	store    accountStore
	hasher   *password.Hasher
	currency string
	now      func() time.Time
}

// Rider is an account as its owner sees it.
type Rider struct {
	ID        string        `json:"id" format:"uuid"`
	FirstName string        `json:"first_name"`
	LastName  string        `json:"last_name"`
	Email     string        `json:"email"`
	Phone     string        `json:"phone,omitempty"`
	Language  string        `json:"language"`
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
		Suspended: !r.SuspendedAt.IsZero(), CreatedAt: r.CreatedAt.UTC(),
	}
}

// registerRider is POST /v1/riders.
type registerRider struct{ *accounts }

type registerRiderIn struct {
	Body struct {
		FirstName string `json:"first_name" minLength:"1" maxLength:"80" example:"Ana"`
		LastName  string `json:"last_name" minLength:"1" maxLength:"80" example:"Ruiz"`
		Email     string `json:"email" maxLength:"254" example:"ana@example.com"`
		Password  string `json:"password" minLength:"10" maxLength:"200" example:"not this one, please"`
		Phone     string `json:"phone,omitempty" pattern:"^\\+[0-9]{6,15}$" example:"+34600000000" doc:"With its country code."`
		Language  string `json:"language,omitempty" enum:"es,en" doc:"Of mails and messages; without it, what Accept-Language prefers."`
	}
}

func (registerRider) Meta() meta {
	return meta{
		ID: "register-rider", Summary: "Open an account", Status: http.StatusCreated,
		Faults: []*fault.Error{rider.ErrEmailTaken, rider.ErrEmailInvalid, password.ErrBusy},
	}
}

func (e registerRider) Execute(ctx context.Context, in *registerRiderIn) (*riderOut, error) {
	email, err := rider.ParseEmail(in.Body.Email)
	if err != nil {
		return nil, err
	}
	hash, err := e.hasher.Hash(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	language := in.Body.Language
	if language == "" {
		language = languageFrom(ctx)
	}
	r := rider.Rider{
		ID: uuid.NewString(), FirstName: in.Body.FirstName, LastName: in.Body.LastName, Email: email, PasswordHash: hash,
		Phone: in.Body.Phone, Language: language, CreatedAt: e.now().UTC().Truncate(time.Microsecond),
	}
	if err := e.store.CreateRider(ctx, r); err != nil {
		return nil, err
	}
	return &riderOut{Body: showRider(r)}, nil
}

// me is GET /v1/me.
type me struct{ *accounts }

func (me) Meta() meta { return meta{ID: "me", Summary: "Your account and balance"} }

func (e me) Execute(ctx context.Context, _ *struct{}) (*riderOut, error) {
	r, err := e.store.RiderByID(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	balance, err := e.store.Balance(ctx, wallet.Rider(r.ID), e.currency)
	if err != nil {
		return nil, err
	}
	out := &riderOut{Body: showRider(r)}
	out.Body.Balance = &balance
	return out, nil
}
