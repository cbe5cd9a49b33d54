package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/limit"
	"rodada/domain/person"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// openStaffSession is POST /admin/v1/sessions.
type openStaffSession struct {
	*sessions
	factors *factors
	log     *audits
}

type openStaffSessionIn struct {
	Body struct {
		Email    string `json:"email" maxLength:"254" example:"eva@example.org"`
		Password string `json:"password" maxLength:"200"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the second factor, if the account has one, or one of its recovery codes."`
	}
}

func (e openStaffSession) Meta() meta {
	return meta{
		ID: e.named("open-session"), Summary: "Log in", Status: http.StatusCreated,
		Description: "An account with a second factor answers `second_factor_missing` to its right password alone: ask for the code, and send all " +
			"three. A code is good once.",
		Faults: append(e.refusals(), rider.ErrCredentials, password.ErrBusy, staff.ErrCodeMissing, staff.ErrCodeWrong, staff.ErrCodeWait, staff.ErrFactorNoKey, limit.ErrWait),
		Class:  classLogin,
	}
}

// Execute writes down who came in and who did not, as far as there is such an account.
func (e openStaffSession) Execute(ctx context.Context, in *openStaffSessionIn) (*sessionOut, error) {
	who, err := e.know(ctx, in.Body.Email, in.Body.Password)
	if err == nil && who.factor {
		if in.Body.Code == "" { // which opens nothing: the right one is still to be shown
			e.tries.right(ctx, in.Body.Email)
		}
		err = e.factors.use(ctx, who.id, in.Body.Code)
	}
	if err != nil {
		return nil, e.log.turnedAway(ctx, in.Body.Email, who, err)
	}
	e.tries.right(ctx, in.Body.Email)
	e.tries.meet(ctx, in.Body.Email)
	out, err := e.open(ctx, who.id)
	if err != nil {
		return nil, err
	}
	return out, e.log.cameIn(ctx, in.Body.Email, who)
}

// cameIn writes down that a member logged in.
func (e *audits) cameIn(ctx context.Context, email string, who login) error {
	email = person.LogIn(email)
	ctx = staff.Acting(ctx, staff.Actor{StaffID: who.id, Email: email, Address: addressFrom(ctx), RequestID: requestIDFrom(ctx)})
	return e.store.Audit(ctx, staff.Deed{Action: "staff.login", Subject: email, After: map[string]any{"second_factor": who.factor}})
}

// turnedAway writes down that somebody could not log in to an account of staff, and why, which it gives back. That an address has no account
// is not written down: anybody may type anything there. That a code is asked for is no failure.
func (e *audits) turnedAway(ctx context.Context, email string, who login, why error) error {
	f, is := fault.From(why)
	if !is || who.id == "" || errors.Is(why, staff.ErrCodeMissing) {
		return why
	}
	ctx = staff.Acting(ctx, staff.Actor{Email: staff.Stranger, Address: addressFrom(ctx), RequestID: requestIDFrom(ctx)})
	err := e.store.Audit(ctx, staff.Deed{Action: "staff.login-failed", Subject: person.LogIn(email), After: map[string]any{"code": f.Code}})
	return cmp.Or(err, why)
}
