package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/api"
	"rodada/domain/letter"
	"rodada/domain/rider"
	"rodada/providers/identity"
)

func TestLogInWithAnotherService(t *testing.T) {
	l := newLobby(t)
	require.Equal(t, []any{
		map[string]any{"name": "acme", "title": "Acme"}, map[string]any{"name": "corp", "title": "Corp"},
		map[string]any{"name": "facebook", "title": "Facebook"}, map[string]any{"name": "x", "title": "X"},
	}, body(t, l.do(t, "GET", "/v1/login", "", nil), 200)["services"])

	first, access := l.visit(t, "acme", person("1", "ana@example.com", true))
	require.Equal(t, "ana@example.com", first["email"])
	require.Equal(t, "Ana", first["first_name"])
	require.Equal(t, "Ruiz", first["last_name"])
	require.Equal(t, "es", first["language"])
	require.Equal(t, false, first["password"])
	again, _ := l.visit(t, "acme", person("1", "other@example.com", true))
	require.Equal(t, first, again, "whose address it is there by now changes nothing")
	require.Empty(t, l.mail(t))

	linked := body(t, l.do(t, "GET", "/v1/me/logins", access, nil), 200)["logins"].([]any)
	require.Len(t, linked, 1)
	require.Equal(t, "acme", linked[0].(map[string]any)["service"])
	services := body(t, l.do(t, "GET", "/v1/me/export", access, nil), 200)["services"].([]any)
	require.Equal(t, "1", services[0].(map[string]any)["subject"])
	for _, secret := range []string{"ana@example.com", "Ruiz", "code_challenge", "of acme", access} {
		require.NotContains(t, l.log.String(), secret)
	}
}

// What Facebook and X say of addresses counts for nothing, and neither does what another service has not verified.
func TestAnAddressThatNobodyVouchesFor(t *testing.T) {
	l := newLobby(t)
	known := l.citizen(t, "ana@example.com")
	seen := map[any]bool{known.id: true}
	for service, who := range map[string]map[string]any{
		"facebook": person("1", "ana@example.com", true),
		"x":        person("1", "ana@example.com", true),
		"acme":     person("1", "ana@example.com", false),
		"corp":     {"sub": "1", "email": "ana@example.com"},
	} {
		account, access := l.visit(t, service, who)
		require.False(t, seen[account["id"]], service)
		require.NotContains(t, account, "email", service)
		seen[account["id"]] = true
		same, _ := l.visit(t, service, who)
		require.Equal(t, account["id"], same["id"], service)

		// Giving that address leads nowhere without its mails; another one is taken.
		asked := body(t, l.post(t, "/v1/me/email", access, map[string]any{"email": "ana@example.com"}), 202)
		l.one(t, letter.Known, "ana@example.com")
		problem(t, l.post(t, "/v1/me/email/verify", access, map[string]any{"id": asked["id"], "code": "000000"}), 422, "code_wrong")
		asked = body(t, l.post(t, "/v1/me/email", access, map[string]any{"email": service + "@example.com"}), 202)
		given := l.one(t, letter.ChangeEmail, service+"@example.com")
		body(t, l.post(t, "/v1/me/email/verify", access, map[string]any{"id": asked["id"], "code": given.Code}), 200)
	}
	require.Len(t, seen, 5)
}

func TestAVerifiedAddressOpensItsAccount(t *testing.T) {
	l := newLobby(t)
	known := l.citizen(t, "ana@example.com")
	account, _ := l.visit(t, "acme", person("1", "ANA@example.com", true))
	require.Equal(t, known.id, account["id"])
	require.Equal(t, true, account["password"])
	told := l.one(t, letter.LoginLinked, "ana@example.com")
	require.Equal(t, "Acme", told.Service)
	require.Equal(t, "es", told.Language)

	// The address has gone to another person there.
	taken := l.brings(t, "acme", person("2", "ana@example.com", true))
	problem(t, l.post(t, "/v1/login/exchange", "", taken), 409, "login_twice")
	require.Empty(t, l.mail(t))
	l.login(t, "/v1/sessions", "ana@example.com", pass)
}

// Somebody has asked for an account with another's address and waits for a code that never comes.
func TestAnAddressThatSomebodyElseWaitsFor(t *testing.T) {
	l := newLobby(t)
	asked := l.ask(t, "ana@example.com")
	waiting := l.one(t, letter.Register, "ana@example.com")
	thief := l.citizen(t, "thief@example.com")
	changing := body(t, l.post(t, "/v1/me/email", thief.access, map[string]any{"email": "ana@example.com", "password": pass}), 202)
	other := l.one(t, letter.ChangeEmail, "ana@example.com")

	account, _ := l.visit(t, "acme", person("1", "ana@example.com", true))
	require.NotEqual(t, thief.id, account["id"])
	problem(t, l.post(t, "/v1/riders/verify", "", map[string]any{"id": asked, "code": waiting.Code}), 409, "email_taken")
	problem(t, l.post(t, "/v1/me/email/verify", thief.access, map[string]any{"id": changing["id"], "code": other.Code}), 409, "email_taken")
	problem(t, l.post(t, "/v1/sessions", "", map[string]any{"email": "ana@example.com", "password": pass}), 401, "credentials_wrong")
}

