package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/letter"
	"rodada/domain/limit"
	"rodada/domain/rider"
	"rodada/internal/config"
	"rodada/internal/testkit"
	"rodada/throttle"
)

// counted lets the API count in a Redis, and see in X-Forwarded-For who asks.
func counted(t *testing.T, edits ...func(*config.Limits)) func(*api.Options) {
	t.Helper()
	addr, prefix := testkit.Redis(t)
	return countedAt(t, addr, prefix, edits...)
}

func countedAt(t *testing.T, addr, prefix string, edits ...func(*config.Limits)) func(*api.Options) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return func(o *api.Options) {
		o.Throttle = throttle.New(client, prefix, slog.New(slog.DiscardHandler))
		o.Config.HTTP.Proxies = []string{"192.0.2.1"}
		o.Config.Limits = config.Limits{LoginTries: 3, LoginWait: time.Minute, LoginWaitMax: time.Hour}
		for _, edit := range edits {
			edit(&o.Config.Limits)
		}
	}
}

func hourly(n int) limit.Quota { return limit.Quota{Count: n, Per: time.Hour} }

func TestAnAccountMayComeSoOftenToAnEndpoint(t *testing.T) {
	s := newStage(t, counted(t, func(l *config.Limits) { l.ReadAccount, l.ReadAddress = hourly(3), hourly(100) }))
	for left := 2; left >= 0; left-- {
		res := s.asRider(t, "GET", "/v1/me", nil)
		body(t, res, 200)
		require.Equal(t, `"address";q=100;w=3600, "account";q=3;w=3600`, res.Header().Get("RateLimit-Policy"))
		require.Regexp(t, fmt.Sprintf(`^"account";r=%d;t=[0-9]+$`, left), res.Header().Get("RateLimit"))
		require.Empty(t, res.Header().Get("Retry-After"))
	}
	res := s.asRider(t, "GET", "/v1/me", nil, "Accept-Language", "es")
	p := problem(t, res, 429, "too_many_requests")
	require.Equal(t, "Demasiadas peticiones. Espera un momento.", p["detail"])
	require.Equal(t, res.Header().Get("Retry-After"), fmt.Sprint(p["retry_after"]))
	require.Regexp(t, `^1[0-9]{3}$`, res.Header().Get("Retry-After"), "a third of an hour")

	body(t, s.asRider(t, "GET", "/v1/rentals", nil), 200)
	body(t, s.do(t, "GET", "/v1/me", s.token(t, eva, rider.ForRiders), nil), 200)
	require.Contains(t, s.do(t, "GET", "/metrics", "", nil).Body.String(), `rodada_http_limited_total{by="account",class="read"} 1`)
}

// An address is counted whoever it says it is, for all endpoints of a kind, and before anything else is done for it.
func TestAnAddressMayComeSoOften(t *testing.T) {
	s := newStage(t, counted(t, func(l *config.Limits) { l.ReadAddress, l.Free = hourly(4), []string{"198.51.100.0/24"} }))
	from := func(address, path, bearer string) *httptest.ResponseRecorder {
		return s.do(t, "GET", path, bearer, nil, "X-Forwarded-For", address)
	}
	own := s.token(t, ana, rider.ForRiders)
	body(t, from("203.0.113.1", "/v1/me", own), 200)
	body(t, from("203.0.113.1", "/v1/wallet", own), 200)
	problem(t, from("203.0.113.1", "/v1/me", "spoilt"), 401, "token_invalid")
	problem(t, from("203.0.113.1", "/v1/me", ""), 401, "token_invalid")
	problem(t, from("203.0.113.1", "/v1/me", own), 429, "too_many_requests")
	problem(t, from("203.0.113.1", "/v1/me", "spoilt"), 429, "too_many_requests")
	body(t, from("203.0.113.2", "/v1/me", own), 200)
	for range 9 {
		body(t, from("198.51.100.7", "/v1/me", own), 200)
	}
	for i := range 4 { // a network full of addresses is one customer's
		body(t, from(fmt.Sprintf("2001:db8::%d", i+1), "/v1/me", own), 200)
	}
	problem(t, from("2001:db8::ffff:1", "/v1/me", own), 429, "too_many_requests")
	body(t, from("2001:db8:0:1::1", "/v1/me", own), 200)
	require.Equal(t, 200, from("203.0.113.1", "/docs", "").Code, "what costs nothing is not counted")
}

