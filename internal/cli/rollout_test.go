package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/cli"
	"rodada/internal/config"
)

const oneRollout = `{"id":"r1","name":"All","model":"M1","version":"2.0","state":"paused","halt":"errors","halt_group":2,
	"scooters":{"total":10,"done":6,"failed":4},"group_progress":[{"number":1,"total":5,"done":5},{"number":2,"total":5,"done":1,"failed":4}]}`

const waitingRollout = `{"id":"r1","name":"All","model":"M1","version":"2.0","state":"running","opens_at":"2026-11-24T01:00:00Z",
	"waits":[{"for":"held","scooters":3},{"for":"silent","scooters":1}],
	"scooters":{"total":5,"done":1,"pending":4},"group_progress":[{"number":1,"total":5,"done":1,"pending":4}]}`

// rolloutDesk types `rodada rollout` at an API that gives one answer to everything.
func rolloutDesk(t *testing.T, status int, answer string) (types func(...string) (string, error), asked *http.Request, body *map[string]any) {
	return rolloutAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/admin/v1/rollouts/r1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	})
}

// rolloutAPI types `rodada rollout` at an API; asked and body are what it was asked for last.
func rolloutAPI(t *testing.T, answers http.HandlerFunc) (types func(...string) (string, error), asked *http.Request, body *map[string]any) {
	asked, body = &http.Request{}, &map[string]any{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/admin/v1/sessions" {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"access_token":"t"}`)
			return
		}
		*asked = *r
		_ = json.NewDecoder(r.Body).Decode(body)
		answers(w, r)
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
	types, asked, body := rolloutDesk(t, 201, `{"id":"r1","name":"All","model":"M1","version":"2.0","state":"draft","matching":9,"fitting":7}`)
	out, err := types("create", "--name", "All", "--image", "i1", "--percents", "5,95", "--error-percent", "0", "--plate", "A,B", "--from", "02:00", "--to", "05:00", "--zone", "UTC")
	require.NoError(t, err)
	require.Equal(t, "POST /admin/v1/rollouts", asked.Method+" "+asked.URL.Path)
	require.Equal(t, map[string]any{
		"name": "All", "image": "i1", "percents": []any{5., 95.}, "error_percent": 0.,
		"filter": map[string]any{"plates": []any{"A", "B"}}, "window": map[string]any{"from": "02:00", "to": "05:00", "zone": "UTC"},
	}, *body)
	require.Contains(t, out, "r1  All: 2.0 of M1, draft")
	require.Contains(t, out, "picks 9 scooters; 7 of them")
	_, err = types("create", "--name", "All")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	require.EqualError(t, err, "--image is missing")
}

func TestRolloutShowsGroupByGroup(t *testing.T) {
	types, asked, _ := rolloutDesk(t, 200, oneRollout)
	out, err := types("show", "r/1")
	require.NoError(t, err)
	require.Equal(t, "/admin/v1/rollouts/r%2F1", asked.URL.EscapedPath())
	require.Contains(t, out, "paused (errors, group 2)")
	require.NotContains(t, out, "wait")
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

func TestRolloutSaysWhatItWaitsFor(t *testing.T) {
	types, _, _ := rolloutDesk(t, 200, waitingRollout)
	out, err := types("show", "r1")
	require.NoError(t, err)
	require.Contains(t, out, "Scooters wait for: the maintenance window, which opens at 2026-11-24T01:00:00Z, held (3), silent (1).\n")
}

func TestRolloutThatIsPausedSaysWhy(t *testing.T) {
	types, _, _ := rolloutDesk(t, 200, oneRollout)
	out, err := types("show", "r1")
	require.NoError(t, err)
	require.Contains(t, out, "paused (errors, group 2)\nNo upgrade begins: a group has more errors than it may have.\n")
	require.NotContains(t, out, "wait")
}

// Whoever ends a command by a signal knows that it ends.
func TestRolloutWatchEndsWithASignal(t *testing.T) {
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		ctx, cancel := context.WithCancelCause(t.Context())
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/admin/v1/sessions" {
				w.WriteHeader(http.StatusCreated)
				_, _ = io.WriteString(w, `{"access_token":"t"}`)
				return
			}
			_, _ = io.WriteString(w, "event: rollout\ndata: {\"name\":\"All\",\"state\":\"running\"}\n\n")
			w.(http.Flusher).Flush()
			cancel(cli.Interrupted(signal))
			<-r.Context().Done()
		}))
		cmd := cli.Rollout(func() (config.Config, error) {
			return config.Config{Client: config.Client{URL: api.URL, Email: "eva@example.org", Password: "a long password"}}, nil
		}, nil)
		cmd.SetOut(io.Discard)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs([]string{"watch", "r1"})
		err := cmd.ExecuteContext(ctx)
		api.Close()
		require.Equal(t, code, cli.ExitCode(err), "%v", err)
	}
}

