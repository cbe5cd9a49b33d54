package api

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/rider"
)

// LoginService is another service that says who somebody is.
type LoginService interface {
	// Name is its name in addresses, and Title that for people.
	Name() string
	Title() string
	// Begin is the address to send a browser to: rider.ErrLoginAway.
	Begin(ctx context.Context, k rider.LoginKeys) (string, error)
	// Identify is who came back from it: rider.ErrLoginAway, rider.ErrLoginFailed.
	Identify(ctx context.Context, a rider.LoginAnswer, k rider.LoginKeys) (rider.Identity, error)
}

// loginStore is what logging in with other services needs of the books.
type loginStore interface {
	BeginLogin(ctx context.Context, f rider.LoginFlow, now time.Time) error
	TakeLogin(ctx context.Context, f rider.LoginFlow, now time.Time) (challenge string, err error)
	KeepLogin(ctx context.Context, c rider.LoginCode) error
	FetchLogin(ctx context.Context, hash []byte, challenge string, now time.Time) (rider.Identity, error)
	EnterLogin(ctx context.Context, i rider.Identity, fresh rider.Rider, e letter.Envelope) (rider.Rider, error)
	LinkLogin(ctx context.Context, riderID string, i rider.Identity, e letter.Envelope) error
	UnlinkLogin(ctx context.Context, riderID, service, session string) error
	Links(ctx context.Context, riderID string) ([]rider.Link, error)
}

// visitors logs riders in with other services. The browser goes from the app to the service and comes back with a code, which is worth
// something only to the app that began (PKCE): what it stands for happens when that fetches it, and nothing before.
type visitors struct {
	*accounts
	books    loginStore
	sessions *sessions
	services []LoginService
	app      string // the one address that browsers are sent back to
	secure   bool   // the API is reached over https
	secret   []byte
}

func (v *visitors) service(name string) (LoginService, error) {
	for _, s := range v.services {
		if s.Name() == name {
			return s, nil
		}
	}
	return nil, rider.ErrLoginUnknown
}

// keys are what holds a log-in together: nonce and verifier come of the state, and who sees that can't tell them.
func (v *visitors) keys(state string) rider.LoginKeys {
	derive := func(purpose string) string {
		mac := hmac.New(sha256.New, v.secret)
		mac.Write([]byte("login\x00" + purpose + "\x00" + state))
		return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	return rider.LoginKeys{State: state, Nonce: derive("nonce"), Verifier: derive("verifier")}
}

// unguessable is a text of 256 random bits.
func unguessable() string {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	return base64.RawURLEncoding.EncodeToString(random)
}

func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// cookie is what a browser keeps of one log-in, so that none other can finish it. Its name is that log-in's, so that two may go on at
// once; over https no other host can set it.
func (v *visitors) cookie(state, value string, life time.Duration) http.Cookie {
	name := "rodada_login_" + hex.EncodeToString(hashOf(state)[:6])
	if v.secure {
		name = "__Host-" + name
	}
	age := int(life / time.Second)
	if life == 0 {
		age = -1
	}
	return http.Cookie{ //nolint:gosec // it is Secure where the API is reached over https
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: v.secure, SameSite: http.SameSiteLaxMode,
	}
}

// sent is an answer that sends the browser on.
type sent struct {
	Location string        `header:"Location" doc:"Where the browser goes on."`
	Cookie   []http.Cookie `header:"Set-Cookie"`
	Referrer string        `header:"Referrer-Policy"`
}

func sendTo(address string, cookies ...http.Cookie) *sent {
	return &sent{Location: address, Cookie: cookies, Referrer: "no-referrer"}
}

// back is the app's address with what came of a log-in.
func (v *visitors) back(name, value string) string {
	join := "?"
	if strings.Contains(v.app, "?") {
		join = "&"
	}
	return v.app + join + name + "=" + url.QueryEscape(value)
}

// sorry sends the browser back to the app with the code of a fault; anything else is an error of ours.
func (v *visitors) sorry(ctx context.Context, err error, cookies ...http.Cookie) (*sent, error) {
	f, is := fault.From(err)
	if !is {
		return nil, err
	}
	if cause := errors.Unwrap(f); cause != nil {
		_ = problemOf(ctx, err) // logs it
	}
	return sendTo(v.back("error", f.Code), cookies...), nil
}

// listServices is GET /v1/login.
type listServices struct{ *visitors }

// Service is another service to log in with.
type Service struct {
	Name  string `json:"name" example:"google" doc:"For /v1/login/{service}."`
	Title string `json:"title" example:"Google" doc:"For a button."`
}

type servicesOut struct {
	Body struct {
		Services []Service `json:"services" nullable:"false"`
	}
}

func (listServices) Meta() meta {
	return meta{ID: "list-login-services", Class: classRead, Summary: "Other services to log in with"}
}

func (e listServices) Execute(context.Context, *struct{}) (*servicesOut, error) {
	out := &servicesOut{}
	out.Body.Services = each(e.services, func(s LoginService) Service { return Service{s.Name(), s.Title()} })
	return out, nil
}
