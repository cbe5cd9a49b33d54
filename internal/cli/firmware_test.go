package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"rodada/internal/cli"
	"rodada/internal/config"
)

// counter is a terminal with an API for firmware behind it.
type counter struct {
	c      config.Config
	asked  []string // method and address, with the body
	header http.Header
	status int
	answer string
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	d := &counter{status: 200, answer: `{}`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/admin/v1/sessions":
			_, _ = w.Write([]byte(`{"access_token":"t"}`))
			return
		case "/admin/v1/models":
			_, _ = w.Write([]byte(`{"models":[{"id":1,"name":"M0"},{"id":7,"name":"M 1"}]}`))
			return
		}
		d.asked, d.header = append(d.asked, r.Method+" "+r.URL.String()+" "+string(raw)), r.Header
		w.WriteHeader(d.status)
		_, _ = w.Write([]byte(d.answer))
	}))
	t.Cleanup(server.Close)
	d.c.Client = config.Client{URL: server.URL, Email: "eva@example.org", Password: "a long password"}
	return d
}

func (d *counter) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	settings := func() (config.Config, error) { return d.c, nil }
	root := &cobra.Command{Use: "rodada", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(cli.Firmware(settings, nil), cli.Upgrade(settings, nil))
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestFromAKeyToAnUpload(t *testing.T) {
	d := newCounter(t)
	dir := t.TempDir()
	key, image := filepath.Join(dir, "key.pem"), filepath.Join(dir, "image.bin")
	require.NoError(t, os.WriteFile(image, []byte("\x00image\xff"), 0o600))
	public, err := d.run(t, "firmware", "keygen", "--key", key, "--name", "2026")
	require.NoError(t, err)
	require.Regexp(t, `^2026:[0-9A-Za-z+/]{43}=\n$`, public)
	about, err := os.Stat(key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), about.Mode().Perm())
	for _, name := range []string{"a:b,c", "a,b", "", " a"} {
		_, err := d.run(t, "firmware", "keygen", "--key", filepath.Join(t.TempDir(), "other.pem"), "--name", name)
		require.Error(t, err, "RODADA_FIRMWARE_KEYS could not have it: %q", name)
	}
	_, err = d.run(t, "firmware", "keygen", "--key", key)
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err), "a key is never written over")

	said, err := d.run(t, "firmware", "sign", image, "--key", key, "--model", "M 1", "--version", "1.9")
	require.NoError(t, err)
	require.Contains(t, said, "model M 1\nversion 1.9\nsize 7\n")
	said, err = d.run(t, "firmware", "verify", image, "--keys", strings.TrimSpace(public), "--model", "M 1", "--version", "1.9")
	require.NoError(t, err)
	require.Equal(t, "good: signed with 2026\n", said)
	_, err = d.run(t, "firmware", "verify", image, "--keys", strings.TrimSpace(public), "--model", "M 2", "--version", "1.9")
	require.Equal(t, cli.ExitFailed, cli.ExitCode(err))

	d.status, d.answer = 201, `{"id":"i1","model":"M 1","version":"1.9","size":7,"packets":1,"sha256":"ab","key":"2026","created_at":"now","created_by":"eva"}`
	said, err = d.run(t, "firmware", "upload", image, "--model", "M 1", "--version", "1.9", "--notes", "New.", "--downgrade")
	require.NoError(t, err)
	require.Contains(t, said, "i1\n  model        M 1\n")
	require.Equal(t, []string{"POST /admin/v1/firmware?downgrade=true&model=7&notes=New.&version=1.9 \x00image\xff"}, d.asked)
	signature, err := os.ReadFile(image + ".sig")
	require.NoError(t, err)
	require.Equal(t, strings.TrimSpace(string(signature)), d.header.Get("Firmware-Signature"))
	require.Equal(t, "application/octet-stream", d.header.Get("Content-Type"))

	d.status, d.answer = 409, `{"status":409,"code":"firmware_older","detail":"The model has a newer image.","newest":"2.0"}`
	_, err = d.run(t, "firmware", "upload", image, "--model", "M 1", "--version", "1.9")
	require.Equal(t, cli.ExitConflict, cli.ExitCode(err))
	require.EqualError(t, err, "The model has a newer image. The newest is 2.0. Here: --downgrade.")
}