func TestRolloutChangesWhatIsGiven(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want map[string]any
	}{
		"a number":     {[]string{"--max-at-once", "7"}, map[string]any{"max_at_once": 7.}},
		"not any more": {[]string{"--downgrade=false", "--no-window"}, map[string]any{"downgrade": false, "any_time": true}},
		"the filter":   {[]string{"--station", "none", "--version", ""}, map[string]any{"filter": map[string]any{"stations": []any{"none"}, "versions": []any{""}}}},
		"an empty one": {[]string{"--plate", ""}, map[string]any{"filter": map[string]any{"plates": []any{""}}}},
		"no filter":    {[]string{"--no-filter"}, map[string]any{"filter": map[string]any{}}},
		"the window":   {[]string{"--from", "01:00", "--day", "mon,tue"}, map[string]any{"window": map[string]any{"from": "01:00", "days": []any{"mon", "tue"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			types, asked, body := rolloutDesk(t, 200, oneRollout)
			_, err := types(append([]string{"change", "r1"}, c.args...)...)
			require.NoError(t, err)
			require.Equal(t, "PATCH /admin/v1/rollouts/r1", asked.Method+" "+asked.URL.Path)
			require.Equal(t, c.want, *body)
		})
	}
	types, asked, _ := rolloutDesk(t, 200, oneRollout)
	for _, args := range [][]string{{"change", "r1"}, {"change", "--groups", "2"}, {"change", "r1", "--no-filter", "--plate", "A"}, {"change", "r1", "--groups", "x"}} {
		_, err := types(args...)
		require.Equal(t, cli.ExitUsage, cli.ExitCode(err), args)
	}
	require.Nil(t, asked.URL, "nothing was asked for")
}

// What the API says of each field is said once, and ends once.
func TestRolloutSaysWhatIsWrong(t *testing.T) {
	types, _, _ := rolloutDesk(t, 422, `{"status":422,"code":"rollout_invalid","detail":"This rollout makes no sense. See errors.","errors":[
		{"location":"body.percents","message":"The percents of all groups are 100 together, not 50."},
		{"location":"body.window.zone","message":"The IANA has no time zone \"x\"."}]}`)
	_, err := types("change", "r1", "--percents", "50")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	require.EqualError(t, err, "This rollout makes no sense. See errors. percents: The percents of all groups are 100 together, not 50. "+
		`window.zone: The IANA has no time zone "x".`)
	types, _, _ = rolloutDesk(t, 422, `{"status":422,"code":"x","detail":"It is wrong.","errors":[{"location":"body.y","message":"It is wrong."}]}`)
	_, err = types("change", "r1", "--percents", "50")
	require.EqualError(t, err, "It is wrong.")
}

func TestRolloutDeletes(t *testing.T) {
	types, asked, _ := rolloutDesk(t, 204, "")
	out, err := types("delete", "r1")
	require.NoError(t, err)
	require.Equal(t, "DELETE /admin/v1/rollouts/r1", asked.Method+" "+asked.URL.Path)
	require.Equal(t, "r1 is deleted.\n", out)
	types, _, _ = rolloutDesk(t, 409, `{"status":409,"code":"rollout_not_draft","detail":"Only drafts."}`)
	_, err = types("delete", "r1")
	require.Equal(t, cli.ExitConflict, cli.ExitCode(err))
}

func TestRolloutListsItsScooters(t *testing.T) {
	pages := map[string]string{
		"":   `{"targets":[{"plate":"12AB","group":1,"position":1,"state":"failed","trouble":"version","tries":2,"upgrade":"u1","firmware":"1.0"}],"total":2,"next":"n1"}`,
		"n1": `{"targets":[{"plate":"7\u001b[2J","group":2,"position":1,"state":"pending","trouble":"silent","tries":0}],"total":2}`,
	}
	types, asked, _ := rolloutAPI(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, pages[r.URL.Query().Get("cursor")])
	})
	out, err := types("targets", "r1", "--state", "failed,pending", "--group", "1", "--sort", "-updated")
	require.NoError(t, err)
	require.Equal(t, "/admin/v1/rollouts/r1/targets", asked.URL.Path)
	require.Equal(t, url.Values{"limit": {"500"}, "state": {"failed,pending"}, "group": {"1"}, "sort": {"-updated"}, "cursor": {"n1"}}, asked.URL.Query())
	require.Regexp(t, `(?m)^1 +1 +12AB +failed +version +2 +1.0 +u1$`, out)
	require.Regexp(t, `(?m)^2 +1 +7\\x1b\[2J +pending +silent +0`, out)
	require.Equal(t, 3, strings.Count(out, "\n"), "a head and two scooters")

	out, err = types("targets", "r1", "--json")
	require.NoError(t, err)
	documents := json.NewDecoder(strings.NewReader(out))
	for _, cursor := range []string{"", "n1"} {
		var page json.RawMessage
		require.NoError(t, documents.Decode(&page))
		require.JSONEq(t, pages[cursor], string(page))
	}
	require.False(t, documents.More())
	types, _, _ = rolloutDesk(t, 404, `{"status":404,"code":"rollout_unknown","detail":"There is no such rollout."}`)
	_, err = types("targets", "r1")
	require.EqualError(t, err, "There is no such rollout.")
}

