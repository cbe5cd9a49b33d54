package api_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
)

func TestBadRequests(t *testing.T) {
	s := newStage(t)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code, location           string
	}{
		{"not JSON", "POST", "/v1/rentals", `{"qr":`, 400, "body_malformed", "body"},
		{"more than one value", "POST", "/v1/rentals", `{"qr":"RD-7K2M9Q"} {}`, 400, "body_malformed", "body"},
		{"no body", "POST", "/v1/rentals", ``, 400, "body_malformed", ""},
		{"too large", "POST", "/v1/rentals", `{"qr":"` + strings.Repeat("x", 3000) + `"}`, 413, "body_too_large", ""},
		{"a list", "POST", "/v1/rentals", `[]`, 422, "request_invalid", "body"},
		{"a wrong type", "POST", "/v1/rentals", `{"qr":5}`, 422, "request_invalid", "body.qr"},
		{"null", "POST", "/v1/rentals", `{"qr":null}`, 422, "request_invalid", "body.qr"},
		{"missing", "POST", "/v1/rentals", `{}`, 422, "request_invalid", "body.qr"},
		{"unknown member", "POST", "/v1/rentals", `{"qr":"RD-7K2M9Q","plate":"12AB"}`, 422, "request_invalid", "body.plate"},
		{"another case", "POST", "/v1/rentals", `{"QR":"RD-7K2M9Q"}`, 422, "request_invalid", "body.qr"},
		{"not a UUID", "GET", "/v1/rentals/7", ``, 422, "request_invalid", "path.id"},
		{"unknown parameter", "GET", "/v1/rentals?page=2", ``, 422, "request_invalid", "query.page"},
		{"limit too high", "GET", "/v1/rentals?limit=51", ``, 422, "request_invalid", "query.limit"},
		{"limit no number", "GET", "/v1/rentals?limit=ten", ``, 422, "request_invalid", "query.limit"},
		{"cursor no ID", "GET", "/v1/rentals?before=yesterday", ``, 422, "request_invalid", "query.before"},
		{"no place", "GET", "/v1/scooters", ``, 422, "request_invalid", "query.lat"},
		{"not on the Earth", "GET", "/v1/scooters?lat=91&lng=0", ``, 422, "request_invalid", "query.lat"},
		{"no such address", "GET", "/v1/unicorns", ``, 404, "route_unknown", ""},
		{"no such method", "PUT", "/v1/rentals", `{}`, 405, "method_not_allowed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sent any
			if c.body != "" {
				sent = c.body
			}
			res := s.asRider(t, c.method, c.path, sent, "Idempotency-Key", "key-1")
			p := problem(t, res, c.status, c.code)
			if c.location != "" {
				var at []string
				for _, e := range p["errors"].([]any) {
					at = append(at, e.(map[string]any)["location"].(string))
					require.NotEmpty(t, e.(map[string]any)["message"])
				}
				require.Contains(t, at, c.location)
			}
			if c.status == 405 {
				require.ElementsMatch(t, []string{"GET", "HEAD", "POST"}, res.Header().Values("Allow"))
			}
		})
	}
	require.Empty(t, s.store.rentals)
}

func TestMediaTypeOfTheBody(t *testing.T) {
	s := newStage(t)
	res := s.asRider(t, "POST", "/v1/rentals", `qr=RD-7K2M9Q`, "Content-Type", "application/x-www-form-urlencoded", "Accept-Language", "en")
	p := problem(t, res, 415, "media_type_unsupported")
	require.Equal(t, "Send the body as application/json.", p["detail"])
}

// A reason that is short is so by the schema and by our own rule, which is one trouble.
func TestAReasonIsWrongOnce(t *testing.T) {
	y := newYard(t, false)
	for _, reason := range []string{"x", "  x  ", strings.Repeat("x", 501), "two\nlines"} {
		p := problem(t, y.asStaff(t, "POST", "/admin/v1/scooters/12AB/service", map[string]any{"service": "blocked", "reason": reason}), 422, "request_invalid")
		require.Equal(t, []any{map[string]any{
			"location": "body.reason", "message": "expected 3 to 500 characters that can be read, in one line",
		}}, p["errors"], reason)
	}
}

func TestWhatIsSentIsNotSentBack(t *testing.T) {
	s := newStage(t)
	for _, sent := range []string{`{"email":"ana@example.com","password":"hunter2 hun`, `{"email":5,"password":"hunter2 hunter2","x":1}`, `{"password":"hunter2"}`} {
		res := s.do(t, "POST", "/v1/riders", "", sent)
		require.GreaterOrEqual(t, res.Code, 400)
		require.NotContains(t, res.Body.String(), "hunter2")
	}
	require.NotContains(t, s.log.String(), "hunter2")
}

func TestInternalErrorsStayInside(t *testing.T) {
	s := newStage(t)
	s.store.broken = errors.New("postgres: connection refused at 10.0.0.7")
	res := s.asRider(t, "GET", "/v1/wallet", nil)
	problem(t, res, 500, "internal")
	require.NotContains(t, res.Body.String(), "postgres")
	require.Contains(t, s.log.String(), "10.0.0.7")
	require.Contains(t, s.log.String(), res.Header().Get("X-Request-Id"))
}

func TestPanicsAreProblems(t *testing.T) {
	s := newStage(t, func(o *api.Options) { o.Live = nil })
	res := s.asRider(t, "GET", "/v1/scooters?lat=40&lng=-3", nil)
	p := problem(t, res, 500, "internal")
	require.NotContains(t, p, "stack")
	require.Contains(t, s.log.String(), "nil pointer")
	require.Contains(t, s.log.String(), "scooter.go")
}

func TestRequestIDs(t *testing.T) {
	s, direct := newStage(t, func(o *api.Options) { o.Config.HTTP.Proxies = []string{"192.0.2.1"} }), newStage(t)
	for sent, kept := range map[string]bool{
		"0b6f3f6e-6a0e-4e55-9d5e-3b3f7c1d9a10": true, "trace.1234_5678": true,
		"": false, "short": false, "with spaces in it": false, "<script>alert(1)</script>": false, strings.Repeat("a", 65): false,
	} {
		res := s.do(t, "GET", "/healthz", "", nil, "X-Request-Id", sent)
		got := res.Header().Get("X-Request-Id")
		require.NotEmpty(t, got)
		require.Equal(t, kept, got == sent, sent)
		res = direct.do(t, "GET", "/healthz", "", nil, "X-Request-Id", sent)
		require.NotEqual(t, sent, res.Header().Get("X-Request-Id"), "nobody but a proxy names requests")
	}
}

func TestTheAccessLogKeepsNoSecrets(t *testing.T) {
	s := newStage(t)
	s.asRider(t, "GET", "/v1/rentals?limit=5", nil)
	s.do(t, "POST", "/v1/sessions", "", map[string]any{"email": "ana@example.com", "password": "a wrong password"})
	s.do(t, "GET", "/v1/me?token=leaked-by-a-client", "", nil)
	log := s.log.String()
	require.Contains(t, log, `"path":"/v1/rentals"`)
	require.Contains(t, log, `"subject":"`+ana+`"`)
	for _, secret := range []string{"Bearer", "eyJ", "a wrong password", "leaked-by-a-client", "ana@example.com"} {
		require.NotContains(t, log, secret)
	}
}