func TestFirmwareMistakes(t *testing.T) {
	d := newCounter(t)
	dir := t.TempDir()
	image, text := filepath.Join(dir, "image.bin"), filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(image, []byte("image"), 0o600))
	require.NoError(t, os.WriteFile(text, []byte("no key"), 0o600))
	for name, args := range map[string][]string{
		"no file":           {"firmware", "sign", "--model", "M", "--version", "1"},
		"no such file":      {"firmware", "sign", dir + "/none", "--model", "M", "--version", "1"},
		"no key":            {"firmware", "sign", image, "--key", text, "--model", "M", "--version", "1"},
		"no version":        {"firmware", "sign", image, "--key", text, "--model", "M"},
		"no signature":      {"firmware", "upload", image, "--model", "M 1", "--version", "1"},
		"a text for one":    {"firmware", "upload", image, "--signature", text, "--model", "M 1", "--version", "1"},
		"no keys":           {"firmware", "verify", image, "--keys", "x", "--model", "M", "--version", "1"},
		"an unknown flag":   {"upgrade", "list", "--colour", "red"},
		"no reason":         {"upgrade", "abort", "u1"},
		"no upgrade":        {"upgrade", "retry", "--reason", "Because."},
		"a word too many":   {"upgrade", "list", "all"},
		"no image to start": {"upgrade", "start", "12AB", "--reason", "Because."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.run(t, args...)
			require.Equal(t, cli.ExitUsage, cli.ExitCode(err), "%v", err)
			require.Empty(t, d.asked)
		})
	}
}

func TestADecisionThatIsStillUnderWay(t *testing.T) {
	for _, verb := range []string{"retry", "restart", "abort"} {
		d := newCounter(t)
		d.status, d.answer = 202, stuck
		said, err := d.run(t, "upgrade", verb, "u1", "--reason", "Because.")
		require.Equal(t, cli.ExitPending, cli.ExitCode(err))
		require.ErrorContains(t, err, "rodada upgrade watch u1")
		require.Contains(t, said, "12AB 1.9: parked (silent)")

		d.status = 200
		_, err = d.run(t, "upgrade", verb, "u1", "--reason", "Because.")
		require.NoError(t, err)
		d.status, d.answer = 409, `{"status":409,"code":"upgrade_not_parked","detail":"Not now."}`
		_, err = d.run(t, "upgrade", verb, "u1", "--reason", "Because.")
		require.Equal(t, cli.ExitConflict, cli.ExitCode(err))
	}
}

const stuck = `{"id":"u1","plate":"12AB","version":"1.9","from":"1.8","state":"parked","trouble":"silent","detail":"Gone.\u001b[2J","attempt":2,
	"started_at":"then","progress":{"packets":10,"sent":4,"failures":1,"packets_per_second":2.5,"seconds_left":3}}`

