package api

import (
	"context"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/person"
	"rodada/domain/rider"
)

// changeEmail is POST /v1/me/email.
type changeEmail struct{ *accounts }

type changeEmailIn struct {
	Body struct {
		Email    string `json:"email" maxLength:"254" example:"ana@example.com"`
		Password string `json:"password,omitempty" maxLength:"200" doc:"Of an account that has one."`
	}
}

func (changeEmail) Meta() meta {
	return meta{
		ID: "change-email", Class: classCode, Summary: "Ask for another email address", Status: http.StatusAccepted,
		Description: "Mails a code to the new address, which is entered once the code is typed in. The answer is the same when the address has an account " +
			"already: then its owner is told, and no code is right." + proofDoc,
		Faults: append(proofFaults(), person.ErrEmail, rider.ErrTooSoon),
	}
}

func (e changeEmail) Execute(ctx context.Context, in *changeEmailIn) (*codeOut, error) {
	email, err := person.Email(in.Body.Email)
	if err != nil {
		return nil, err
	}
	r, err := e.proven(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	p := rider.Proof{Purpose: rider.ToChangeEmail, Email: email, Language: r.Language, RiderID: r.ID, Letter: letter.ChangeEmail}
	if known, err := e.known(ctx, email); err != nil {
		return nil, err
	} else if known.ID != "" && known.ID != r.ID {
		p.Letter, p.Language = letter.Known, known.Language
	}
	return e.proofs.begin(ctx, p)
}

// verifyEmail is POST /v1/me/email/verify.
type verifyEmail struct{ *accounts }

func (verifyEmail) Meta() meta {
	return meta{
		ID: "verify-email", Class: classCode, Summary: "Enter the address with the code that was mailed there",
		Description: "The address of before is told.", Faults: []*fault.Error{rider.ErrCode, rider.ErrEmailTaken},
	}
}

func (e verifyEmail) Execute(ctx context.Context, in *codeIn) (*riderOut, error) {
	r, err := e.store.RiderByID(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	told, err := e.told(letter.EmailChanged, r.Email, r.Language)
	if err != nil {
		return nil, err
	}
	if err := e.store.FinishEmail(ctx, r.ID, in.Body.ID, e.proofs.hash(in.Body.ID, in.Body.Code), e.now(), told); err != nil {
		return nil, err
	}
	return me(e).Execute(ctx, nil)
}
