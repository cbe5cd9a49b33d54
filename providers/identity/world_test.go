package identity_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/providers/identity"
)

// loginService is what the API sees of a service.
type loginService interface {
	Name() string
	Begin(ctx context.Context, k rider.LoginKeys) (string, error)
	Identify(ctx context.Context, a rider.LoginAnswer, k rider.LoginKeys) (rider.Identity, error)
}

const home = "http://127.0.0.1:1" // where nobody answers: browsers stop before it

// world is a provider, and what lies between it and us.
type world struct {
	*devstack.IdentityProvider
	settings devstack.IdentityOptions
	options  identity.Options
	rsa      jose.JSONWebKey
	ec       jose.JSONWebKey
	// change alters what the provider answers us, by the path that was asked.
	change atomic.Pointer[func(path string, answer map[string]any)]
}

func client(name, auth string) devstack.IdentityClient {
	return devstack.IdentityClient{ID: name, Secret: "secret of " + name, AuthMethod: auth, Back: []string{home + "/v1/login/" + name + "/callback"}}
}

func newWorld(t *testing.T, edits ...func(*devstack.IdentityOptions)) *world {
	t.Helper()
	w := &world{rsa: rsaKey(t, "rsa-1"), ec: ecKey(t, "ec-1")}
	w.settings = devstack.IdentityOptions{
		Keys: []any{w.rsa, w.ec}, Algorithms: []string{"RS256", "ES256", "HS256"},
		Clients: []devstack.IdentityClient{
			client("acme", "client_secret_basic"), client("google", "client_secret_basic"),
			client("facebook", "client_secret_post"), client("x", "client_secret_basic"),
		},
	}
	for _, edit := range edits {
		edit(&w.settings)
	}
	w.IdentityProvider = testkit.IdentityProvider(t, w.settings)
	w.options = identity.Options{Home: home, Patience: 10 * time.Second, Transport: w}
	return w
}

func rsaKey(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return jose.JSONWebKey{Key: key, KeyID: id, Use: "sig"}
}

func ecKey(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return jose.JSONWebKey{Key: key, KeyID: id, Use: "sig"}
}

// RoundTrip is the way to the provider.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	change := w.change.Load()
	if err != nil || change == nil {
		return answer, err
	}
	defer answer.Body.Close()
	var said map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		return nil, err
	}
	(*change)(r.URL.Path, said)
	text, err := json.Marshal(said)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	answer.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return answer, err
}

// altered has the answers of a path changed until the test is over.
func (w *world) altered(t *testing.T, path string, change func(answer map[string]any)) {
	t.Helper()
	f := func(asked string, answer map[string]any) {
		if asked == path {
			change(answer)
		}
	}
	w.change.Store(&f)
	t.Cleanup(func() { w.change.Store(nil) })
}

func (w *world) acme() *identity.OpenID {
	return identity.New(w.options, identity.Provider{Name: "acme", Title: "Acme", Issuer: w.Issuer(), ID: "acme", Secret: "secret of acme"})
}

func (w *world) google() *identity.OpenID {
	return identity.Google(w.options, w.Issuer(), "google", "secret of google")
}

func (w *world) at(me string) identity.Addresses {
	return identity.Addresses{Authorize: w.Issuer() + "/auth", Token: w.Issuer() + "/token", Me: w.Issuer() + me}
}

func (w *world) facebook() *identity.Plain {
	return identity.Facebook(w.options, w.at("/facebook/me"), "facebook", "secret of facebook")
}

func (w *world) x() *identity.Plain {
	return identity.X(w.options, w.at("/x/users/me"), "x", "secret of x")
}

func keys() rider.LoginKeys {
	return rider.LoginKeys{State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text()}
}

// consent goes to a service and comes back with its answer.
func consent(t *testing.T, s loginService, as map[string]any, k rider.LoginKeys) rider.LoginAnswer {
	t.Helper()
	address, err := s.Begin(t.Context(), k)
	require.NoError(t, err)
	b := testkit.NewBrowser(t, as)
	b.Stop = func(to *url.URL) bool { return strings.HasPrefix(to.String(), home+"/") }
	page, back := b.Open(address)
	if !strings.HasPrefix(back.String(), home+"/v1/login/"+s.Name()+"/callback?") {
		require.Fail(t, "no way back", "%s\n%s", back, page.Text)
	}
	require.Equal(t, k.State, back.Query().Get("state"))
	return rider.LoginAnswer{Code: back.Query().Get("code"), Issuer: back.Query().Get("iss")}
}

// identify is a whole log-in.
func identify(t *testing.T, s loginService, as map[string]any) (rider.Identity, error) {
	t.Helper()
	k := keys()
	return s.Identify(t.Context(), consent(t, s, as, k), k)
}

// signed is a token of a provider that says this.
func signed(t *testing.T, algorithm jose.SignatureAlgorithm, key any, said map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, nil)
	require.NoError(t, err)
	text, err := json.Marshal(said)
	require.NoError(t, err)
	token, err := signer.Sign(text)
	require.NoError(t, err)
	compact, err := token.CompactSerialize()
	require.NoError(t, err)
	return compact
}

// read is what a token says.
func read(t *testing.T, token any) (said map[string]any) {
	t.Helper()
	parsed, err := jose.ParseSigned(token.(string), []jose.SignatureAlgorithm{jose.RS256})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &said))
	return said
}

// public is the public part of a key, as a text somebody might sign with.
func public(t *testing.T, key jose.JSONWebKey) []byte {
	t.Helper()
	text, err := json.Marshal(key.Public())
	require.NoError(t, err)
	return text
}
