package api_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/providers/identity"
)

const appLink = "com.example.app:/login"

// lobby is the API where browsers reach it, with its books and a real provider to log in with: as Acme, as one like Google in that it
// vouches for addresses, and as what is like Facebook and X.
type lobby struct {
	*bureau
	home     string
	provider *devstack.IdentityProvider
	settings devstack.IdentityOptions
}

func newLobby(t *testing.T) *lobby {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	l := &lobby{home: "http://" + server.Listener.Addr().String()}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	l.settings = devstack.IdentityOptions{
		Keys: []any{jose.JSONWebKey{Key: key, KeyID: "1", Use: "sig"}}, Algorithms: []string{"ES256"},
		Clients: []devstack.IdentityClient{
			l.client("acme", "client_secret_basic"), l.client("corp", "client_secret_basic"), l.client("facebook", "client_secret_post"), l.client("x", "client_secret_basic"),
		},
	}
	l.provider = testkit.IdentityProvider(t, l.settings)
	o := identity.Options{Home: l.home, Patience: 10 * time.Second}
	at := func(me string) identity.Addresses {
		return identity.Addresses{Authorize: l.provider.Issuer() + "/auth", Token: l.provider.Issuer() + "/token", Me: l.provider.Issuer() + me}
	}
	l.bureau = newBureau(t, func(options *api.Options) {
		options.Config.Login.URL, options.Config.Login.App = l.home, appLink
		options.Logins = []api.LoginService{
			identity.New(o, identity.Provider{Name: "acme", Title: "Acme", Issuer: l.provider.Issuer(), ID: "acme", Secret: "of acme", Algorithm: "ES256"}),
			identity.New(o, identity.Provider{Name: "corp", Title: "Corp", Issuer: l.provider.Issuer(), ID: "corp", Secret: "of corp", Algorithm: "ES256"}),
			identity.Facebook(o, at("/facebook/me"), "facebook", "of facebook"),
			identity.X(o, at("/x/users/me"), "x", "of x"),
		}
	})
	server.Config.Handler = l.handler
	server.Start()
	t.Cleanup(server.Close)
	return l
}

func (l *lobby) client(name, auth string) devstack.IdentityClient {
	return devstack.IdentityClient{
		ID: name, Secret: "of " + name, AuthMethod: auth, Algorithm: "ES256", Back: []string{l.home + "/v1/login/" + name + "/callback"},
	}
}

// phone is an app with its secret, and the browser that it opens.
type phone struct {
	*testkit.Browser
	verifier string
}

func newPhone(t *testing.T, as map[string]any) *phone {
	t.Helper()
	return &phone{testkit.NewBrowser(t, as), rand.Text() + rand.Text()}
}

func (l *lobby) begin(p *phone, service string) string {
	sum := sha256.Sum256([]byte(p.verifier))
	return l.home + "/v1/login/" + service + "?code_challenge=" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// goes follows a log-in with a service until the app has a code or an error.
func (l *lobby) goes(t *testing.T, p *phone, service string) (code, failed string) {
	t.Helper()
	return l.ends(t, p, l.begin(p, service))
}

func (l *lobby) ends(t *testing.T, p *phone, address string) (code, failed string) {
	t.Helper()
	page, to := p.Open(address)
	require.Equal(t, http.StatusFound, page.Status, to)
	require.True(t, strings.HasPrefix(to.String(), appLink+"?"), to)
	require.Equal(t, "no-referrer", page.Header.Get("Referrer-Policy"))
	return to.Query().Get("code"), to.Query().Get("error")
}

// until goes to a service and stops where the browser would come back from it.
func (l *lobby) until(t *testing.T, p *phone, service string) (back string) {
	t.Helper()
	p.Stop = func(to *url.URL) bool { return strings.HasSuffix(to.Path, "/callback") }
	_, to := p.Open(l.begin(p, service))
	require.True(t, strings.HasPrefix(to.String(), l.home+"/v1/login/"+service+"/callback?"), to)
	p.Stop = nil
	return to.String()
}

func (l *lobby) exchange(t *testing.T, code, verifier string) *httptest.ResponseRecorder {
	t.Helper()
	return l.post(t, "/v1/login/exchange", "", map[string]any{"code": code, "code_verifier": verifier})
}

// visit is a whole log-in with a service, and the account that it opens.
func (l *lobby) visit(t *testing.T, service string, as map[string]any) (account map[string]any, access string) {
	t.Helper()
	p := newPhone(t, as)
	code, failed := l.goes(t, p, service)
	require.Empty(t, failed)
	access = body(t, l.exchange(t, code, p.verifier), 201)["access_token"].(string)
	return body(t, l.do(t, "GET", "/v1/me", access, nil), 200), access
}

// brings is a code of a log-in that is not exchanged yet.
func (l *lobby) brings(t *testing.T, service string, as map[string]any) map[string]any {
	t.Helper()
	p := newPhone(t, as)
	code, failed := l.goes(t, p, service)
	require.Empty(t, failed)
	return map[string]any{"code": code, "code_verifier": p.verifier}
}

func person(sub, email string, verified any) map[string]any {
	return map[string]any{"sub": sub, "given_name": "Ana", "family_name": "Ruiz", "name": "Ana Ruiz", "email": email, "email_verified": verified}
}
