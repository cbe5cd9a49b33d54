package api

import (
	"context"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/limit"
	"rodada/domain/person"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// staffMe is GET /admin/v1/me.
type staffMe struct{ *members }

func (staffMe) Meta() meta {
	return meta{ID: "staff-me", Summary: "Your account and what it may", Newcomers: true}
}

func (e staffMe) Execute(ctx context.Context, _ *struct{}) (*memberOut, error) {
	return &memberOut{Body: showMember(memberFrom(ctx))}, nil
}

// setOwnPassword is POST /admin/v1/me/password.
type setOwnPassword struct {
	*members
	sessions *sessions
}

type setOwnPasswordIn struct {
	Body struct {
		Current  string `json:"current_password" maxLength:"200"`
		Password string `json:"password" minLength:"12" maxLength:"200" example:"not this one, please"`
	}
}

func (setOwnPassword) Meta() meta {
	return meta{
		ID: "set-staff-password", Class: classPassword, Summary: "Set your password", Newcomers: true,
		Description: "Every session of yours ends, and the answer is a new one.",
		Faults:      []*fault.Error{rider.ErrPassword, limit.ErrWait, staff.ErrPasswordSame, staff.ErrPasswordLength, person.ErrPasswordWeak, person.ErrPasswordText, password.ErrBusy},
	}
}

func (e setOwnPassword) Execute(ctx context.Context, in *setOwnPasswordIn) (*sessionOut, error) {
	if err := staff.CheckPassword(in.Body.Password); err != nil {
		return nil, err
	}
	member := memberFrom(ctx)
	if err := person.CheckPassword(in.Body.Password, member.Email, member.FirstName, member.LastName); err != nil {
		return nil, err
	}
	if err := e.tries.own(ctx, e.hasher, in.Body.Current, member.PasswordHash); err != nil {
		return nil, err
	}
	if in.Body.Current == in.Body.Password {
		return nil, staff.ErrPasswordSame
	}
	hash, err := e.hasher.Hash(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	if err := e.store.SetOwnPassword(ctx, member, hash); err != nil {
		return nil, err
	}
	return e.sessions.open(ctx, member.ID)
}
