package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/api/token"
	"rodada/domain/fault"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// changeMachine is PATCH /admin/v1/services/{id}.
type changeMachine struct{ *services }

type changeMachineIn struct {
	ServiceID
	Body struct {
		Name        *string    `json:"name,omitempty" minLength:"2" maxLength:"60" pattern:"^[0-9A-Za-z][0-9A-Za-z ._-]*$"`
		Permissions *[]string  `json:"permissions,omitempty" minItems:"1" maxItems:"10" doc:"All that it has from now on."`
		Networks    *[]string  `json:"networks,omitempty" maxItems:"50" doc:"All that it may come from, from now on; none: from anywhere."`
		ExpiresAt   *time.Time `json:"expires_at,omitempty"`
		Unlimited   bool       `json:"unlimited,omitempty" doc:"It has no end any more."`
		Reason      Reason     `json:"reason" minLength:"3" maxLength:"500"`
	}
}

func (changeMachine) Meta() meta {
	return meta{
		ID: "change-service", Summary: "Change a service", Needs: staff.Admin,
		Description: "What is absent stays. All of it counts from the next request on, for tokens that it has too.",
		Faults: []*fault.Error{
			staff.ErrServiceUnknown, staff.ErrServiceTaken, staff.ErrPermissionUnknown, staff.ErrServicePermission, staff.ErrServiceNetwork, staff.ErrServiceEnd,
		},
	}
}

func (e changeMachine) Execute(ctx context.Context, in *changeMachineIn) (*serviceOut, error) {
	edit := staff.ServiceEdit{Name: in.Body.Name}
	if in.Body.Permissions != nil {
		list, err := staff.ParseServicePermissions(*in.Body.Permissions)
		if err != nil {
			return nil, err
		}
		edit.Permissions = &list
	}
	if in.Body.Networks != nil {
		list, err := staff.ParseNetworks(*in.Body.Networks)
		if err != nil {
			return nil, err
		}
		edit.Networks = &list
	}
	if in.Body.ExpiresAt != nil || in.Body.Unlimited {
		at, err := e.end(in.Body.ExpiresAt)
		if in.Body.Unlimited && !at.IsZero() {
			err = staff.ErrServiceEnd.Saying("A service that has no end has no end at a time.").With("field", "unlimited")
		}
		if err != nil {
			return nil, err
		}
		edit.ExpiresAt = &at
	}
	one, err := e.store.ChangeService(ctx, in.ID, edit, string(in.Body.Reason))
	return &serviceOut{Body: showService(one)}, err
}

// machineReasonIn is a change of a service that needs nothing but a reason.
type machineReasonIn struct {
	ServiceID
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500"`
	}
}

// suspendMachine is POST /admin/v1/services/{id}/suspend.
type suspendMachine struct{ *services }

func (suspendMachine) Meta() meta {
	return meta{
		ID: "suspend-service", Summary: "Let a service do nothing any more", Needs: staff.Admin,
		Description: "At once, and its tokens are over. One that is suspended already stays as it is.", Faults: []*fault.Error{staff.ErrServiceUnknown},
	}
}

func (e suspendMachine) Execute(ctx context.Context, in *machineReasonIn) (*serviceOut, error) {
	one, err := e.store.SuspendService(ctx, in.ID, string(in.Body.Reason), e.now())
	return &serviceOut{Body: showService(one)}, err
}

// reinstateMachine is POST /admin/v1/services/{id}/reinstate.
type reinstateMachine struct{ *services }

func (reinstateMachine) Meta() meta {
	return meta{
		ID: "reinstate-service", Summary: "Let a suspended service work again", Needs: staff.Admin,
		Description: "Its secrets are good again; it asks for a new token.", Faults: []*fault.Error{staff.ErrServiceUnknown},
	}
}

func (e reinstateMachine) Execute(ctx context.Context, in *machineReasonIn) (*serviceOut, error) {
	one, err := e.store.ReinstateService(ctx, in.ID, string(in.Body.Reason))
	return &serviceOut{Body: showService(one)}, err
}

// addSecret is POST /admin/v1/services/{id}/secrets.
type addSecret struct{ *services }

func (addSecret) Meta() meta {
	return meta{
		ID: "add-service-secret", Summary: "Give a service another secret", Status: http.StatusCreated, Needs: staff.Admin,
		Description: "Both are good, so that it can change over; then take the old one away. It has two at most. Waits for wrong ones end.",
		Faults:      []*fault.Error{staff.ErrServiceUnknown, staff.ErrServiceSecrets},
	}
}

func (e addSecret) Execute(ctx context.Context, in *machineReasonIn) (*givenSecretOut, error) {
	shown, hash := token.NewRefresh(rider.ForServices)
	secret := uuid.NewString()
	one, err := e.store.AddServiceSecret(ctx, in.ID, secret, hash, string(in.Body.Reason))
	if err == nil {
		e.tries.reset(ctx, in.ID)
	}
	return given(one, secret, shown), err
}

// removeSecret is DELETE /admin/v1/services/{id}/secrets/{secret}.
type removeSecret struct{ *services }

type removeSecretIn struct {
	ServiceID
	Secret string `path:"secret" format:"uuid"`
	Body   struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500"`
	}
}

func (removeSecret) Meta() meta {
	return meta{
		ID: "remove-service-secret", Summary: "Take a secret from a service", Needs: staff.Admin,
		Description: "Tokens that it was given for this secret are over. A service without a secret gets no tokens.",
		Faults:      []*fault.Error{staff.ErrServiceUnknown, staff.ErrSecretUnknown},
	}
}

func (e removeSecret) Execute(ctx context.Context, in *removeSecretIn) (*serviceOut, error) {
	one, err := e.store.RemoveServiceSecret(ctx, in.ID, in.Secret, string(in.Body.Reason))
	return &serviceOut{Body: showService(one)}, err
}

// deleteMachine is DELETE /admin/v1/services/{id}.
type deleteMachine struct{ *services }

func (deleteMachine) Meta() meta {
	return meta{
		ID: "delete-service", Summary: "Delete a service", Description: "With its secrets and tokens. What it did stays in the audit log.",
		Status: http.StatusNoContent, Needs: staff.Admin, Faults: []*fault.Error{staff.ErrServiceUnknown},
	}
}

func (e deleteMachine) Execute(ctx context.Context, in *machineReasonIn) (*struct{}, error) {
	return nil, e.store.DeleteService(ctx, in.ID, string(in.Body.Reason))
}