func TestUpgradesAtATerminal(t *testing.T) {
	for name, c := range map[string]struct {
		args         []string
		answer       string
		asked, shown string
	}{
		"start": {
			[]string{"upgrade", "start", "12 AB", "--image", "i1", "--reason", "Because."}, stuck,
			`POST /admin/v1/scooters/12%20AB/upgrades {"downgrade":false,"image":"i1","reason":"Because."}`, "12AB 1.9: parked (silent), attempt 2, 4 of 10 packets",
		},
		"list": {
			[]string{"upgrade", "list", "--state", "parked"}, `{"upgrades":[` + stuck + `]}`, "GET /admin/v1/upgrades?state=parked ", "u1  12AB   1.9      parked (silent)  4/10",
		},
		"show":    {[]string{"upgrade", "show", "u1"}, stuck, "GET /admin/v1/upgrades/u1 ", `Gone.\x1b[2J`},
		"retry":   {[]string{"upgrade", "retry", "u1", "--reason", "Charged."}, stuck, `POST /admin/v1/upgrades/u1/retry {"reason":"Charged."}`, "before"},
		"restart": {[]string{"upgrade", "restart", "u1", "--reason", "Charged."}, stuck, `POST /admin/v1/upgrades/u1/restart {"reason":"Charged."}`, "2.5/s, 3 s left"},
		"abort":   {[]string{"upgrade", "abort", "u1", "--reason", "Enough."}, stuck, `POST /admin/v1/upgrades/u1/abort {"reason":"Enough."}`, "1 sent again"},
		"json":    {[]string{"upgrade", "show", "u1", "--json"}, `{"id":"u1"}`, "GET /admin/v1/upgrades/u1 ", "{\n  \"id\": \"u1\"\n}"},
		"retire":  {[]string{"firmware", "retire", "i1", "--reason", "Bad."}, `{"id":"i1","retired_at":"now","retire_reason":"Bad."}`, `POST /admin/v1/firmware/i1/retire {"reason":"Bad."}`, "now (Bad.)"},
		"images":  {[]string{"firmware", "list"}, `{"images":[{"id":"i1","model":"M1","version":"1.9","size":7,"key":"k","retired_at":"now"}]}`, "GET /admin/v1/firmware ", "retired"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newCounter(t)
			d.answer = c.answer
			said, err := d.run(t, c.args...)
			require.NoError(t, err)
			require.Equal(t, []string{c.asked}, d.asked)
			require.Contains(t, said, c.shown)
			require.NotContains(t, said, "\x1b")
		})
	}
}

func TestWatchingAnUpgrade(t *testing.T) {
	event := func(state, more string) string {
		return fmt.Sprintf("event: upgrade\ndata: {\"plate\":\"12AB\",\"version\":\"1.9\",\"state\":%q%s}\n\n: still here\n\n", state, more)
	}
	for name, c := range map[string]struct {
		stream string
		exit   int
	}{
		"done":    {event("sending", "") + event("done", `,"ended_at":"now"`), 0},
		"aborted": {event("parked", "") + event("aborted", `,"ended_at":"now"`), cli.ExitFailed},
		"cut off": {event("sending", ""), cli.ExitPending},
	} {
		t.Run(name, func(t *testing.T) {
			d := newCounter(t)
			d.answer = "retry: 2000\n\n" + c.stream
			said, err := d.run(t, "upgrade", "watch", "u1")
			require.Equal(t, c.exit, cli.ExitCode(err), "%v", err)
			require.Equal(t, strings.Count(c.stream, "event:"), strings.Count(said, "\n"))
		})
	}
	again := newCounter(t)
	again.answer = event("sending", `,"updated_at":"1"`) + event("sending", `,"updated_at":"2"`) +
		event("parked", `,"trouble":"silent","detail":"Gone.","attempt":2,"updated_at":"2"`) + event("done", `,"ended_at":"now"`)
	said, err := again.run(t, "upgrade", "watch", "u1")
	require.NoError(t, err)
	require.Equal(t, "12AB 1.9: sending, 0 of 0 packets\n12AB 1.9: parked (silent), attempt 2, 0 of 0 packets. Gone.\n12AB 1.9: done, 0 of 0 packets\n", said)
	d := newCounter(t)
	d.status, d.answer = 404, `{"status":404,"code":"upgrade_unknown","detail":"There is no such upgrade."}`
	_, err = d.run(t, "upgrade", "watch", "u1")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
}

func TestADowngradeIsNamedAsItIsTyped(t *testing.T) {
	d := newCounter(t)
	d.status, d.answer = 409, `{"status":409,"code":"firmware_downgrade","detail":"Newer."}`
	_, err := d.run(t, "upgrade", "start", "12AB", "--image", "i1", "--reason", "Because.")
	require.Equal(t, cli.ExitConflict, cli.ExitCode(err))
	require.ErrorContains(t, err, "--downgrade")
}
