package api

import (
	"context"
	"errors"
	"net/http"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/limit"
	"rodada/domain/person"
	"rodada/domain/rider"
)

// changePassword is PUT /v1/me/password.
type changePassword struct{ *accounts }

type changePasswordIn struct {
	Body struct {
		Old string `json:"old" maxLength:"200"`
		New string `json:"new" minLength:"10" maxLength:"200" example:"not this one, please"`
	}
}

func (changePassword) Meta() meta {
	return meta{
		ID: "change-password", Class: classPassword, Summary: "Change your password", Description: "Ends your other sessions, and tells you so by mail. An account without a password gets one by a code.",
		Faults: []*fault.Error{rider.ErrPassword, limit.ErrWait, person.ErrPasswordWeak, person.ErrPasswordText, password.ErrBusy},
	}
}

func (e changePassword) Execute(ctx context.Context, in *changePasswordIn) (*struct{}, error) {
	r, err := e.store.RiderByID(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	if err := e.tries.own(ctx, e.hasher, in.Body.Old, r.PasswordHash); err != nil {
		return nil, err
	}
	if err := person.CheckPassword(in.Body.New, r.Email, r.FirstName, r.LastName); err != nil {
		return nil, err
	}
	hash, err := e.hasher.Hash(ctx, in.Body.New)
	if err != nil {
		return nil, err
	}
	told, err := e.told(letter.PasswordChanged, r.Email, r.Language)
	if err != nil {
		return nil, err
	}
	return nil, e.store.ChangePassword(ctx, r.ID, hash, sessionFrom(ctx), told)
}

// told is a letter that only tells; to nobody, it is none.
func (e *accounts) told(kind letter.Kind, to, language string) (letter.Envelope, error) {
	if to == "" {
		return letter.Envelope{}, nil
	}
	return e.proofs.envelope(letter.Letter{Kind: kind, Language: language, To: to})
}

// toldOf is a letter that only tells, to a rider whom staff know by the ID.
func (e *accounts) toldOf(ctx context.Context, kind letter.Kind, id string) (letter.Envelope, error) {
	r, err := e.store.RiderByID(ctx, id)
	if err != nil {
		if errors.Is(err, rider.ErrToken) {
			err = rider.ErrUnknown
		}
		return letter.Envelope{}, err
	}
	return e.told(kind, r.Email, r.Language)
}

// askReset is POST /v1/passwords/reset.
type askReset struct{ *accounts }

type askResetIn struct {
	Body struct {
		Email string `json:"email" maxLength:"254" example:"ana@example.com"`
	}
}

func (askReset) Meta() meta {
	return meta{
		ID: "ask-password-reset", Class: classCode, Summary: "Ask for a new password", Status: http.StatusAccepted,
		Description: "Mails a code to the address of an account. The answer is the same when there is none: then nothing is mailed, and no code is right.",
		Faults:      []*fault.Error{person.ErrEmail, rider.ErrTooSoon},
	}
}

func (e askReset) Execute(ctx context.Context, in *askResetIn) (*codeOut, error) {
	email, err := person.Email(in.Body.Email)
	if err != nil {
		return nil, err
	}
	p := rider.Proof{Purpose: rider.ToResetPassword, Email: email, Language: languageFrom(ctx)}
	known, err := e.known(ctx, email)
	if err != nil {
		return nil, err
	}
	if known.ID != "" {
		p.Letter, p.Language, p.RiderID = letter.Reset, known.Language, known.ID
	}
	return e.proofs.begin(ctx, p)
}

// resetPassword is PUT /v1/passwords/reset.
type resetPassword struct{ *accounts }

type resetPasswordIn struct {
	Body struct {
		ID       string `json:"id" format:"uuid"`
		Code     string `json:"code" minLength:"1" maxLength:"20" example:"7KQ2M-XR4TB"`
		Password string `json:"password" minLength:"10" maxLength:"200" example:"not this one, please"`
	}
}

func (resetPassword) Meta() meta {
	return meta{
		ID: "reset-password", Class: classCode, Summary: "Choose a new password with the code that was mailed",
		Description: "Ends every session of the account, and tells its owner so by mail. A code is good once, for 30 minutes and five tries.",
		Faults:      []*fault.Error{rider.ErrCode, person.ErrPasswordWeak, person.ErrPasswordText, password.ErrBusy},
	}
}

func (e resetPassword) Execute(ctx context.Context, in *resetPasswordIn) (*struct{}, error) {
	p, err := e.store.Proof(ctx, in.Body.ID, e.now())
	if err != nil {
		return nil, err
	}
	if err := person.CheckPassword(in.Body.Password, p.Email); err != nil {
		return nil, err
	}
	hash, err := e.hasher.Hash(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	told, err := e.told(letter.PasswordChanged, p.Email, p.Language)
	if err != nil {
		return nil, err
	}
	err = e.store.FinishReset(ctx, in.Body.ID, e.proofs.hash(in.Body.ID, in.Body.Code), e.now(), hash, told)
	if err == nil {
		e.tries.reset(ctx, p.Email) // who reads the mail is the owner, wherever others have locked the account
		e.tries.meet(ctx, p.Email)
	}
	return nil, err
}
