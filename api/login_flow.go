package api

import (
	"context"
	"fmt"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/rider"
)

// beginLogin is GET /v1/login/{service}.
type beginLogin struct{ *visitors }

type beginLoginIn struct {
	Service   string `path:"service" pattern:"^[a-z][a-z0-9-]{0,31}$" example:"google"`
	Challenge string `query:"code_challenge" required:"true" pattern:"^[A-Za-z0-9_-]{43}$" example:"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWjbGJSstw-cM" doc:"Of the app: the SHA-256 of a random code_verifier that it keeps, base64url (RFC 7636, S256)."`
}

func (beginLogin) Meta() meta {
	return meta{
		ID: "begin-login", Class: classLogin, Summary: "Log in with another service", Status: http.StatusFound,
		Description: "For a browser that the app opens, not for the app itself: sends it to the service. From there it comes back to the app's own address " +
			"with `code`, for `POST /v1/login/exchange` or `POST /v1/me/logins`, or with `error`, one of the codes of problems. That happens within 10 minutes " +
			"and in the same browser, or not at all.",
		Faults: []*fault.Error{rider.ErrLoginUnknown},
	}
}

func (e beginLogin) Execute(ctx context.Context, in *beginLoginIn) (*sent, error) {
	s, err := e.service(in.Service)
	if err != nil {
		return nil, err
	}
	keys, browser := e.keys(unguessable()), unguessable()
	address, err := s.Begin(ctx, keys)
	if err != nil {
		return e.sorry(ctx, err)
	}
	err = e.books.BeginLogin(ctx, rider.LoginFlow{
		State: hashOf(keys.State), Browser: hashOf(browser), Service: in.Service, Challenge: in.Challenge, ExpiresAt: e.now().Add(rider.LoginLife),
	}, e.now())
	if err != nil {
		return e.sorry(ctx, err)
	}
	return sendTo(address, e.cookie(keys.State, browser, rider.LoginLife)), nil
}

// returnLogin is GET /v1/login/{service}/callback.
type returnLogin struct{ *visitors }

type returnLoginIn struct {
	Service string `path:"service" pattern:"^[a-z][a-z0-9-]{0,31}$" example:"google"`
	State   string `query:"state"`
	Code    string `query:"code"`
	Error   string `query:"error" doc:"Why there is no code. (RFC 6749, 4.1.2.1)"`
	Issuer  string `query:"iss" doc:"Who answers. (RFC 9207)"`
	Cookie  string `header:"Cookie" hidden:"true"`
}

func (returnLogin) Meta() meta {
	return meta{
		ID: "return-login", Class: classRefresh, Summary: "Where services send the browser back to", Status: http.StatusFound,
		Description: "For services. Sends the browser on to the app's address with `code`, good once and for two minutes, or with `error`: " +
			"`login_denied`, `login_lost`, `login_failed`, `login_away` or `service_away`.",
		Faults:   []*fault.Error{rider.ErrLoginUnknown},
		AnyQuery: true,
	}
}

func (e returnLogin) Execute(ctx context.Context, in *returnLoginIn) (*sent, error) {
	s, err := e.service(in.Service)
	if err != nil {
		return nil, err
	}
	used := e.cookie(in.State, "", 0)
	challenge, err := e.books.TakeLogin(ctx, rider.LoginFlow{
		State: hashOf(in.State), Browser: hashOf(cookieIn(in.Cookie, used.Name)), Service: in.Service,
	}, e.now())
	if err != nil {
		return e.sorry(ctx, err)
	}
	if err := refusal(in); err != nil {
		return e.sorry(ctx, err, used)
	}
	who, err := s.Identify(ctx, rider.LoginAnswer{Code: in.Code, Issuer: in.Issuer}, e.keys(in.State))
	if err != nil {
		return e.sorry(ctx, err, used)
	}
	code := unguessable()
	err = e.books.KeepLogin(ctx, rider.LoginCode{
		Hash: hashOf(code), Challenge: challenge, Identity: who, ExpiresAt: e.now().Add(rider.LoginCodeLife),
	})
	if err != nil {
		return e.sorry(ctx, err, used)
	}
	return sendTo(e.back("code", code), used), nil
}

// refusal is what it means that a service gives no code.
func refusal(in *returnLoginIn) error {
	const longest = 4096
	switch {
	case in.Error == "access_denied":
		return rider.ErrLoginDenied
	case in.Error == "temporarily_unavailable" || in.Error == "server_error":
		return rider.ErrLoginAway
	case in.Error != "" || in.Code == "" || len(in.Code) > longest:
		return rider.ErrLoginFailed.Because(fmt.Errorf("no code but %.40q", in.Error))
	}
	return nil
}

// cookieIn is the value of a cookie in a header; other cookies may be whatever they are.
func cookieIn(header, name string) string {
	c, err := (&http.Request{Header: http.Header{"Cookie": {header}}}).Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}
