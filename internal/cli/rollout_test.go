package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/cli"
	"rodada/internal/config"
)

const oneRollout = `{"id":"r1","name":"All","model":"M1","version":"2.0","state":"paused","halt":"errors","halt_group":2,
	"scooters":{"total":10,"done":6,"failed":4},"group_progress":[{"number":1,"total":5,"done":5},{"number":2,"total":5,"done":1,"failed":4}]}`

// rolloutDesk types `rodada rollout` at an API that gives one answer to everything.
func rolloutDesk(t *testing.T, status int, answer string) (types func(...string) (string, error), asked *http.Request, body *map[string]any) {
	asked, body = &http.Request{}, &map[string]any{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/admin/v1/sessions" {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"access_token":"t"}`)
			return
		}
		*asked = *r
		_ = json.NewDecoder(r.Body).Decode(body)
		w.Header().Set("Location", "/admin/v1/rollouts/r1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := cli.Rollout(func() (config.Config, error) {
			return config.Config{Client: config.Client{URL: server.URL, Email: "eva@example.org", Password: "a long password"}}, nil
		}, nil)
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(args)
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}, asked, body
}

func TestRolloutSaysWhatIsGivenAndNothingElse(t *testing.T) {
	types, asked, body := rolloutDesk(t, 201, `{"id":"r1","name":"All","model":"M1","version":"2.0","state":"draft","matching":7}`)
	out, err := types("create", "--name", "All", "--image", "i1", "--percents", "5,95", "--error-percent", "0", "--plate", "A,B", "--from", "02:00", "--to", "05:00", "--zone", "UTC")
	require.NoError(t, err)
	require.Equal(t, "POST /admin/v1/rollouts", asked.Method+" "+asked.URL.Path)
	require.Equal(t, map[string]any{
		"name": "All", "image": "i1", "percents": []any{5., 95.}, "error_percent": 0., "downgrade": false, "late_joining": false,
		"filter": map[string]any{"plates": []any{"A", "B"}}, "window": map[string]any{"from": "02:00", "to": "05:00", "zone": "UTC"},
	}, *body)
	require.Contains(t, out, "r1  All: 2.0 of M1, draft")
	require.Contains(t, out, "7 scooters")
}

func TestRolloutShowsGroupByGroup(t *testing.T) {
	types, asked, _ := rolloutDesk(t, 200, oneRollout)
	out, err := types("show", "r/1")
	require.NoError(t, err)
	require.Equal(t, "/admin/v1/rollouts/r%2F1", asked.URL.EscapedPath())
	require.Contains(t, out, "paused (errors, group 2)")
	require.Regexp(t, `(?m)^ +2 +5 +1 +0 +0 +4 +0 +0$`, out)
	require.Regexp(t, `(?m)^ +all +10 +6 +0 +0 +4 +0 +0$`, out)
	out, err = types("show", "r1", "--json")
	require.NoError(t, err)
	require.JSONEq(t, oneRollout, out)

	types, _, _ = rolloutDesk(t, 200, `{"rollouts":[`+oneRollout+`]}`)
	out, err = types("list", "--state", "paused")
	require.NoError(t, err)
	require.Regexp(t, `r1 +All +M1 +2.0 +paused \(errors, group 2\) +6 of 10`, out)
}

func TestRolloutDecides(t *testing.T) {
	for name, path := range map[string]string{
		"submit": "submit", "approve": "approve", "deny": "deny", "start": "start", "pause": "pause", "resume": "resume", "stop": "stop", "retry": "retry-failed",
	} {
		types, asked, body := rolloutDesk(t, 200, oneRollout)
		_, err := types(name, "r1", "--reason", "A test.")
		require.NoError(t, err)
		require.Equal(t, "POST /admin/v1/rollouts/r1/"+path, asked.Method+" "+asked.URL.Path)
		require.Equal(t, map[string]any{"reason": "A test."}, *body)
	}
	types, _, _ := rolloutDesk(t, 409, `{"status":409,"code":"rollout_state","detail":"Not now."}`)
	_, err := types("pause", "r1", "--reason", "A test.")
	require.Equal(t, cli.ExitConflict, cli.ExitCode(err))
	_, err = types("pause", "--reason", "A test.")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	types, _, _ = rolloutDesk(t, 202, oneRollout)
	_, err = types("stop", "r1", "--reason", "A test.")
	require.Equal(t, cli.ExitPending, cli.ExitCode(err))
}
