package history_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/internal/testkit"
	"rodada/telemetry/history"
)

const day = 24 * time.Hour

// policies are the retention policies of a database of the real InfluxDB 1.8: name, duration, of a shard.
func policies(t *testing.T, at, database string) map[string][2]string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/query?q="+url.QueryEscape(`SHOW RETENTION POLICIES ON "`+database+`"`), nil)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Results []struct {
			Series []struct{ Values [][]any }
		}
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
	found := map[string][2]string{}
	for _, row := range answer.Results[0].Series[0].Values {
		found[row[0].(string)] = [2]string{row[1].(string), row[2].(string)}
	}
	return found
}

func TestRetentionOnInfluxDB18(t *testing.T) {
	at, name := testkit.Influx(t)
	database, _, _ := strings.Cut(name, "/")
	access := history.Access{URL: at, Bucket: name}
	for _, step := range []struct {
		keep    time.Duration
		changed bool
		want    [2]string
	}{
		{0, false, [2]string{"0s", "168h0m0s"}}, // as a new database is
		{90 * day, true, [2]string{"2160h0m0s", "24h0m0s"}},
		{90 * day, false, [2]string{"2160h0m0s", "24h0m0s"}},
		{history.LeastRetention, true, [2]string{"1h0m0s", "1h0m0s"}}, // shorter than a shard was
		{400 * day, true, [2]string{"9600h0m0s", "168h0m0s"}},
		{0, true, [2]string{"0s", "168h0m0s"}},
	} {
		changed, err := history.Retain(t.Context(), access, step.keep)
		require.NoError(t, err)
		require.Equal(t, step.changed, changed, step.keep)
		require.Equal(t, map[string][2]string{"autogen": step.want}, policies(t, at, database))
	}

	access.Bucket = database + "/own"
	for _, changed := range []bool{true, false} {
		got, err := history.Retain(t.Context(), access, 30*day)
		require.NoError(t, err)
		require.Equal(t, changed, got)
	}
	require.Equal(t, [2]string{"720h0m0s", "24h0m0s"}, policies(t, at, database)["own"])

	access.Bucket = database
	_, err := history.Retain(t.Context(), access, 7*day)
	require.NoError(t, err)
	require.Equal(t, "168h0m0s", policies(t, at, database)["autogen"][0], "a bucket without a policy is the default one")

	_, err = history.Retain(t.Context(), access, time.Minute)
	var refused *history.RefusedError
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "at least 1h0m0s")
}

func TestRetentionMakesTheDatabase(t *testing.T) {
	at, name := testkit.Influx(t)
	database, _, _ := strings.Cut(name, "/")
	made := database + `_"new" one`
	for _, changed := range []bool{true, false} {
		got, err := history.Retain(t.Context(), history.Access{URL: at, Bucket: made + "/autogen"}, 10*day)
		require.NoError(t, err)
		require.Equal(t, changed, got)
	}
}

// stubInfluxDB27 stands in for the management API of InfluxDB 2.7, which can't be had here as a program: the paths, the bodies
// and the statuses are those of its OpenAPI description (oss.yml of influxdb-client-go), with nothing behind them but one
// organisation's buckets.
type stubInfluxDB27 struct {
	t       *testing.T
	version string
	token   string
	buckets map[string]map[string]any // by name
	calls   []string
}