func TestALoginBelongsToOneBrowser(t *testing.T) {
	l := newLobby(t)
	ana := person("1", "ana@example.com", true)
	for name, finish := range map[string]func(p *phone, back string) string{
		"another browser": func(_ *phone, back string) string {
			_, failed := l.ends(t, newPhone(t, ana), back)
			return failed
		},
		"another browser in the middle of its own": func(_ *phone, back string) string {
			other := newPhone(t, ana)
			l.until(t, other, "acme")
			_, failed := l.ends(t, other, back)
			return failed
		},
		"another service": func(p *phone, back string) string {
			_, failed := l.ends(t, p, strings.Replace(back, "/acme/", "/corp/", 1))
			return failed
		},
		"another state": func(p *phone, back string) string {
			u, _ := url.Parse(back)
			q := u.Query()
			q.Set("state", "other")
			u.RawQuery = q.Encode()
			_, failed := l.ends(t, p, u.String())
			return failed
		},
	} {
		p := newPhone(t, ana)
		back := l.until(t, p, "acme")
		require.Equal(t, "login_lost", finish(p, back), name)
		code, failed := l.ends(t, p, back)
		require.Empty(t, failed, "where it was begun it ends well: "+name)
		_, failed = l.ends(t, p, back)
		require.Equal(t, "login_lost", failed, "once")
		body(t, l.exchange(t, code, p.verifier), 201)
	}
	late := newPhone(t, ana)
	back := l.until(t, late, "acme")
	l.now = l.now.Add(rider.LoginLife)
	_, failed := l.ends(t, late, back)
	require.Equal(t, "login_lost", failed)
}

// Two log-ins of one browser do not get into each other's way.
func TestTwoLoginsInOneBrowser(t *testing.T) {
	l := newLobby(t)
	p := newPhone(t, person("1", "", false))
	first, second := l.until(t, p, "acme"), l.until(t, p, "x")
	for _, back := range []string{second, first} {
		code, failed := l.ends(t, p, back)
		require.Empty(t, failed)
		body(t, l.exchange(t, code, p.verifier), 201)
	}
}

// Who gets to see the code, in a log or by another app that took the link, can do nothing with it.
func TestACodeThatWasStolen(t *testing.T) {
	l := newLobby(t)
	stolen := l.brings(t, "acme", person("1", "ana@example.com", true))
	thief := newPhone(t, nil)
	problem(t, l.exchange(t, stolen["code"].(string), thief.verifier), 401, "login_code_wrong")
	problem(t, l.post(t, "/v1/login/exchange", "", stolen), 401, "login_code_wrong") // spent
	problem(t, l.exchange(t, "", thief.verifier), 401, "login_code_wrong")
	problem(t, l.exchange(t, "x", "short"), 422, "request_invalid")

	late := l.brings(t, "acme", person("1", "ana@example.com", true))
	l.now = l.now.Add(rider.LoginCodeLife)
	problem(t, l.post(t, "/v1/login/exchange", "", late), 401, "login_code_wrong")
	_, err := l.books.RiderByEmail(t.Context(), "ana@example.com")
	require.ErrorIs(t, err, rider.ErrCredentials, "nothing has happened")
}

func TestACodeUsedAtOnce(t *testing.T) {
	l := newLobby(t)
	proof := l.brings(t, "acme", person("1", "ana@example.com", true))
	var mu sync.Mutex
	answers := map[int]int{}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			res := l.post(t, "/v1/login/exchange", "", proof)
			mu.Lock()
			defer mu.Unlock()
			answers[res.Code]++
		})
	}
	all.Wait()
	require.Equal(t, map[int]int{201: 1, 401: 19}, answers)
}

func TestFirstLoginsOfOnePersonAtOnce(t *testing.T) {
	l := newLobby(t)
	var proofs []map[string]any
	for range 6 {
		proofs = append(proofs, l.brings(t, "x", person("1", "", false)))
	}
	ids := sync.Map{}
	var all sync.WaitGroup
	for _, proof := range proofs {
		all.Go(func() {
			access := body(t, l.post(t, "/v1/login/exchange", "", proof), 201)["access_token"].(string)
			ids.Store(body(t, l.do(t, "GET", "/v1/me", access, nil), 200)["id"], true)
		})
	}
	all.Wait()
	count := 0
	ids.Range(func(any, any) bool { count++; return true })
	require.Equal(t, 1, count)
}