func TestRolloutIsWatched(t *testing.T) {
	watch := func(events ...string) (string, error) {
		types, asked, _ := rolloutAPI(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for _, e := range events {
				_, _ = io.WriteString(w, "event: rollout\ndata: "+strings.ReplaceAll(e, "\n", "")+"\n\n")
			}
		})
		out, err := types("watch", "r1")
		require.Equal(t, "GET /admin/v1/rollouts/r1/stream", asked.Method+" "+asked.URL.Path)
		return out, err
	}
	const draft, over = `{"name":"All","version":"2.0","state":"ready","matching":9,"fitting":7}`, `{"name":"All","state":"%s","scooters":{"total":10,"done":10}}`
	out, err := watch(draft, waitingRollout, strings.Replace(waitingRollout, `"id":"r1"`, `"id":"r1","updated_at":"later"`, 1), oneRollout, fmt.Sprintf(over, "finished"))
	require.NoError(t, err)
	require.Equal(t, `All: ready, 7 scooters would get 2.0
All: running, 1 of 5 done, 4 pending; waits for the maintenance window, which opens at 2026-11-24T01:00:00Z, held (3), silent (1)
All: paused (errors, group 2), 6 of 10 done, 4 failed; groups 5/5 1/5
All: finished, 10 of 10 done
`, out, "a line for every change")
	_, err = watch(fmt.Sprintf(over, "stopped"))
	require.Equal(t, cli.ExitFailed, cli.ExitCode(err))
	_, err = watch(oneRollout)
	require.Equal(t, cli.ExitPending, cli.ExitCode(err))
	types, _, _ := rolloutDesk(t, 404, `{"status":404,"code":"rollout_unknown","detail":"There is no such rollout."}`)
	_, err = types("watch", "r1")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
}
