package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/cli"
	"rodada/internal/config"
	"rodada/protocol"
)

var update = flag.Bool("update", false, "write the goldens in testdata anew")

// desk is a terminal with an API behind it.
type desk struct {
	t        *testing.T
	config   config.Config
	status   int
	answer   string
	asked    []string // prompts
	path     string   // of the command, as the API got it
	body     map[string]any
	key      string
	password string // that the API got
}

const done = `{"id":"c1","plate":"12AB","name":"set-speed-limit","outcome":"done","attempts":1,
	"ack":{"meaning":"success","values":{"status":0,"time":1314140302,"power":1,"version":"1.0"},"meanings":{"power":"powered off"}},
	"sends":[{"sent":"{\"a\":13,\"k\":2020}","received":"{\"a\":14,\"s\":0}","took_ms":43.2}]}`

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, status: 200, answer: done}
	api := httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(api.Close)
	d.config.Client = config.Client{URL: api.URL, Email: "eva@example.org", Password: "a long password"}
	return d
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	raw, err := io.ReadAll(r.Body)
	if err != nil || (r.Method != http.MethodGet && json.Unmarshal(raw, &body) != nil) {
		d.t.Errorf("%s %s: %s", r.Method, r.URL, raw)
	}
	if r.URL.Path == "/admin/v1/sessions" {
		d.password, _ = body["password"].(string)
		if d.password != "a long password" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"status":401,"code":"credentials_wrong","detail":"The email or the password is wrong."}`))
			return
		}
		_, _ = w.Write([]byte(`{"access_token":"t"}`))
		return
	}
	d.path, d.body, d.key = r.URL.EscapedPath(), body, r.Header.Get("Idempotency-Key")
	w.WriteHeader(d.status)
	_, _ = w.Write([]byte(d.answer))
}

// types is what a person types after rodada command.
func (d *desk) types(args ...string) (out string, err error) {
	d.t.Helper()
	var text bytes.Buffer
	cmd := cli.Command(func() (config.Config, error) { return d.config, nil }, func(prompt string) (string, error) {
		d.asked = append(d.asked, prompt)
		return "a long password", nil
	})
	cmd.SetOut(&text)
	cmd.SetErr(&text)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(d.t.Context())
	return text.String(), err
}

func TestCommandGoesToTheAPIAndShowsItsAnswer(t *testing.T) {
	d := newDesk(t)
	out, err := d.types("12AB", "set-speed-limit", "--kmh", "20")
	require.NoError(t, err)
	require.Equal(t, "/admin/v1/scooters/12AB/commands/set-speed-limit", d.path)
	require.Equal(t, map[string]any{"params": map[string]any{"kmh": 20.}}, d.body)
	require.NotEmpty(t, d.key)
	require.Equal(t, "12AB set-speed-limit: done (success)\n"+
		"  sent      {\"a\":13,\"k\":2020}\n  received  {\"a\":14,\"s\":0}\n  took      43.2 ms\n  power     1 (powered off)\n  status    0\n  time      1314140302\n  version   1.0\n", out)
	require.Empty(t, d.asked)

	first := d.key
	out, err = d.types("12AB", "set-speed-limit", "--kmh=20", "--json", "--reason", "A slow street.")
	require.NoError(t, err)
	require.JSONEq(t, done, out)
	require.Equal(t, "A slow street.", d.body["reason"])
	require.NotEqual(t, first, d.key, "another call is another command")
	_, err = d.types("12AB", "set-speed-limit", "--kmh", "20", "--key", "mine")
	require.NoError(t, err)
	require.Equal(t, "mine", d.key)
}

func TestWordsAndFilesForValues(t *testing.T) {
	d := newDesk(t)
	_, err := d.types("12AB", "set-lamp", "--lamp", "on")
	require.NoError(t, err)
	require.Equal(t, map[string]any{"lamp": 1.}, d.body["params"])
	_, err = d.types("12AB", "buzz")
	require.NoError(t, err)
	require.Empty(t, d.body)
	_, err = d.types("a b%", "power-off", "--ride", "end")
	require.NoError(t, err)
	require.Equal(t, "/admin/v1/scooters/a%20b%25/commands/power-off", d.path)
	require.Equal(t, map[string]any{"ride": "end"}, d.body)

	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("hunter2\n"), 0o600))
	_, err = d.types("12AB", "set-server", "--host", "h.example", "--port", "8883", "--username", "12AB", "--password", "@"+file, "--reason", "New.")
	require.NoError(t, err)
	require.Equal(t, map[string]any{"host": "h.example", "port": 8883., "username": "12AB", "password": "hunter2"}, d.body["params"])
}

func TestExitCodes(t *testing.T) {
	limit := []string{"12AB", "set-speed-limit", "--kmh", "20"}
	type reply struct {
		status int
		answer string
	}
	say := func(status int, code, more string) reply {
		return reply{status, fmt.Sprintf(`{"status":%d,"code":%q,"detail":"Said %s."%s}`, status, code, code, more)}
	}
	for name, c := range map[string]struct {
		args  []string
		reply reply
		exit  int
		says  string
	}{
		"done":                  {limit, reply{200, done}, 0, ""},
		"sent without an ack":   {[]string{"12AB", "buzz"}, reply{202, `{"outcome":"sent"}`}, 0, ""},
		"under way":             {limit, reply{202, `{"id":"c1","plate":"12AB","outcome":"pending"}`}, cli.ExitPending, "/commands/c1"},
		"refused":               {limit, say(422, "command_refused", `,"device_status":1,"meaning":"fault","attempts":1`), cli.ExitRefused, "fault (status 1)"},
		"silent":                {limit, say(504, "command_silent", `,"attempts":2`), cli.ExitSilent, "Sent 2 times."},
		"moving":                {limit, say(409, "scooter_moving", ``), cli.ExitConflict, "Said scooter_moving."},
		"no permission":         {limit, say(403, "permission_missing", ``), cli.ExitForbidden, ""},
		"the broker is down":    {limit, say(503, "scooter_unreachable", ``), cli.ExitUnavailable, ""},
		"no such scooter":       {limit, say(404, "scooter_unknown", ``), cli.ExitUsage, ""},
		"the API says where":    {limit, say(422, "request_invalid", `,"errors":[{"location":"body.reason","message":"too long"}]`), cli.ExitUsage, "reason: too long."},
		"a mistake of ours":     {limit, say(500, "internal", ``), cli.ExitFailed, ""},
		"not our API at all":    {limit, reply{502, "<html>"}, cli.ExitUnavailable, ""},
		"out of range":          {[]string{"12AB", "set-speed-limit", "--kmh", "31"}, reply{}, cli.ExitUsage, "--kmh must be from 0 to 30"},
		"no number":             {[]string{"12AB", "set-speed-limit", "--kmh", "fast"}, reply{}, cli.ExitUsage, "must be 0 to 30"},
		"a parameter missing":   {[]string{"12AB", "set-server-legacy", "--gps-seconds", "5"}, reply{}, cli.ExitUsage, "--host is required"},
		"no such flag":          {[]string{"12AB", "set-speed-limit", "--mph", "12"}, reply{}, cli.ExitUsage, "--mph"},
		"an argument too many":  {[]string{"12AB", "buzz", "loudly"}, reply{}, cli.ExitUsage, "loudly"},
		"no reason":             {[]string{"12AB", "reboot"}, reply{}, cli.ExitUsage, "--reason"},
		"no such effect":        {[]string{"12AB", "pause", "--ride", "fly"}, reply{}, cli.ExitUsage, "pause or end"},
		"no such command":       {[]string{"12AB", "fly"}, reply{}, cli.ExitUsage, "command list"},
		"what scooters say":     {[]string{"12AB", "power-on-ack"}, reply{}, cli.ExitUsage, "command list"},
		"no command":            {[]string{"12AB"}, reply{}, cli.ExitUsage, "which command"},
		"a flag first":          {[]string{"--json", "12AB", "buzz"}, reply{}, cli.ExitUsage, "plate comes first"},
		"help of what is not":   {[]string{"help", "fly"}, reply{}, cli.ExitUsage, "command list"},
		"a file that is not":    {[]string{"12AB", "set-apn", "--apn", "@/nowhere/at/all"}, reply{}, cli.ExitUsage, "no such file"},
		"list with a flag more": {[]string{"list", "--all"}, reply{}, cli.ExitUsage, "--all"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.status, d.answer = c.reply.status, c.reply.answer
			_, err := d.types(c.args...)
			require.Equal(t, c.exit, cli.ExitCode(err), "%v", err)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
			}
			require.Equal(t, c.reply.status != 0, d.path != "", "what can't be right is not sent")
		})
	}
}

func TestLogin(t *testing.T) {
	limit := []string{"12AB", "set-speed-limit", "--kmh", "20"}
	d := newDesk(t)
	d.config.Client.Password = ""
	_, err := d.types(limit...)
	require.NoError(t, err)
	require.Equal(t, []string{"Password of eva@example.org: "}, d.asked)

	d.config.Client.Password = "wrong"
	_, err = d.types(limit...)
	require.Equal(t, cli.ExitForbidden, cli.ExitCode(err))

	d.config.Client.Email = ""
	_, err = d.types(limit...)
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	require.ErrorContains(t, err, "RODADA_STAFF_EMAIL")

	d.config.Client = config.Client{URL: "http://127.0.0.1:1", Email: "eva@example.org", Password: "x"}
	_, err = d.types(limit...)
	require.Equal(t, cli.ExitUnavailable, cli.ExitCode(err))

	broken := errors.New("RODADA_URL must be an http:// URL")
	cmd := cli.Command(func() (config.Config, error) { return config.Config{}, broken }, nil)
	cmd.SetArgs(limit)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	require.ErrorIs(t, cmd.ExecuteContext(t.Context()), broken)
}

// The help of every command is in testdata, so that a change of the catalogue shows what it does to people.
func TestHelp(t *testing.T) {
	d := newDesk(t)
	var all strings.Builder
	for _, args := range [][]string{{}, {"list"}} {
		out, err := d.types(args...)
		require.NoError(t, err)
		all.WriteString("$ rodada command " + strings.Join(args, " ") + "\n" + out + "\n")
	}
	for _, spec := range protocol.Catalogue() {
		if spec.Direction != protocol.ToScooter {
			continue
		}
		out, err := d.types("12AB", spec.Name, "--help")
		require.NoError(t, err)
		again, err := d.types("help", spec.Name)
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(out, "12AB", "PLATE"), again)
		for _, p := range spec.Params {
			require.Contains(t, out, "--"+strings.ReplaceAll(p.Name, "_", "-")+" ")
		}
		require.Equal(t, spec.Dangerous, strings.Contains(out, "Dangerous:"), spec.Name)
		all.WriteString("$ rodada command 12AB " + spec.Name + " --help\n" + out + "\n")
	}
	golden := filepath.Join("testdata", "help.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(all.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), all.String(), "run go test ./internal/cli -update")
}

func TestListAsJSON(t *testing.T) {
	out, err := newDesk(t).types("list", "--json")
	require.NoError(t, err)
	var specs []protocol.Spec
	require.NoError(t, json.Unmarshal([]byte(out), &specs))
	require.NotEmpty(t, specs)
	for _, spec := range specs {
		require.Equal(t, protocol.ToScooter, spec.Direction)
	}
}
