package api

import (
	"context"
	"net/http"

	"rodada/api/password"
	"rodada/domain/limit"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// openStaffSession is POST /admin/v1/sessions.
type openStaffSession struct {
	*sessions
	factors *factors
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

func (e openStaffSession) Execute(ctx context.Context, in *openStaffSessionIn) (*sessionOut, error) {
	who, err := e.know(ctx, in.Body.Email, in.Body.Password)
	if err != nil {
		return nil, err
	}
	if who.factor {
		if in.Body.Code == "" { // which opens nothing: the right one is still to be shown
			e.tries.right(ctx, in.Body.Email)
		}
		if err := e.factors.use(ctx, who.id, in.Body.Code); err != nil {
			return nil, err
		}
	}
	e.tries.right(ctx, in.Body.Email)
	e.tries.meet(ctx, in.Body.Email)
	return e.open(ctx, who.id)
}