func TestSuspendedAndGone(t *testing.T) {
	l := newLobby(t)
	who := person("1", "ana@example.com", true)
	account, access := l.visit(t, "acme", who)
	id := account["id"].(string)
	why := map[string]any{"reason": "Two scooters left in the river."}
	body(t, l.asStaff(t, "POST", "/admin/v1/riders/"+id+"/suspend", why), 200)
	again, _ := l.visit(t, "acme", who)
	require.Equal(t, true, again["suspended"])
	problem(t, l.post(t, "/v1/login/exchange", "", l.brings(t, "corp", who)), 403, "rider_suspended")
	problem(t, l.post(t, "/v1/me/logins", access, l.brings(t, "x", who)), 403, "rider_suspended")
	body(t, l.asStaff(t, "POST", "/admin/v1/riders/"+id+"/reinstate", why), 200)

	_, access = l.visit(t, "acme", who)
	pending := l.brings(t, "acme", who)
	require.Equal(t, 204, l.do(t, "DELETE", "/v1/me", access, map[string]any{}).Code)
	fresh := body(t, l.post(t, "/v1/login/exchange", "", pending), 201)
	require.NotEqual(t, id, body(t, l.do(t, "GET", "/v1/me", fresh["access_token"].(string), nil), 200)["id"])
	links, err := l.books.Links(t.Context(), id)
	require.NoError(t, err)
	require.Empty(t, links)
}

func TestNobodyIsLetIn(t *testing.T) {
	l := newLobby(t)
	unwilling := newPhone(t, nil)
	_, failed := l.goes(t, unwilling, "acme")
	require.Equal(t, "login_denied", failed)
	problem(t, l.do(t, "GET", "/v1/login/nobody?code_challenge="+strings.Repeat("a", 43), "", nil), 404, "login_unknown")
	problem(t, l.do(t, "GET", "/v1/login/nobody/callback?state=x&code=y", "", nil), 404, "login_unknown")

	for service := range map[string]bool{"acme": true, "x": true} {
		p := newPhone(t, person("1", "ana@example.com", true))
		back := l.until(t, p, service)
		l.provider.Kill()
		_, failed = l.ends(t, p, back)
		require.Equal(t, "login_away", failed, service)
		require.NoError(t, l.provider.Start(t.Context(), l.settings))
	}
	_, err := l.books.RiderByEmail(t.Context(), "ana@example.com")
	require.ErrorIs(t, err, rider.ErrCredentials)
}

// A provider that was never reached.
func TestAServiceThatIsAway(t *testing.T) {
	s := newStage(t, func(o *api.Options) {
		o.Config.Login.App = appLink
		at := identity.Options{Home: "http://127.0.0.1:1", Patience: time.Second}
		o.Logins = []api.LoginService{identity.New(at, identity.Provider{Name: "acme", Issuer: "http://127.0.0.1:1", ID: "acme", Secret: "s"})}
	})
	res := s.do(t, "GET", "/v1/login/acme?code_challenge="+strings.Repeat("a", 43), "", nil)
	require.Equal(t, 302, res.Code)
	require.Equal(t, appLink+"?error=login_away", res.Header().Get("Location"))
	require.Empty(t, res.Header().Values("Set-Cookie"))
}

