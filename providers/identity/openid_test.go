package identity_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/internal/devstack"
	"rodada/providers/identity"
)

var ana = map[string]any{
	"sub": "ana-1", "given_name": "Ana", "family_name": "Ruiz\nde la Torre", "name": "Ana Ruiz", "email": "ana@example.com", "email_verified": true,
}

// with is Ana, but for some claims.
func with(pairs ...any) map[string]any {
	who := map[string]any{}
	for name, value := range ana {
		who[name] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		who[pairs[i].(string)] = pairs[i+1]
		if pairs[i+1] == nil {
			delete(who, pairs[i].(string))
		}
	}
	return who
}

func TestWhoSomebodyIsToAnOIDCProvider(t *testing.T) {
	for name, inToken := range map[string]bool{"the ID token says it": true, "userinfo says it": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *devstack.IdentityOptions) { o.ClaimsInIDTokens = inToken })
			s := w.acme()
			got, err := identify(t, s, ana)
			require.NoError(t, err)
			require.Equal(t, rider.Identity{
				Service: "acme", Subject: "ana-1", Email: "ana@example.com", FirstName: "Ana", LastName: "Ruiz de la Torre",
			}, got)
			for said, email := range map[any]string{true: "ana@example.com", "true": "ana@example.com", false: "", "false": "", 1: "", "yes": "", nil: ""} {
				got, err := identify(t, s, with("email_verified", said))
				require.NoError(t, err, "%v", said)
				require.Equal(t, email, got.Email, "%v", said)
				require.Equal(t, "ana-1", got.Subject)
			}
			got, err = identify(t, s, with("email", "Ana <ana@example.com>", "given_name", nil, "family_name", nil))
			require.NoError(t, err)
			require.Equal(t, rider.Identity{Service: "acme", Subject: "ana-1", FirstName: "Ana", LastName: "Ruiz"}, got, "that is no bare address")
		})
	}
}

// Google calls addresses verified that are another host's. Whose they are now it can't know.
func TestGoogleKnowsItsOwnAddresses(t *testing.T) {
	w := newWorld(t, func(o *devstack.IdentityOptions) { o.ClaimsInIDTokens = true })
	for name, c := range map[string]struct {
		who   map[string]any
		email string
	}{
		"its own":                 {with("email", "Ana@Gmail.com"), "ana@gmail.com"},
		"a customer's":            {with("hd", "example.com"), "ana@example.com"},
		"another host's":          {with(), ""},
		"only like its own":       {with("email", "ana@notgmail.com"), ""},
		"a customer's unverified": {with("hd", "example.com", "email_verified", false), ""},
	} {
		got, err := identify(t, w.google(), c.who)
		require.NoError(t, err, name)
		require.Equal(t, c.email, got.Email, name)
		require.Equal(t, "google", got.Service)
	}
}

