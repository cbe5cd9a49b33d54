package api

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"rodada/api/token"
	"rodada/domain/fault"
	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// serviceStore is what services need of the books.
type serviceStore interface {
	serviceDoor
	Services(ctx context.Context, f staff.ServiceFilter, q listing.Query) ([]staff.Service, []listing.Place, int, error)
	Service(ctx context.Context, id string) (staff.Service, error)
	CreateService(ctx context.Context, one staff.Service, secret string, hash []byte, reason string) (staff.Service, error)
	ChangeService(ctx context.Context, id string, e staff.ServiceEdit, reason string) (staff.Service, error)
	SuspendService(ctx context.Context, id, reason string, at time.Time) (staff.Service, error)
	ReinstateService(ctx context.Context, id, reason string) (staff.Service, error)
	AddServiceSecret(ctx context.Context, id, secret string, hash []byte, reason string) (staff.Service, error)
	RemoveServiceSecret(ctx context.Context, id, secret, reason string) (staff.Service, error)
	DeleteService(ctx context.Context, id, reason string) error
	ServiceBySecret(ctx context.Context, id string, hash []byte) (one staff.Service, tokens string, err error)
	ServiceUsed(ctx context.Context, id, tokens, address string) error
}

// services is the accounts of machines, and the tokens that they get.
type services struct {
	store  serviceStore
	tokens *token.Issuer
	tries  *tries
	now    func() time.Time
}

// ServiceAccount is the account of a machine.
type ServiceAccount struct {
	ID              string             `json:"id" format:"uuid" doc:"What OAuth calls the client_id."`
	Name            string             `json:"name" example:"bi-export"`
	Permissions     []staff.Permission `json:"permissions" nullable:"false"`
	Networks        []string           `json:"networks" nullable:"false" doc:"That it may come from; none: from anywhere."`
	CreatedAt       time.Time          `json:"created_at"`
	ExpiresAt       *time.Time         `json:"expires_at,omitempty" doc:"Absent: never."`
	LastUsedAt      *time.Time         `json:"last_used_at,omitempty" doc:"When it last got a token; absent: never."`
	LastUsedFrom    string             `json:"last_used_from,omitempty" doc:"The address of then."`
	SuspendedAt     *time.Time         `json:"suspended_at,omitempty" doc:"Absent: may work."`
	SuspendedReason string             `json:"suspended_reason,omitempty"`
	Secrets         []ServiceSecret    `json:"secrets,omitempty" doc:"Which it has, not what they are."`
}

