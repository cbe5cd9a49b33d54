package protocol_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/protocol"
)

func TestRedactFrame(t *testing.T) {
	for frame, want := range map[string]string{
		`{"a":33,"u":1.2.3.4,1844,00012,30}`:                   `{"a":33,"u":"***"}`,
		`{"a":36,"i":"12AB","u":"1.2.3.4,1883,us,pw,12AB,30"}`: `{"a":36,"i":"12AB","u":"***"}`,
		`{"a":"36 ","u ":"secret"}`:                            `{"a":"36 ","u ":"***"}`,
		`{"a":36.0,"i":"12AB","u":"secret"}`:                   `{"a":36.0,"i":"12AB","u":"***"}`,
		`{"a":3.6e1,"i":"12AB","u":"secret"}`:                  `{"a":3.6e1,"i":"12AB","u":"***"}`,
		`{ "a" : 53, "z" : AT+QICSGP=15,1,"a","b","c",0}`:      `{ "a" : 53, "z" :"***"}`,
		`{"a":101,"u":h:1:us:pw:}`:                             `{"a":101,"u":"***"}`,
		`{"u":"secret","a":36,"i":"12AB"}`:                     `{"u":"***"}`,
		`{"u":"no code to be seen`:                             `{"u":"***"}`,
		`{"a":36,"i":"12AB","\u0075":"secret"}`:                `{"a":36,"i":"12AB","***"}`,
		`{"\u0061":36,"i":"12AB","u":"secret"}`:                `{"***"}`,
		`{"a":2,"a":101,"u":h:1:us:pw:}`:                       `{"a":2,"a":101,"u":"***"}`,
		`{"a":2,"i":"12AB","s":0,"u":"not its own"}`:           `{"a":2,"i":"12AB","s":0,"u":"***"}`,
		`{"a":17,"u":"unknown code"}`:                          `{"a":17,"u":"***"}`,
		`{"a":67,"u":secret,"d":abc}`:                          `{"a":67,"u":"***"}`,
		`{"a":103,"u":SN:}`:                                    `{"a":103,"u":SN:}`,
		`{"a":103,"u":"SN:"}`:                                  `{"a":103,"u":"SN:"}`,
		`{"a":103,"u":SN:`:                                     `{"a":103,"u":"***"}`,
		`{"a":16,"i":"12AB","z":5}`:                            `{"a":16,"i":"12AB","z":5}`,
		`{"a":16,"i":"12AB","p ":"fast"}`:                      `{"a":16,"i":"12AB","p ":"fast"}`,
		"{\"a\":67,\"x\":1,\"I\":5,\"d\":\x00u:z}}":            `{"a":67,"x":1,"I":5,"d":<5 bytes>}`,
		`{"a":67,"x":1`:                                        `{"a":67,"x":1`,
		"\x00\xffhello":                                        "\x00\xffhello",
		`{"a":1}`:                                              `{"a":1}`,
		``:                                                     ``,
	} {
		t.Run(frame, func(t *testing.T) {
			payload := []byte(frame)
			shown := protocol.RedactFrame(payload)
			require.Equal(t, want, string(shown))
			copy(shown, bytes.Repeat([]byte("#"), len(shown)))
			require.Equal(t, frame, string(payload), "the answer is a copy")
		})
	}
}

func TestRedactFrameIsBounded(t *testing.T) {
	long := strings.Repeat("x", protocol.MaxKept)
	for name, frame := range map[string]string{
		"decodable":                   `{"a":78,"i":"12AB","b":"` + long + `"}`,
		"beyond what is decoded":      `{"a":78,"i":"12AB","b":"` + strings.Repeat(long, 8) + `"}`,
		"with a secret":               `{"a":36,"i":"` + long + `","u":"secret"}`,
		"no frame":                    long + "y",
		"a packet with a long header": `{"a":67,"x":` + long + `,"d":abc}`,
	} {
		t.Run(name, func(t *testing.T) {
			shown := string(protocol.RedactFrame([]byte(frame)))
			require.LessOrEqual(t, len(shown), protocol.MaxKept)
			require.Greater(t, len(shown), protocol.MaxKept-40)
			require.Contains(t, shown, " bytes")
			require.True(t, strings.HasPrefix(shown, frame[:100]))
			require.NotContains(t, shown, "secret")
		})
	}
	exact := []byte(long)
	require.Equal(t, exact, protocol.RedactFrame(exact))
}