// Whatever is spent on one kind of endpoint leaves the others alone.
func TestWhoHasSpentAllCanStillEndARide(t *testing.T) {
	s := newStage(t, counted(t, func(l *config.Limits) {
		l.ReadAddress, l.ScanAddress, l.WriteAddress, l.ScanAccount, l.RideAccount = hourly(1), hourly(1), hourly(1), hourly(1), hourly(50)
	}))
	id := s.ride(t)
	problem(t, s.rent(t, ana, "key-9"), 429, "too_many_requests")
	s.asRider(t, "GET", "/v1/me", nil)
	problem(t, s.asRider(t, "GET", "/v1/me", nil), 429, "too_many_requests")
	require.NotEqual(t, 429, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil).Code)
}

// gone is an address where no Redis answers.
// Whoever has stolen a token tries passwords until that session's tries are spent, and its owner goes on with the others.
func TestAThiefSpendsNoTriesOfTheOwner(t *testing.T) {
	b := newBureau(t, counted(t, func(l *config.Limits) { l.PasswordAccount = hourly(3) }))
	who := b.citizen(t, "ana@example.com")
	own := b.login(t, "/v1/sessions", who.email, pass)["access_token"].(string)
	leave := func(bearer, password string) *httptest.ResponseRecorder {
		return b.do(t, "DELETE", "/v1/me", bearer, map[string]any{"password": password})
	}
	for range 3 {
		problem(t, leave(who.access, "a wrong password"), 403, "password_wrong")
	}
	problem(t, leave(who.access, pass), 429, "too_many_requests")
	require.Equal(t, 204, leave(own, pass).Code)
}

func gone(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// While Redis is away riders end their rides, and nobody tries passwords without end.
func TestWithoutRedisRidesEndAndPasswordsAreStillCounted(t *testing.T) {
	s := newStage(t, countedAt(t, gone(t), "p:", func(l *config.Limits) { l.RideAccount, l.ReadAccount = hourly(5), hourly(5) }))
	id := s.ride(t)
	require.NotEqual(t, 429, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil).Code)
	s.register(t, "new@example.com")
	for range 3 {
		problem(t, s.guess(t, "/v1/sessions", "new@example.com", "203.0.113.1"), 401, "credentials_wrong")
	}
	problem(t, s.guess(t, "/v1/sessions", "new@example.com", "203.0.113.1"), 429, "login_wait")
	for range 5 {
		s.asRider(t, "GET", "/v1/me", nil)
	}
	problem(t, s.asRider(t, "GET", "/v1/me", nil), 429, "too_many_requests")
	require.Contains(t, s.do(t, "GET", "/metrics", "", nil).Body.String(), "rodada_limits_alone 1")
}

// guess tries a wrong password from an address.
func (s *stage) guess(t *testing.T, door, email, address string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, "POST", door, "", map[string]any{"email": email, "password": "a wrong password"}, "X-Forwarded-For", address)
}

// Nobody learns from waiting who has an account: the answers are the same, one by one.
func TestGuessersWaitWhetherThereIsAnAccountOrNot(t *testing.T) {
	for _, door := range []string{"/v1/sessions", "/admin/v1/sessions"} {
		t.Run(door, func(t *testing.T) {
			s := newStage(t, counted(t))
			s.register(t, "new@example.com")
			s.hire(t, "new@example.com", "view")
			var said [][]string
			for _, email := range []string{"new@example.com", "nobody@example.com"} {
				var answers []string
				for range 6 {
					res := s.guess(t, door, email, "203.0.113.1")
					answers = append(answers, fmt.Sprintf("%d %s", res.Code, codeOf(t, res)))
				}
				said = append(said, answers)
			}
			require.Equal(t, said[0], said[1])
			require.Equal(t, []string{"401 credentials_wrong", "401 credentials_wrong", "401 credentials_wrong", "429 login_wait", "429 login_wait", "429 login_wait"}, said[0])
		})
	}
}

func TestWhoGuessedMustWait(t *testing.T) {
	s := newStage(t, counted(t))
	s.register(t, "new@example.com")
	for range 2 {
		s.guess(t, "/v1/sessions", "NEW@example.com", "203.0.113.1")
	}
	s.guess(t, "/v1/sessions", "new@Example.com", "203.0.113.1")
	res := s.do(t, "POST", "/v1/sessions", "", map[string]any{"email": "new@example.com", "password": pass}, "X-Forwarded-For", "203.0.113.1", "Accept-Language", "es")
	p := problem(t, res, 429, "login_wait")
	require.Equal(t, "Demasiados intentos equivocados. Espera un rato, o pon una contraseña nueva.", p["detail"])
	require.Regexp(t, "^(59|60)$", res.Header().Get("Retry-After"))
	body(t, s.do(t, "POST", "/v1/sessions", "", map[string]any{"email": "new@example.com", "password": pass}, "X-Forwarded-For", "203.0.113.2"), 201)
}