// ServiceSecret is what is known of a secret.
type ServiceSecret struct {
	ID         string     `json:"id" format:"uuid"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
}

func showService(s staff.Service) ServiceAccount {
	return ServiceAccount{
		ID: s.ID, Name: s.Name, Permissions: append([]staff.Permission{}, s.Permissions...), Networks: each(s.Networks, netip.Prefix.String),
		CreatedAt: s.CreatedAt.UTC(), ExpiresAt: happened(s.ExpiresAt), LastUsedAt: happened(s.UsedAt), LastUsedFrom: s.UsedFrom,
		SuspendedAt: happened(s.SuspendedAt), SuspendedReason: s.SuspendedReason,
		Secrets: each(s.Secrets, func(k staff.ServiceSecret) ServiceSecret {
			return ServiceSecret{ID: k.ID, CreatedAt: k.CreatedAt.UTC(), LastUsedAt: happened(k.UsedAt)}
		}),
	}
}

type serviceOut struct{ Body ServiceAccount }

// ServiceID is the service that an address means.
type ServiceID struct {
	ID string `path:"id" format:"uuid"`
}

// ServiceFilter narrows the list of services.
type ServiceFilter struct {
	Text       string           `query:"q" maxLength:"60" doc:"Part of the name."`
	Permission staff.Permission `query:"permission" enum:"view,operate,pricing,money"`
	Suspended  string           `query:"suspended" enum:"true,false" doc:"Absent: both."`
}

// listServices is GET /admin/v1/services.
type listMachines struct{ *services }

type listMachinesIn struct {
	Listing
	ServiceFilter
}

type machinesOut struct {
	Body struct {
		Services []ServiceAccount `json:"services" nullable:"false"`
		Paging
	}
}

var serviceSorts = sorts{"name", "created", "used"}

func (listMachines) Meta() meta {
	return meta{ID: "list-services", Summary: "The accounts of machines", Needs: staff.Admin, Description: serviceSorts.describe(), Faults: listFaults}
}

func (e listMachines) Execute(ctx context.Context, in *listMachinesIn) (*machinesOut, error) {
	q, err := in.page(serviceSorts, in.ServiceFilter)
	if err != nil {
		return nil, err
	}
	f := staff.ServiceFilter{Text: in.Text, Permission: in.Permission, Suspended: choice(in.Suspended)}
	list, places, total, err := e.store.Services(ctx, f, q)
	if err != nil {
		return nil, err
	}
	out := &machinesOut{}
	out.Body.Services, out.Body.Paging = pageOf(list, places, total, q, in.ServiceFilter, showService)
	return out, nil
}

// getMachine is GET /admin/v1/services/{id}.
type getMachine struct{ *services }

func (getMachine) Meta() meta {
	return meta{ID: "get-service", Summary: "One service", Needs: staff.Admin, Faults: []*fault.Error{staff.ErrServiceUnknown}}
}

func (e getMachine) Execute(ctx context.Context, in *ServiceID) (*serviceOut, error) {
	one, err := e.store.Service(ctx, in.ID)
	return &serviceOut{Body: showService(one)}, err
}

// createMachine is POST /admin/v1/services.
type createMachine struct{ *services }

type createMachineIn struct {
	Body struct {
		Name        string     `json:"name" minLength:"2" maxLength:"60" pattern:"^[0-9A-Za-z][0-9A-Za-z ._-]*$" example:"bi-export"`
		Permissions []string   `json:"permissions" minItems:"1" maxItems:"10" example:"[\"view\"]" doc:"Of view, operate, pricing and money."`
		Networks    []string   `json:"networks,omitempty" maxItems:"50" example:"[\"192.0.2.0/24\"]" doc:"Networks or addresses that it may come from; none: from anywhere."`
		ExpiresAt   *time.Time `json:"expires_at,omitempty" doc:"Absent: never."`
		Reason      Reason     `json:"reason" minLength:"3" maxLength:"500" example:"The nightly export of the city."`
	}
}

// GivenSecret is a service with a secret that it was given.
type GivenSecret struct {
	ServiceAccount
	ClientID     string `json:"client_id" format:"uuid" doc:"The ID of the service."`
	ClientSecret string `json:"client_secret" doc:"Shown once."`
	SecretID     string `json:"secret_id" format:"uuid" doc:"What the secret is called where it is listed or taken away."`
}

type givenSecretOut struct{ Body GivenSecret }

func (createMachine) Meta() meta {
	return meta{
		ID: "create-service", Summary: "Make an account for a machine", Status: http.StatusCreated, Needs: staff.Admin,
		Description: "The answer has the secret with which it gets tokens: POST /service/v1/token.",
		Faults:      []*fault.Error{staff.ErrServiceTaken, staff.ErrPermissionUnknown, staff.ErrServicePermission, staff.ErrServiceNetwork, staff.ErrServiceEnd},
	}
}

func (e createMachine) Execute(ctx context.Context, in *createMachineIn) (*givenSecretOut, error) {
	one := staff.Service{ID: uuid.NewString(), Name: in.Body.Name}
	var err error
	if one.Permissions, err = staff.ParseServicePermissions(in.Body.Permissions); err != nil {
		return nil, err
	}
	if one.Networks, err = staff.ParseNetworks(in.Body.Networks); err != nil {
		return nil, err
	}
	if one.ExpiresAt, err = e.end(in.Body.ExpiresAt); err != nil {
		return nil, err
	}
	shown, hash := token.NewRefresh(rider.ForServices) // as random and as long
	secret := uuid.NewString()
	made, err := e.store.CreateService(ctx, one, secret, hash, string(in.Body.Reason))
	return given(made, secret, shown), err
}

func given(s staff.Service, secret, shown string) *givenSecretOut {
	return &givenSecretOut{Body: GivenSecret{ServiceAccount: showService(s), ClientID: s.ID, ClientSecret: shown, SecretID: secret}}
}

// end reads when a service ends: staff.ErrServiceEnd.
func (s *services) end(at *time.Time) (time.Time, error) {
	switch {
	case at == nil:
		return time.Time{}, nil
	case !at.After(s.now()):
		return time.Time{}, staff.ErrServiceEnd.With("field", "expires_at")
	}
	return at.UTC().Truncate(time.Second), nil
}

// serviceMe is GET /service/v1/me.
type serviceMe struct{ *services }

func (serviceMe) Meta() meta {
	return meta{ID: "service-me", Summary: "What the service is that asks"}
}

func (e serviceMe) Execute(ctx context.Context, _ *struct{}) (*serviceOut, error) {
	return &serviceOut{Body: showService(infoFrom(ctx).service)}, nil
}
