package cli_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"rodada/internal/cli"
)

// What a scooter says must not reach the terminal as anything but text.
func TestAnswersCannotSteerTheTerminal(t *testing.T) {
	d := newDesk(t)
	d.answer = `{"id":"c1","plate":"12AB","name":"query-log","outcome":"done","attempts":1,
		"ack":{"meaning":"an\u0007swered","values":{"log_b":"\u001b[2J\u0007gone","log_c":"a\u202eb\u009bc","log\u001bd":[ "\u001b" ],"ñ":"señal 电"}},
		"sends":[{"sent":"{\"a\":77}","received":"{\"b\":\"\u001b]0;owned\u0007\"}","took_ms":1}]}`
	out, err := d.types("12AB", "query-log")
	require.NoError(t, err)
	require.Equal(t, -1, strings.IndexFunc(out, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }), "%q", out)
	require.Contains(t, out, `\x1b[2J\agone`)
	require.Contains(t, out, `a\u202eb\u009bc`)
	require.Contains(t, out, "señal 电")

	d.status, d.answer = 422, `{"status":422,"code":"command_refused","detail":"No.\u001b[31m","meaning":"\u0007","device_status":1}`
	_, err = d.types("12AB", "resume")
	require.Equal(t, cli.ExitRefused, cli.ExitCode(err))
	require.Equal(t, `No.\x1b[31m It says: \a (status 1).`, err.Error())
}

func TestNumbersAsPeopleReadThem(t *testing.T) {
	d := newDesk(t)
	d.answer = `{"plate":"12AB","name":"query-version","outcome":"done","attempts":1,"sends":[{"sent":"{}","took_ms":0.043}],
		"ack":{"meaning":"answered","values":{"time":1.795444891e+09,"voltage":37.5,"serial":-2}}}`
	out, err := d.types("12AB", "query-version")
	require.NoError(t, err)
	require.Regexp(t, `time +1795444891\n`, out)
	require.Regexp(t, `voltage +37\.5\n`, out)
	require.Regexp(t, `serial +-2\n`, out)
	require.Regexp(t, `took +0\.043 ms\n`, out)
}

func TestALockNamesTheRideThatItMeets(t *testing.T) {
	d := newDesk(t)
	d.answer = `{"plate":"12AB","name":"power-off","outcome":"done","attempts":1,"ride":"end","rental_id":"r1"}`
	out, err := d.types("12AB", "power-off", "--reason", "A complaint.")
	require.NoError(t, err)
	require.Equal(t, "12AB power-off: done\n  rental  r1\n  ride    end\n", out)

	for name, effect := range map[string]string{"power-off": "end", "pause": "pause", "lock-motor": "pause"} {
		out, err = d.types("help", name)
		require.NoError(t, err)
		require.Contains(t, out, "--ride to the ride, left out: "+effect)
	}
}
