package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/person"
	"rodada/domain/rider"
)

// registerRider is POST /v1/riders.
type registerRider struct{ *accounts }

type registerRiderIn struct {
	Body struct {
		FirstName Name   `json:"first_name" minLength:"1" maxLength:"80" example:"Ana"`
		LastName  Name   `json:"last_name" minLength:"1" maxLength:"80" example:"Ruiz"`
		Email     string `json:"email" maxLength:"254" example:"ana@example.com"`
		Password  string `json:"password" minLength:"10" maxLength:"200" example:"not this one, please"`
		Phone     string `json:"phone,omitempty" pattern:"^\\+[0-9]{6,15}$" example:"+34600000000" doc:"With its country code."`
		Language  string `json:"language,omitempty" enum:"es,en" doc:"Of mails and messages; without it, what Accept-Language prefers."`
	}
}

func (registerRider) Meta() meta {
	return meta{
		ID: "register-rider", Class: classCode, Summary: "Ask for an account", Status: http.StatusAccepted,
		Description: "Mails a code to the address; typed in, it opens the account. The answer is the same when the address has an account already: " +
			"then its owner is told so by mail, and no code is right.",
		Faults: []*fault.Error{person.ErrEmail, person.ErrPasswordWeak, person.ErrPasswordText, rider.ErrTooSoon, password.ErrBusy},
	}
}

// Execute does the same work whether the address has an account or not.
func (e registerRider) Execute(ctx context.Context, in *registerRiderIn) (*codeOut, error) {
	email, err := person.Email(in.Body.Email)
	if err != nil {
		return nil, err
	}
	if err := person.CheckPassword(in.Body.Password, email, string(in.Body.FirstName), string(in.Body.LastName)); err != nil {
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
	p := rider.Proof{Purpose: rider.ToRegister, Email: email, Language: language, Letter: letter.Register, Account: &rider.Rider{
		ID: uuid.NewString(), FirstName: string(in.Body.FirstName), LastName: string(in.Body.LastName), Email: email, PasswordHash: hash,
		Phone: in.Body.Phone, Language: language, CreatedAt: e.now().UTC().Truncate(time.Microsecond),
	}}
	if known, err := e.known(ctx, email); err != nil {
		return nil, err
	} else if known.ID != "" {
		p.Letter, p.Language, p.Account = letter.Known, known.Language, nil
	}
	return e.proofs.begin(ctx, p)
}

// known is the account with an address, without an ID where there is none.
func (e *accounts) known(ctx context.Context, email string) (rider.Rider, error) {
	r, err := e.store.RiderByEmail(ctx, email)
	if isFault(err) {
		return rider.Rider{}, nil
	}
	return r, err
}

// verifyRider is POST /v1/riders/verify.
type verifyRider struct{ *accounts }

func (verifyRider) Meta() meta {
	return meta{
		ID: "verify-rider", Class: classCode, Summary: "Open the account with the code that was mailed", Status: http.StatusCreated,
		Description: "From then on the rider logs in. A code is good once, for 30 minutes and five tries.",
		Faults:      []*fault.Error{rider.ErrCode, rider.ErrEmailTaken},
	}
}

func (e verifyRider) Execute(ctx context.Context, in *codeIn) (*riderOut, error) {
	r, err := e.store.FinishRegistration(ctx, in.Body.ID, e.proofs.hash(in.Body.ID, in.Body.Code), e.now())
	if err != nil {
		return nil, err
	}
	return &riderOut{Body: showRider(r)}, nil
}
