package api

import (
	"context"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/staff"
)

// changeMember is PATCH /admin/v1/staff/{id}.
type changeMember struct{ *members }

type changeMemberIn struct {
	MemberID
	Body struct {
		FirstName   *Name     `json:"first_name,omitempty" minLength:"1" maxLength:"80"`
		LastName    *Name     `json:"last_name,omitempty" minLength:"1" maxLength:"80"`
		Permissions *[]string `json:"permissions,omitempty" maxItems:"20" doc:"All that the account has from now on."`
		Reason      Reason    `json:"reason" minLength:"3" maxLength:"500"`
	}
}

func (changeMember) Meta() meta {
	return meta{
		ID: "change-staff", Summary: "Change names and permissions", Needs: staff.Admin,
		Description: "What is absent stays. Permissions count from the next request on. Somebody with the permission admin must remain.",
		Faults:      []*fault.Error{staff.ErrMemberUnknown, staff.ErrPermissionUnknown, staff.ErrLastAdmin},
	}
}

func (e changeMember) Execute(ctx context.Context, in *changeMemberIn) (*memberOut, error) {
	edit := staff.Edit{FirstName: in.Body.FirstName.text(), LastName: in.Body.LastName.text()}
	if in.Body.Permissions != nil {
		list, err := staff.ParsePermissions(*in.Body.Permissions)
		if err != nil {
			return nil, err
		}
		edit.Permissions = &list
	}
	m, err := e.store.ChangeMember(ctx, in.ID, edit, string(in.Body.Reason))
	return &memberOut{Body: showMember(m)}, err
}

// memberReasonIn is a change of an account that needs nothing but a reason.
type memberReasonIn struct {
	MemberID
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500"`
	}
}

// suspendMember is POST /admin/v1/staff/{id}/suspend.
type suspendMember struct{ *members }

func (suspendMember) Meta() meta {
	return meta{
		ID: "suspend-staff", Summary: "Let an account do nothing any more", Needs: staff.Admin,
		Description: "At once, whatever tokens it has, and its sessions end. An account that is suspended already stays as it is.",
		Faults:      []*fault.Error{staff.ErrMemberUnknown, staff.ErrLastAdmin},
	}
}

func (e suspendMember) Execute(ctx context.Context, in *memberReasonIn) (*memberOut, error) {
	m, err := e.store.SuspendMember(ctx, in.ID, string(in.Body.Reason), e.now())
	return &memberOut{Body: showMember(m)}, err
}

// reinstateMember is POST /admin/v1/staff/{id}/reinstate.
type reinstateMember struct{ *members }

func (reinstateMember) Meta() meta {
	return meta{
		ID: "reinstate-staff", Summary: "Let a suspended account work again", Needs: staff.Admin, Description: "It logs in anew.",
		Faults: []*fault.Error{staff.ErrMemberUnknown},
	}
}

func (e reinstateMember) Execute(ctx context.Context, in *memberReasonIn) (*memberOut, error) {
	m, err := e.store.ReinstateMember(ctx, in.ID, string(in.Body.Reason))
	return &memberOut{Body: showMember(m)}, err
}

// resetMemberPassword is POST /admin/v1/staff/{id}/reset-password.
type resetMemberPassword struct{ *members }

func (resetMemberPassword) Meta() meta {
	return meta{
		ID: "reset-staff-password", Summary: "Give an account a new password", Needs: staff.Admin,
		Description: "Its sessions end, and so do waits for wrong attempts. The password holds for three days and opens nothing but the way to one of the member's own.",
		Faults:      []*fault.Error{staff.ErrMemberUnknown, password.ErrBusy},
	}
}

func (e resetMemberPassword) Execute(ctx context.Context, in *memberReasonIn) (*givenPasswordOut, error) {
	given, hash, expires, err := e.temporary(ctx)
	if err != nil {
		return nil, err
	}
	m, err := e.store.ResetPassword(ctx, in.ID, hash, expires, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	e.tries.reset(ctx, m.Email)
	return &givenPasswordOut{Body: GivenPassword{StaffAccount: showMember(m), Password: given}}, nil
}