// However a box or a bad line mangles a frame behind the key, the secret is not
// shown.
func TestNoManglingShowsASecret(t *testing.T) {
	blanks := rapid.SampledFrom([]string{"", "", " ", "\r\n", "\t ", "\x00", "\xff "})
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9]{8,20}`).Draw(t, "secret")
		blank := func() string { return blanks.Draw(t, "blank") }
		code := rapid.SampledFrom([]string{"33", "36", `"36"`, "53", "101", "36.0", "3.6e1", "17", ""}).Draw(t, "code")
		letter := rapid.SampledFrom([]string{"u", "z", `\u0075`, `\u007A`, `\u007a`}).Draw(t, "key")
		key := `"` + blank() + letter + blank() + `"` + blank() + ":"
		value := blank() + rapid.SampledFrom([]string{"", `"`}).Draw(t, "quote") + "1.2.3.4:1883:bob:" + secret + ":"
		head := "{" + blank() + `"a"` + blank() + ":" + blank() + code + blank() + "," + blank()
		if rapid.Bool().Draw(t, "code last") {
			head, value = "{", value+`","i":"12AB","a":`+code
		}
		frame := head + key + value + rapid.SampledFrom([]string{"}", `"}`, "", "}}", "\xff"}).Draw(t, "end")
		require.NotContains(t, string(protocol.RedactFrame([]byte(frame))), secret, "%q", frame)
	})
}

func TestFrameText(t *testing.T) {
	for frame, want := range map[string]string{
		`{"a":1}`:                  `{"a":1}`,
		`{"i":"ÑU 7"}`:             `{"i":"ÑU 7"}`,
		"\x00\xff{\n\u200b\ufffd}": `\x00\xff{\x0a\xe2\x80\x8b` + "\ufffd}",
		``:                         ``,
	} {
		require.Equal(t, want, protocol.FrameText([]byte(frame)))
	}
}

func TestSecretsOfEveryMessageAreRedacted(t *testing.T) {
	for _, c := range commands {
		s, _ := protocol.Lookup(c.code)
		command := protocol.Command{Code: c.code, Args: c.args}
		for _, d := range []protocol.Dialect{{}, {StrictJSON: true}} {
			frame, err := protocol.Encode(command, d)
			require.NoError(t, err)
			shown := string(protocol.RedactFrame(frame))
			if !s.HasSecrets() && c.code != protocol.SendPacket {
				require.Equal(t, string(frame), shown)
			}
			for _, p := range s.Params {
				if v, given := c.args[p.Name]; given && p.Secret {
					require.NotContains(t, shown, fmt.Sprint(v), "%s.%s", s.Name, p.Name)
					require.Equal(t, protocol.Hidden, command.Redacted().Args[p.Name])
					require.Equal(t, v, command.Args[p.Name], "the command itself stays")
				}
			}
		}
	}
}

func TestReportsAreKeptAsTheyCame(t *testing.T) {
	for _, c := range frames() {
		if c.code == protocol.ServerReport || strings.Contains(c.frame, `\u00`) {
			continue
		}
		require.Equal(t, c.frame, string(protocol.RedactFrame([]byte(c.frame))))
	}
}

// What is hidden by the name of its key covers the catalogue's secrets.
func TestSecretsHaveKnownKeys(t *testing.T) {
	for _, s := range protocol.Catalogue() {
		for _, p := range s.Params {
			if p.Secret {
				require.Contains(t, []string{"u", "z"}, p.Key, s.Name)
			}
		}
	}
}

func TestAMisspeltSecretIsRedacted(t *testing.T) {
	c := protocol.Command{Code: protocol.SetServer, Args: args{"port": 1, "pasword": "hunter2"}}
	require.Equal(t, args{"port": 1, "pasword": protocol.Hidden}, c.Redacted().Args)
}

func TestRedactedMessage(t *testing.T) {
	m := decoded(t, `{"a":36,"i":"12AB","u":"1.2.3.4,1883,us,pw,12AB,30","x":"also"}`)
	require.Equal(t, vals{"host": "***", "port": int64(1883), "username": "***", "password": "***", "plate": "12AB", "gps_seconds": int64(30)},
		m.Redacted().Values())
	require.Equal(t, map[string]string{"x": "***"}, m.Redacted().Extra())
	require.Equal(t, "pw", m.Values()["password"])

	for _, frame := range []string{`{"a":17,"i":"12AB","u":"secret","x":1}`, `{"a":57,"i":"12AB","z":"secret","x":1}`} {
		stranger := decoded(t, frame)
		require.NotContains(t, fmt.Sprint(stranger.Redacted().Extra()), "secret")
		require.Equal(t, "1", stranger.Redacted().Extra()["x"])
		require.Contains(t, fmt.Sprint(stranger.Extra()), "secret", "the message itself stays")
	}
	harmless := decoded(t, `{"a":2,"i":"12AB","s":0}`)
	require.Equal(t, harmless, harmless.Redacted())
}