// Guesses from many addresses turn strangers away; the owner comes in from an address that is known, or with a code that is mailed.
func TestAnOwnerIsNotLockedOut(t *testing.T) {
	b := newBureau(t, counted(t))
	in := func(email, password, address string) *httptest.ResponseRecorder {
		return b.do(t, "POST", "/v1/sessions", "", map[string]any{"email": email, "password": password}, "X-Forwarded-For", address)
	}
	b.citizen(t, "ana@example.com") // from 192.0.2.1
	for i := range 20 {
		in("ana@example.com", "a wrong password", fmt.Sprintf("203.0.113.%d", i))
	}
	problem(t, in("ana@example.com", pass, "198.51.100.1"), 429, "login_wait")
	body(t, in("ana@example.com", pass, "192.0.2.1"), 201)

	for i := range 20 {
		in("ana@example.com", "a wrong password", fmt.Sprintf("203.0.113.%d", i))
	}
	reset := body(t, b.post(t, "/v1/passwords/reset", "", map[string]any{"email": "ana@example.com"}), 202)
	l := b.one(t, letter.Reset, "ana@example.com")
	res := b.do(t, "PUT", "/v1/passwords/reset", "", map[string]any{"id": reset["id"], "code": l.Code, "password": "another password"}, "X-Forwarded-For", "198.51.100.1")
	require.Equal(t, 204, res.Code, res.Body.String())
	for i := range 20 {
		in("ana@example.com", "a wrong password", fmt.Sprintf("203.0.113.%d", 100+i))
	}
	body(t, in("ana@example.com", "another password", "198.51.100.1"), 201)
}

// Of many guesses at once no more are looked at than of one after the other.
func TestGuessesAtOnce(t *testing.T) {
	s := newStage(t, counted(t))
	s.register(t, "new@example.com")
	codes := make(chan string, 20)
	for range 20 {
		go func() { codes <- codeOf(t, s.guess(t, "/v1/sessions", "new@example.com", "203.0.113.1")) }()
	}
	looked := 0
	for range 20 {
		if <-codes == "credentials_wrong" {
			looked++
		}
	}
	require.Equal(t, 3, looked)
}

// Every endpoint has limits, and one that needs no token says whose.
func TestEveryEndpointHasLimits(t *testing.T) {
	raw, err := api.Document()
	require.NoError(t, err)
	var doc struct {
		Paths map[string]map[string]struct {
			ID       string `json:"operationId"`
			Limits   string `json:"x-limits"`
			Security []any  `json:"security"`
		} `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(raw, &doc))
	for _, methods := range doc.Paths {
		for _, op := range methods {
			require.NotEmpty(t, op.Limits, op.ID)
			if len(op.Security) == 0 && op.Limits == "login" {
				require.Regexp(t, `open-session$|^(begin|exchange)-login$|^service-token$`, op.ID, "%s needs no token: say in its meta whose limits it has (Class)", op.ID)
			}
		}
	}
	for _, op := range operations(t) {
		require.Contains(t, op.responses, "429", op.id)
		require.Contains(t, string(op.responses["429"]), "Retry-After", op.id)
	}
}

// A throttle that is asked shows that nothing else was.
type refusing struct{ api.Throttle }

func (refusing) Take(context.Context, string, limit.Quota) limit.Verdict {
	return limit.Verdict{Retry: time.Minute}
}
func (refusing) Away() bool { return false }

// Every endpoint turns away who comes too often, before it looks at anything else of the request.
func TestEveryEndpointTurnsAwayWhoComesTooOften(t *testing.T) {
	defaults, err := config.Read([]string{"RODADA_TOKEN_SECRET=" + secret})
	require.NoError(t, err)
	s := newStage(t, func(o *api.Options) { o.Throttle, o.Config.Limits = refusing{}, defaults.Limits })
	place := strings.NewReplacer("{id}", ana, "{plate}", plate, "{name}", "unlock")
	for _, op := range operations(t) {
		res := s.do(t, strings.ToUpper(op.method), place.Replace(op.path), "spoilt", "{")
		if op.id == "service-token" { // which says it in the form of OAuth
			require.Equal(t, []any{429, "too_many_requests"}, []any{res.Code, codeOf(t, res)})
		} else {
			problem(t, res, 429, "too_many_requests")
		}
		require.Equal(t, "60", res.Header().Get("Retry-After"))
	}
}
