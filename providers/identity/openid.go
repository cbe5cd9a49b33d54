package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"rodada/domain/rider"
)

// OpenID is an OIDC provider.
type OpenID struct {
	service
	issuer    string
	algorithm string
	config    oauth2.Config
	owns      func(claims) bool // whether it can know whose an address is that it calls verified
	known     atomic.Pointer[discovered]
}

// discovered is what a provider says of itself.
type discovered struct {
	*oidc.Provider
	metadata
	at time.Time
}

type metadata struct {
	ClientAuthentication []string `json:"token_endpoint_auth_methods_supported"`
	NamesItself          bool     `json:"authorization_response_iss_parameter_supported"`
}

// New is an OIDC provider as its operator wrote it down.
func New(o Options, p Provider) *OpenID {
	s := &OpenID{
		service: o.service(p.Name, p.Title), issuer: p.Issuer, algorithm: p.Algorithm,
		config: o.config(p.Name, p.ID, p.Secret, oidc.ScopeOpenID, "email", "profile"),
		owns:   func(claims) bool { return true },
	}
	if s.algorithm == "" {
		s.algorithm = oidc.RS256
	}
	return s
}

// Google is Google. It calls addresses of other hosts verified too, which may have come to somebody else since: only of its own and its
// customers' it can know. (developers.google.com/identity/gsi/web/guides/verify-google-id-token)
func Google(o Options, issuer, id, secret string) *OpenID {
	s := New(o, Provider{Name: "google", Title: "Google", Issuer: issuer, ID: id, Secret: secret})
	s.owns = func(c claims) bool {
		return c.Domain != "" || strings.HasSuffix(strings.ToLower(c.Email), "@gmail.com")
	}
	return s
}

// Begin is the address to send a browser to: rider.ErrLoginAway.
func (s *OpenID) Begin(ctx context.Context, k rider.LoginKeys) (string, error) {
	ctx, cancel := s.reach(ctx)
	defer cancel()
	p, err := s.discover(ctx)
	if err != nil {
		return "", err
	}
	return s.registered(p).AuthCodeURL(k.State, oauth2.S256ChallengeOption(k.Verifier), oidc.Nonce(k.Nonce)), nil
}

// Identify is who came back: rider.ErrLoginAway, rider.ErrLoginFailed.
func (s *OpenID) Identify(ctx context.Context, a rider.LoginAnswer, k rider.LoginKeys) (rider.Identity, error) {
	ctx, cancel := s.reach(ctx)
	defer cancel()
	p, err := s.discover(ctx)
	if err != nil {
		return rider.Identity{}, err
	}
	if a.Issuer != s.issuer && (a.Issuer != "" || p.NamesItself) { // an answer of another provider (RFC 9207)
		return rider.Identity{}, rider.ErrLoginFailed.Because(errors.New("the answer names another issuer, or none"))
	}
	token, err := s.registered(p).Exchange(ctx, a.Code, oauth2.VerifierOption(k.Verifier))
	if err != nil {
		return rider.Identity{}, failure(err)
	}
	said, err := s.verify(ctx, p, token, k.Nonce)
	if err != nil {
		return rider.Identity{}, failure(err)
	}
	if more := p.UserInfoEndpoint(); said.Email == "" && more != "" {
		answer, err := s.ask(ctx, more, token)
		if err == nil {
			err = said.more(answer)
		}
		if err != nil {
			return rider.Identity{}, failure(err)
		}
	}
	return s.identity(said)
}

// stale is how long what a provider says of itself is not asked again.
const stale = time.Hour

// discover asks a provider what it says of itself; while it does not answer, what it said before holds.
func (s *OpenID) discover(ctx context.Context) (*discovered, error) {
	known := s.known.Load()
	if known != nil && s.now().Sub(known.at) < stale {
		return known, nil
	}
	fresh := &discovered{at: s.now()}
	var err error
	if fresh.Provider, err = oidc.NewProvider(ctx, s.issuer); err == nil {
		err = fresh.Claims(&fresh.metadata)
	}
	switch {
	case err == nil:
		s.known.Store(fresh)
		return fresh, nil
	case known != nil:
		return known, nil
	}
	return nil, rider.ErrLoginAway.Because(err)
}

// registered is how the provider knows us, in the way in which it wants the secret: in the header, unless it says otherwise.
func (s *OpenID) registered(p *discovered) *oauth2.Config {
	config := s.config
	config.Endpoint = p.Endpoint()
	config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if ways := p.ClientAuthentication; len(ways) > 0 && !slices.Contains(ways, "client_secret_basic") {
		config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &config
}