// Every token here but the first comes from the provider itself or is signed with its key, and is not what this log-in may take.
func TestTokensThatAreNotTaken(t *testing.T) {
	w := newWorld(t)
	s := w.acme()
	var other string // a token that another log-in was given
	w.altered(t, "/token", func(answer map[string]any) { other = answer["id_token"].(string) })
	_, err := identify(t, s, ana)
	require.NoError(t, err)

	resigned := func(edit func(said map[string]any)) func(map[string]any) {
		return func(answer map[string]any) {
			said := read(t, answer["id_token"])
			edit(said)
			answer["id_token"] = signed(t, jose.RS256, w.rsa, said)
		}
	}
	set := func(pairs ...any) func(map[string]any) {
		return resigned(func(said map[string]any) {
			for i := 0; i < len(pairs); i += 2 {
				said[pairs[i].(string)] = pairs[i+1]
			}
		})
	}
	as := func(algorithm jose.SignatureAlgorithm, key any) func(map[string]any) {
		return func(answer map[string]any) {
			answer["id_token"] = signed(t, algorithm, key, read(t, answer["id_token"]))
		}
	}
	unsigned := func(answer map[string]any) {
		parts := strings.Split(answer["id_token"].(string), ".")
		answer["id_token"] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	}
	swapped := func(answer map[string]any) { answer["id_token"] = other }

	for name, change := range map[string]func(map[string]any){
		"of another log-in":               swapped,
		"with another nonce":              set("nonce", "other"),
		"without a nonce":                 set("nonce", ""),
		"for somebody else":               set("aud", "x"),
		"for two, and not said whose":     set("aud", []string{"acme", "x"}, "azp", nil),
		"for two, given to the other":     set("aud", []string{"acme", "x"}, "azp", "x"),
		"for us, given to somebody else":  set("azp", "x"),
		"of another issuer":               set("iss", "http://127.0.0.1:2"),
		"too old":                         set("exp", time.Now().Add(-time.Minute).Unix()),
		"not good yet":                    set("nbf", time.Now().Add(time.Hour).Unix()),
		"of nobody":                       set("sub", ""),
		"of a subject that is too long":   set("sub", strings.Repeat("a", 256)),
		"of a subject that is no text":    set("sub", 7),
		"of a subject with a line's end":  set("sub", "a\nb"),
		"with another access token":       set("at_hash", base64.RawURLEncoding.EncodeToString(make([]byte, 16))),
		"without a signature":             unsigned,
		"signed with our secret":          as(jose.HS256, []byte("secret of acme, which is long enough")),
		"signed with the public key":      as(jose.HS256, public(t, w.rsa)),
		"signed as was not agreed":        as(jose.ES256, w.ec),
		"signed by somebody else":         as(jose.RS256, rsaKey(t, "rsa-2")),
		"signed by somebody with its key": as(jose.RS256, rsaKey(t, "rsa-1")),
		"missing":                         func(answer map[string]any) { delete(answer, "id_token") },
		"no text":                         func(answer map[string]any) { answer["id_token"] = 7 },
	} {
		w.altered(t, "/token", change)
		_, err := identify(t, s, ana)
		require.ErrorIs(t, err, rider.ErrLoginFailed, name)
	}
	w.altered(t, "/me", func(answer map[string]any) { answer["sub"] = "eva-1" })
	_, err = identify(t, s, ana)
	require.ErrorIs(t, err, rider.ErrLoginFailed, "userinfo of somebody else")

	w.altered(t, "/token", resigned(func(map[string]any) {}))
	_, err = identify(t, s, ana)
	require.NoError(t, err, "what is signed here is taken otherwise")
	w.altered(t, "/token", set("aud", []string{"acme", "x"}, "azp", "acme"))
	_, err = identify(t, s, ana)
	require.NoError(t, err)
}

func TestAnswersThatAreNotOfThisLogin(t *testing.T) {
	w := newWorld(t)
	s, k := w.acme(), keys()
	a := consent(t, s, ana, k)
	another := k
	another.Verifier = keys().Verifier
	for name, try := range map[string]struct {
		a rider.LoginAnswer
		k rider.LoginKeys
	}{
		"of another issuer": {rider.LoginAnswer{Code: a.Code, Issuer: "https://other.example"}, k},
		"of no issuer":      {rider.LoginAnswer{Code: a.Code}, k},
		"of another code":   {rider.LoginAnswer{Code: "other", Issuer: a.Issuer}, k},
	} {
		_, err := s.Identify(t.Context(), try.a, try.k)
		require.ErrorIs(t, err, rider.ErrLoginFailed, name)
	}
	_, err := s.Identify(t.Context(), consent(t, s, ana, k), another)
	require.ErrorIs(t, err, rider.ErrLoginFailed, "a code without its verifier")
	_, err = s.Identify(t.Context(), a, k)
	require.NoError(t, err)
	_, err = s.Identify(t.Context(), a, k)
	require.ErrorIs(t, err, rider.ErrLoginFailed, "a code is good once")
}

// A provider changes its keys when it likes.
func TestKeysThatChange(t *testing.T) {
	w := newWorld(t)
	s := w.acme()
	_, err := identify(t, s, ana)
	require.NoError(t, err)
	w.Kill()
	w.settings.Keys = []any{rsaKey(t, "rsa-2")}
	w.settings.Algorithms = []string{"RS256"}
	require.NoError(t, w.Start(t.Context(), w.settings))
	got, err := identify(t, s, ana)
	require.NoError(t, err)
	require.Equal(t, "ana-1", got.Subject)
}

func TestAProviderThatIsAway(t *testing.T) {
	w := newWorld(t)
	known, k := w.acme(), keys()
	a := consent(t, known, ana, k)
	w.Kill()
	_, err := known.Identify(t.Context(), a, k)
	require.ErrorIs(t, err, rider.ErrLoginAway)
	unknown := w.acme()
	_, err = unknown.Begin(t.Context(), keys())
	require.ErrorIs(t, err, rider.ErrLoginAway)
	require.NoError(t, w.Start(t.Context(), w.settings))
	for _, s := range []loginService{known, unknown} {
		_, err = identify(t, s, ana)
		require.NoError(t, err)
	}
}

