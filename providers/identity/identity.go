// Package identity asks other services who somebody is: OIDC providers, of which Google is one, and Facebook and X, which have ways of
// their own over OAuth 2.0. It believes a service what that has signed for this log-in or has told it directly, and nothing that came
// through the browser alone. An address counts only where the service itself says that it has verified it.
package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"rodada/domain/fault"
	"rodada/domain/rider"
)

// Options is what all services have in common.
type Options struct {
	// Home is the API's own address as browsers reach it, without a slash at its end.
	Home string
	// Patience is how long a service may take in all when it is asked.
	Patience  time.Duration
	Transport http.RoundTripper // nil: the usual one
	Now       func() time.Time  // nil: the machine's clock
}

// service is what every service has.
type service struct {
	name, title string
	patience    time.Duration
	client      *http.Client
	now         func() time.Time
}

func (o Options) service(name, title string) service {
	next := o.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return service{name: name, title: title, patience: o.Patience, now: now, client: &http.Client{
		Transport: bounded{next}, Timeout: o.Patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // secrets go where they are sent
	}}
}

// config is an OAuth client as it is registered with a service.
func (o Options) config(name, id, secret string, scopes ...string) oauth2.Config {
	return oauth2.Config{ClientID: id, ClientSecret: secret, RedirectURL: o.Home + "/v1/login/" + name + "/callback", Scopes: scopes}
}

// Name is the service's name in addresses.
func (s service) Name() string { return s.name }

// Title is the service's name for people.
func (s service) Title() string { return s.title }

// reach bounds everything that is asked of a service for one log-in.
func (s service) reach(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, s.client), s.patience)
}

// ask gets what a service tells the bearer of a token, in JSON.
func (s service) ask(ctx context.Context, address string, token *oauth2.Token) (json.RawMessage, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusTooManyRequests:
		return nil, rider.ErrLoginAway.Because(fmt.Errorf("who it is: %s", answer.Status))
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("who it is: %s", answer.Status)
	}
	var text json.RawMessage
	if err := json.NewDecoder(answer.Body).Decode(&text); err != nil {
		return nil, errors.New("who it is: no JSON")
	}
	return text, nil
}

// failure says whether it was a service's absence that an error comes from, or its answer. What it answered is not told: it may hold
// more than belongs into a log.
func failure(err error) error {
	if _, is := fault.From(err); is {
		return err
	}
	var refused *oauth2.RetrieveError
	var network *url.Error
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode >= http.StatusInternalServerError:
		return rider.ErrLoginAway.Because(fmt.Errorf("token endpoint: %s", refused.Response.Status))
	case errors.As(err, &refused):
		return rider.ErrLoginFailed.Because(fmt.Errorf("token endpoint: %s %.40q", refused.Response.Status, refused.ErrorCode))
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.ErrUnexpectedEOF):
		return rider.ErrLoginAway.Because(err)
	}
	return rider.ErrLoginFailed.Because(err)
}

// bounded keeps what is read of an answer small.
type bounded struct{ next http.RoundTripper }

const maxAnswer = 1 << 20

// RoundTrip is http.RoundTripper's.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
	}
	return answer, err
}

// subject is a service's name of a person, if it can be one.
func subject(s string) (string, error) {
	const longest = 255 // (OpenID Connect Core 1.0, section 2)
	if s == "" || len(s) > longest {
		return "", rider.ErrLoginFailed.Because(errors.New("no subject"))
	}
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return "", rider.ErrLoginFailed.Because(errors.New("a subject that is not ASCII"))
		}
	}
	return s, nil
}
