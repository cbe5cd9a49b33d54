package protocol_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

func TestRedact(t *testing.T) {
	for frame, want := range map[string]string{
		`{"a":33,"u":1.2.3.4,1844,00012,30}`:                   `{"a":33,"u":"***"}`,
		`{"a":36,"i":"12AB","u":"1.2.3.4,1883,us,pw,12AB,30"}`: `{"a":36,"i":"12AB","u":"***"}`,
		`{"a":"36 ","u ":"secret"}`:                            `{"a":"36 ","u ":"***"}`,
		`{ "a" : 53, "z" : AT+QICSGP=15,1,"a","b","c",0}`:      `{ "a" : 53, "z" :"***"}`,
		`{"a":101,"u":h:1:us:pw:}`:                             `{"a":101,"u":"***"}`,
		`{"u":"secret","a":36,"i":"12AB"}`:                     `{"u":"***"}`,
		`{"u":"no code to be seen`:                             `{"u":"***"}`,
		`{"a":2,"a":101,"u":h:1:us:pw:}`:                       `{"a":2,"a":101,"u":"***"}`,
		`{"a":17,"u":"unknown code"}`:                          `{"a":17,"u":"***"}`,
		`{"a":103,"u":SN:}`:                                    `{"a":103,"u":SN:}`,
		`{"a":16,"i":"12AB","z":5}`:                            `{"a":16,"i":"12AB","z":5}`,
		`{"a":1}`:                                              `{"a":1}`,
		``:                                                     ``,
	} {
		payload := []byte(frame)
		require.Equal(t, want, string(protocol.Redact(payload)))
		require.Equal(t, frame, string(payload), "the payload itself stays")
	}
}

func TestSecretsOfEveryMessageAreRedacted(t *testing.T) {
	for _, c := range commands {
		s, _ := protocol.Lookup(c.code)
		command := protocol.Command{Code: c.code, Args: c.args}
		frame, err := protocol.Encode(command, protocol.Dialect{})
		require.NoError(t, err)
		shown := string(protocol.Redact(frame))
		for _, p := range s.Params {
			if v, given := c.args[p.Name]; given && p.Secret {
				require.NotContains(t, shown, fmt.Sprint(v), "%s.%s", s.Name, p.Name)
				require.Equal(t, protocol.Hidden, command.Redacted().Args[p.Name])
				require.Equal(t, v, command.Args[p.Name], "the command itself stays")
			}
		}
	}
}

func TestRedactedMessage(t *testing.T) {
	m := decoded(t, `{"a":36,"i":"12AB","u":"1.2.3.4,1883,us,pw,12AB,30","x":"also"}`)
	require.Equal(t, vals{"host": "***", "port": "1883", "username": "***", "password": "***", "plate": "12AB", "gps_seconds": "30"},
		m.Redacted().Values())
	require.Equal(t, map[string]string{"x": "***"}, m.Redacted().Extra())
	require.Equal(t, "pw", m.Values()["password"])

	harmless := decoded(t, `{"a":2,"i":"12AB","s":0}`)
	require.Equal(t, harmless, harmless.Redacted())
}
