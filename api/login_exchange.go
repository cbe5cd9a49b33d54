package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/rider"
)

// LoginProof is what an app shows to get what came of a log-in that it began.
type LoginProof struct {
	Code     string `json:"code" maxLength:"100" example:"2YotnFZFEjr1zCsicMWpAA2YotnFZFEjr1zCsicMWpA" doc:"As the browser brought it."`
	Verifier string `json:"code_verifier" minLength:"43" maxLength:"128" pattern:"^[A-Za-z0-9._~-]+$" example:"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" doc:"Whose SHA-256 is the code_challenge that the log-in was begun with."`
}

// fetch gives who logged in to the app that began it, once.
func (v *visitors) fetch(ctx context.Context, p LoginProof) (rider.Identity, error) {
	challenge := base64.RawURLEncoding.EncodeToString(hashOf(p.Verifier))
	return v.books.FetchLogin(ctx, hashOf(p.Code), challenge, v.now())
}

// exchangeLogin is POST /v1/login/exchange.
type exchangeLogin struct{ *visitors }

type exchangeLoginIn struct{ Body LoginProof }

func (exchangeLogin) Meta() meta {
	return meta{
		ID: "exchange-login", Class: classLogin, Summary: "Log in with what another service said", Status: http.StatusCreated,
		Description: "Opens the account that this log-in of the service is linked to; else the one whose address the service itself has verified, which is linked " +
			"then, and told so by mail; else a new one. A new account has an email only if the service has verified it. Whatever is wrong, the code is spent.",
		Faults: []*fault.Error{rider.ErrLoginCode, rider.ErrLoginTwice, rider.ErrSuspended, fault.ErrAway},
	}
}

func (e exchangeLogin) Execute(ctx context.Context, in *exchangeLoginIn) (*sessionOut, error) {
	who, err := e.fetch(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	fresh := rider.Rider{
		ID: uuid.NewString(), FirstName: who.FirstName, LastName: who.LastName, Email: who.Email, Language: languageFrom(ctx),
		CreatedAt: e.now().UTC().Truncate(time.Microsecond),
	}
	tell, err := e.tellOwner(ctx, who)
	if err != nil {
		return nil, err
	}
	r, err := e.books.EnterLogin(ctx, who, fresh, tell)
	if err != nil {
		return nil, err
	}
	e.tries.meet(ctx, r.Email)
	return e.sessions.open(ctx, r.ID)
}

// tellOwner is the letter to whoever has an account with the address that a service has verified, should it be linked.
func (v *visitors) tellOwner(ctx context.Context, who rider.Identity) (letter.Envelope, error) {
	if who.Email == "" {
		return letter.Envelope{}, nil
	}
	known, err := v.known(ctx, who.Email)
	if err != nil {
		return letter.Envelope{}, err
	}
	if known.ID == "" {
		known = rider.Rider{Email: who.Email, Language: languageFrom(ctx)}
	}
	return v.tellLinked(known, who.Service)
}

// tellLinked is the letter that a service opens an account from now on.
func (v *visitors) tellLinked(r rider.Rider, service string) (letter.Envelope, error) {
	if r.Email == "" {
		return letter.Envelope{}, nil
	}
	title := service
	if s, err := v.service(service); err == nil {
		title = s.Title()
	}
	return v.proofs.envelope(letter.Letter{Kind: letter.LoginLinked, Language: r.Language, To: r.Email, Service: title})
}