func (s *stubInfluxDB27) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	w.Header().Set("X-Influxdb-Build", "OSS")
	w.Header().Set("X-Influxdb-Version", s.version)
	answer := func(status int, body any) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		require.NoError(s.t, json.NewEncoder(w).Encode(body))
	}
	switch at := r.Method + " " + r.URL.Path; {
	case at == "GET /ping":
		w.WriteHeader(http.StatusNoContent)
	case at == "GET /api/v2/setup":
		answer(200, map[string]any{"allowed": false})
	case r.Header.Get("Authorization") != "Token "+s.token:
		answer(401, map[string]any{"code": "unauthorized", "message": "unauthorized access"})
	case at == "GET /api/v2/buckets":
		require.Equal(s.t, "rodada", r.URL.Query().Get("org"))
		list := []any{}
		if b, has := s.buckets[r.URL.Query().Get("name")]; has {
			list = append(list, b)
		}
		answer(200, map[string]any{"links": map[string]any{"self": "/api/v2/buckets"}, "buckets": list})
	case at == "GET /api/v2/orgs" && r.URL.Query().Get("org") == "rodada":
		answer(200, map[string]any{"orgs": []any{map[string]any{"id": "0a1b2c3d4e5f6071", "name": "rodada"}}})
	case at == "GET /api/v2/orgs":
		answer(404, map[string]any{"code": "not found", "message": "organization name \"x\" not found"})
	case at == "POST /api/v2/buckets":
		var b map[string]any
		require.NoError(s.t, json.NewDecoder(r.Body).Decode(&b))
		require.Equal(s.t, "0a1b2c3d4e5f6071", b["orgID"])
		b["id"] = "0123456789abcdef"
		s.buckets[b["name"].(string)] = b
		answer(201, b)
	case at == "PATCH /api/v2/buckets/0123456789abcdef":
		raw, err := io.ReadAll(r.Body)
		require.NoError(s.t, err)
		var change map[string]any
		require.NoError(s.t, json.Unmarshal(raw, &change))
		require.Len(s.t, change, 1, "nothing else is changed: %s", raw)
		for _, b := range s.buckets {
			b["retentionRules"] = change["retentionRules"]
			answer(200, b)
		}
	default:
		answer(404, map[string]any{"code": "not found", "message": "path not found"})
	}
}

func TestRetentionOnAStubOfInfluxDB27(t *testing.T) {
	for name, version := range map[string]string{"says who it is": "v2.7.12", "a build that does not": "dev"} {
		t.Run(name, func(t *testing.T) {
			stub := &stubInfluxDB27{t: t, version: version, token: "secret", buckets: map[string]map[string]any{}}
			server := httptest.NewServer(stub)
			defer server.Close()
			access := history.Access{URL: server.URL + "/", Token: "secret", Org: "rodada", Bucket: "rodada"}
			retained := func(keep time.Duration) (changed bool, rules any) {
				changed, err := history.Retain(t.Context(), access, keep)
				require.NoError(t, err)
				return changed, stub.buckets["rodada"]["retentionRules"]
			}
			rule := func(every, shard int) any {
				return []any{map[string]any{"type": "expire", "everySeconds": float64(every), "shardGroupDurationSeconds": float64(shard)}}
			}
			changed, rules := retained(90 * day)
			require.True(t, changed)
			require.Equal(t, rule(90*86400, 86400), rules, "created")
			changed, _ = retained(90 * day)
			require.False(t, changed)
			changed, rules = retained(day)
			require.True(t, changed)
			require.Equal(t, rule(86400, 3600), rules)

			stub.buckets["rodada"]["retentionRules"] = []any{} // as the setup of the container leaves it
			changed, _ = retained(0)
			require.False(t, changed, "no rule keeps for ever")
			changed, rules = retained(90 * day)
			require.True(t, changed)
			require.Equal(t, rule(90*86400, 86400), rules)
			require.Equal(t, 1, strings.Count(strings.Join(stub.calls, "\n"), "POST /api/v2/buckets"))
		})
	}
}

func TestRetentionThatIsRefused(t *testing.T) {
	stub := &stubInfluxDB27{t: t, version: "v2.7.12", token: "secret", buckets: map[string]map[string]any{}}
	server := httptest.NewServer(stub)
	var refused *history.RefusedError
	_, err := history.Retain(t.Context(), history.Access{URL: server.URL, Token: "wrong", Org: "rodada", Bucket: "rodada"}, day)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, 401, refused.Status)
	require.ErrorContains(t, err, "unauthorized access")
	require.NotContains(t, err.Error(), "wrong", "no token in an error")
	server.Close()
	_, err = history.Retain(t.Context(), history.Access{URL: server.URL, Org: "rodada", Bucket: "rodada"}, day)
	require.Error(t, err)
	require.NotErrorAs(t, err, &refused, "it may come back")
}