// Who would be let in by an address is not made somebody new because the provider could not be asked for it.
func TestUserinfoThatIsAway(t *testing.T) {
	w := newWorld(t)
	s := w.acme()
	w.altered(t, "/.well-known/openid-configuration", func(answer map[string]any) { answer["userinfo_endpoint"] = "http://127.0.0.1:1/me" })
	_, err := identify(t, s, ana)
	require.ErrorIs(t, err, rider.ErrLoginAway)
}

func TestAnswersWithoutEnd(t *testing.T) {
	w := newWorld(t)
	w.altered(t, "/.well-known/openid-configuration", func(answer map[string]any) { answer["more"] = strings.Repeat("x", 2<<20) })
	_, err := w.acme().Begin(t.Context(), keys())
	require.ErrorIs(t, err, rider.ErrLoginAway)
}

func TestAnotherIssuerAtTheAddress(t *testing.T) {
	w := newWorld(t)
	w.altered(t, "/.well-known/openid-configuration", func(answer map[string]any) { answer["issuer"] = "https://other.example" })
	_, err := w.acme().Begin(t.Context(), keys())
	require.ErrorIs(t, err, rider.ErrLoginAway)
}

func TestAnAlgorithmThatWasAgreedOn(t *testing.T) {
	w := newWorld(t, func(o *devstack.IdentityOptions) { o.Clients[0].Algorithm = "ES256" })
	p := identity.Provider{Name: "acme", Title: "Acme", Issuer: w.Issuer(), ID: "acme", Secret: "secret of acme", Algorithm: "ES256"}
	_, err := identify(t, identity.New(w.options, p), ana)
	require.NoError(t, err)
	_, err = identify(t, w.acme(), ana)
	require.ErrorIs(t, err, rider.ErrLoginFailed, "RS256 was")
}

func TestNothingSecretIsTold(t *testing.T) {
	w := newWorld(t)
	w.altered(t, "/token", func(answer map[string]any) { delete(answer, "id_token") })
	k := keys()
	a := consent(t, w.acme(), ana, k)
	_, err := w.acme().Identify(t.Context(), a, k)
	require.Error(t, err)
	_, again := w.acme().Identify(t.Context(), a, k)
	for _, told := range []string{err.Error(), again.Error()} {
		for _, secret := range []string{a.Code, k.State, k.Nonce, k.Verifier, "secret of acme", "ana@example.com"} {
			require.NotContains(t, told, secret)
		}
	}
}

func TestProvidersAsOperatorsWriteThemDown(t *testing.T) {
	good := map[string]any{"name": "acme", "title": "Acme", "issuer": "https://id.acme.example", "client_id": "rodada", "client_secret": "hunter2"}
	list := func(pairs ...any) string {
		one := map[string]any{}
		for name, value := range good {
			one[name] = value
		}
		for i := 0; i < len(pairs); i += 2 {
			one[pairs[i].(string)] = pairs[i+1]
		}
		text, err := json.Marshal([]any{one})
		require.NoError(t, err)
		return string(text)
	}
	got, err := identity.Parse(list("alg", "ES256"))
	require.NoError(t, err)
	require.Equal(t, []identity.Provider{{
		Name: "acme", Title: "Acme", Issuer: "https://id.acme.example", ID: "rodada", Secret: "hunter2", Algorithm: "ES256",
	}}, got)
	none, err := identity.Parse("")
	require.NoError(t, err)
	require.Empty(t, none)
	for _, text := range []string{
		"{}", "[", list() + "x", list("name", "Acme"), list("name", ""), list("name", "google"), list("name", "x"), list("name", "a/b"), list("title", ""),
		list("issuer", "http://id.acme.example"), list("issuer", "https://user@id.acme.example"), list("issuer", "id.acme.example"), list("issuer", ""),
		list("client_id", ""), list("client_secret", ""), list("alg", "none"), list("alg", "HS256"), list("scope", "all"),
		strings.TrimSuffix(list(), "]") + "," + strings.TrimPrefix(list(), "["),
	} {
		_, err := identity.Parse(text)
		require.Error(t, err, text)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