// Whatever a browser brings, it is sent to the app or to the service, and nowhere else.
func TestBrowsersAreSentToTheAppAlone(t *testing.T) {
	b := newBureau(t, func(o *api.Options) {
		o.Config.Login.URL, o.Config.Login.App = "https://api.example.com", "https://app.example.com/login?from=api"
		at := identity.Addresses{Authorize: "https://x.example/authorize", Token: "https://127.0.0.1:1/token", Me: "https://127.0.0.1:1/me"}
		o.Logins = []api.LoginService{identity.X(identity.Options{Home: o.Config.Login.URL, Patience: time.Second}, at, "id", "secret")}
	})
	challenge := "code_challenge=" + strings.Repeat("a", 43)
	for _, query := range []string{"", "?code_challenge=short", "?" + challenge + "%3D", "?" + challenge + "&" + challenge, "?" + challenge + "&redirect_uri=https://evil.example"} {
		problem(t, b.do(t, "GET", "/v1/login/x"+query, "", nil), 422, "request_invalid")
	}
	res := b.do(t, "GET", "/v1/login/x?"+challenge, "", nil, "Host", "evil.example", "X-Forwarded-Host", "evil.example")
	require.Equal(t, 302, res.Code)
	to, err := res.Result().Location()
	require.NoError(t, err)
	require.Equal(t, "x.example", to.Host)
	require.Equal(t, "https://api.example.com/v1/login/x/callback", to.Query().Get("redirect_uri"))
	require.Equal(t, "S256", to.Query().Get("code_challenge_method"))
	require.NotEqual(t, strings.Repeat("a", 43), to.Query().Get("code_challenge"), "the app's own is not the service's business")

	cookie := res.Result().Cookies()[0]
	require.True(t, strings.HasPrefix(cookie.Name, "__Host-rodada_login_"), cookie.Name)
	require.True(t, cookie.Secure && cookie.HttpOnly && cookie.SameSite == http.SameSiteLaxMode)
	require.Equal(t, "/", cookie.Path)
	require.Empty(t, cookie.Domain)
	require.Equal(t, 600, cookie.MaxAge)

	rapid.Check(t, func(r *rapid.T) {
		query := url.Values{}
		for _, name := range []string{"state", "code", "error", "iss", rapid.String().Draw(r, "name")} {
			if value := rapid.String().Draw(r, name); rapid.Bool().Draw(r, "has "+name) {
				query.Set(name, value)
			}
		}
		jar := rapid.SampledFrom([]string{"", cookie.Name + "=" + cookie.Value, "a=b; ;;=", "\x00"}).Draw(r, "cookie")
		res := b.do(t, "GET", "/v1/login/x/callback?"+query.Encode(), "", nil, "Cookie", jar)
		require.Equal(r, 302, res.Code, res.Body.String())
		require.Equal(r, "https://app.example.com/login?from=api&error=login_lost", res.Header().Get("Location"))
	})

	back := url.Values{"state": to.Query()["state"], "code": {"x\r\nSet-Cookie: a=b"}, "scope": {"all"}}
	res = b.do(t, "GET", "/v1/login/x/callback?"+back.Encode(), "", nil, "Cookie", "other=1; "+cookie.Name+"="+cookie.Value)
	require.Equal(t, "https://app.example.com/login?from=api&error=login_away", res.Header().Get("Location"))
	require.Equal(t, -1, res.Result().Cookies()[0].MaxAge)
}

func TestServicesAreLinkedAndRemoved(t *testing.T) {
	l := newLobby(t)
	ana := l.citizen(t, "ana@example.com")
	_, other := l.visit(t, "x", person("9", "", false))
	with := func(proof map[string]any, password string) map[string]any {
		proof["password"] = password
		return proof
	}
	x := person("1", "nobody@example.com", true)
	problem(t, l.post(t, "/v1/me/logins", "", l.brings(t, "x", x)), 401, "token_invalid")
	problem(t, l.post(t, "/v1/me/logins", ana.access, l.brings(t, "x", x)), 403, "proof_needed")
	proof := with(l.brings(t, "x", x), pass)
	listed := body(t, l.post(t, "/v1/me/logins", ana.access, proof), 200)["logins"].([]any)
	require.Len(t, listed, 1)
	require.Equal(t, "X", listed[0].(map[string]any)["title"])
	require.Equal(t, "X", l.one(t, letter.LoginLinked, "ana@example.com").Service)
	problem(t, l.post(t, "/v1/me/logins", ana.access, proof), 401, "login_code_wrong")
	account, _ := l.visit(t, "x", x)
	require.Equal(t, ana.id, account["id"])
	require.Len(t, body(t, l.do(t, "GET", "/v1/me/export", ana.access, nil), 200)["services"], 1)

	problem(t, l.post(t, "/v1/me/logins", other, l.brings(t, "x", x)), 409, "login_taken")
	problem(t, l.post(t, "/v1/me/logins", ana.access, with(l.brings(t, "x", person("2", "", false)), pass)), 409, "login_twice")
	stolen := with(l.brings(t, "acme", x), pass)
	stolen["code_verifier"] = strings.Repeat("a", 43)
	problem(t, l.post(t, "/v1/me/logins", ana.access, stolen), 401, "login_code_wrong")

	drop := func(bearer, service, password string) int {
		return l.do(t, "DELETE", "/v1/me/logins/"+service, bearer, map[string]any{"password": password}).Code
	}
	problem(t, l.do(t, "DELETE", "/v1/me/logins/x", other, map[string]any{}), 409, "login_last")
	problem(t, l.do(t, "DELETE", "/v1/me/logins/x", ana.access, map[string]any{}), 403, "proof_needed")
	problem(t, l.do(t, "DELETE", "/v1/me/logins/acme", ana.access, map[string]any{"password": pass}), 404, "login_unknown")
	second := l.login(t, "/v1/sessions", ana.email, pass)["access_token"].(string)
	require.Equal(t, 204, drop(second, "x", pass))
	problem(t, l.do(t, "GET", "/v1/me", ana.access, nil), 401, "token_invalid")
	require.Empty(t, body(t, l.do(t, "GET", "/v1/me/logins", second, nil), 200)["logins"])
	account, _ = l.visit(t, "x", x)
	require.NotEqual(t, ana.id, account["id"])
	require.NoError(t, uuid.Validate(account["id"].(string)))
}
