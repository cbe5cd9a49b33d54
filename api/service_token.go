package api

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rodada/api/token"
	"rodada/domain/fault"
	"rodada/domain/limit"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// The faults of asking for a token, beside what OAuth calls them.
var (
	errTokenRequest = fault.Declare(fault.Malformed, "token_request_invalid", "A request for a token is a form with each field once, and one proof of who asks.")
	errGrant        = fault.Declare(fault.Malformed, "grant_unsupported", "Tokens are given for grant_type=client_credentials alone.")
	errScope        = fault.Declare(fault.Malformed, "scope_invalid", "The service has not every permission that scope names.")
	errClient       = fault.Declare(fault.Unauthenticated, "client_invalid", "The client ID or the secret is wrong.")
	errClientNot    = fault.Declare(fault.Malformed, "client_unauthorized", "This service gets no tokens now.")
)

const typeForm = "application/x-www-form-urlencoded"

// giveToken is POST /service/v1/token: OAuth 2.0 for machines (RFC 6749, 4.4).
type giveToken struct{ *services }

type giveTokenIn struct {
	Authorization string `header:"Authorization" hidden:"true"`
	RawBody       []byte `contentType:"application/x-www-form-urlencoded"`
}

// ServiceToken is a token for a service. (RFC 6749, 5.1)
type ServiceToken struct {
	AccessToken string `json:"access_token" doc:"Send it as Authorization: Bearer."`
	TokenType   string `json:"token_type" enum:"Bearer"`
	ExpiresIn   int    `json:"expires_in" doc:"Seconds." example:"900"`
	Scope       string `json:"scope" doc:"The permissions of the service, with blanks between." example:"view money"`
}

type serviceTokenOut struct {
	Pragma string `header:"Pragma"`
	Body   ServiceToken
}

func (giveToken) Meta() meta {
	text := func(what string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: what} }
	return meta{
		ID: "service-token", Summary: "Get a token for a service", Class: classLogin, Grants: true,
		Description: "OAuth 2.0, client credentials (RFC 6749, 4.4). The client ID and the secret come by HTTP Basic, or as fields of the form. " +
			"There are no refresh tokens: ask again when the token runs out. Errors have the members of RFC 6749, 5.2, beside ours.",
		Upload: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{typeForm: {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{"grant_type"}, Properties: map[string]*huma.Schema{
				"grant_type":    {Type: huma.TypeString, Enum: []any{"client_credentials"}},
				"scope":         text("Permissions that it must have, with blanks between. The token is good for all that the service has."),
				"client_id":     text("Without HTTP Basic."),
				"client_secret": text("Without HTTP Basic."),
			},
		}}}},
		UploadLimit: 4 << 10,
		Faults:      []*fault.Error{errTokenRequest, errGrant, errScope, errClient, errClientNot, limit.ErrWait},
	}
}

func (e giveToken) Execute(ctx context.Context, in *giveTokenIn) (*serviceTokenOut, error) {
	form, err := url.ParseQuery(string(in.RawBody))
	if err != nil {
		return nil, errTokenRequest
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, errTokenRequest
		}
	}
	id, secret, err := credentialsOf(in.Authorization, form)
	switch {
	case err != nil:
		return nil, err
	case !form.Has("grant_type"):
		return nil, errTokenRequest
	case form.Get("grant_type") != "client_credentials":
		return nil, errGrant
	}
	one, tokens, err := e.know(ctx, id, secret)
	if err != nil {
		return nil, err
	}
	for _, wanted := range strings.Fields(form.Get("scope")) {
		if one.Need(staff.Permission(wanted)) != nil {
			return nil, errScope
		}
	}
	signed, expires, err := e.tokens.IssueIn(tokens, one.ID, rider.ForServices)
	if err != nil {
		return nil, err
	}
	if err := e.store.ServiceUsed(ctx, one.ID, tokens, addressFrom(ctx)); err != nil {
		return nil, err
	}
	return &serviceTokenOut{Pragma: "no-cache", Body: ServiceToken{
		AccessToken: signed, TokenType: "Bearer", ExpiresIn: int(expires.Sub(e.now()).Seconds()),
		Scope: strings.Join(each(one.Permissions, func(p staff.Permission) string { return string(p) }), " "),
	}}, nil
}

// know finds the service that a secret is of. Until that was right, the try counts as a wrong one.
func (s *services) know(ctx context.Context, id, secret string) (one staff.Service, tokens string, err error) {
	if err := s.tries.begin(ctx, id); err != nil {
		return one, "", err
	}
	hash, err := token.RefreshHash(secret, rider.ForServices)
	if err != nil {
		return one, "", errClient
	}
	one, tokens, err = s.store.ServiceBySecret(ctx, id, hash)
	if f, is := fault.From(err); is && f.Code == rider.ErrCredentials.Code {
		return one, "", errClient
	}
	if err != nil {
		return one, "", err
	}
	if why := one.Ready(addressFrom(ctx), s.now()); why != nil {
		f, _ := fault.From(why)
		return one, "", errClientNot.Saying("%s", f.Message)
	}
	s.tries.right(ctx, id)
	s.tries.meet(ctx, id)
	return one, tokens, nil
}

// credentialsOf reads who asks: by HTTP Basic, where both are encoded as in a form (RFC 6749, 2.3.1), or in the form, and not by both.
func credentialsOf(authorization string, form url.Values) (id, secret string, err error) {
	if authorization == "" {
		if !form.Has("client_id") || !form.Has("client_secret") {
			return "", "", errClient
		}
		return form.Get("client_id"), form.Get("client_secret"), nil
	}
	scheme, encoded, _ := strings.Cut(authorization, " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if !strings.EqualFold(scheme, "Basic") || err != nil {
		return "", "", errClient
	}
	user, password, _ := strings.Cut(string(plain), ":")
	id, wrongID := url.QueryUnescape(user)
	secret, wrongSecret := url.QueryUnescape(password)
	switch {
	case wrongID != nil || wrongSecret != nil:
		return "", "", errClient
	case form.Has("client_secret"), form.Has("client_id") && form.Get("client_id") != id:
		return "", "", errTokenRequest
	}
	return id, secret, nil
}

// serviceScopes are the permissions of services, as the document names them.
func serviceScopes() map[string]string {
	scopes := map[string]string{}
	for _, p := range staff.ServicePermissions() {
		scopes[string(p)] = "The permission " + string(p) + "."
	}
	return scopes
}
