package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

type args = protocol.Args

// commands are the goldens: every WR message byte for byte as the seed writes
// it, less the blanks of its layout. strict is the frame in a StrictJSON
// dialect where it differs.
var commands = []struct {
	code   protocol.Code
	args   args
	frame  string
	strict string
}{
	{code: 1, frame: `{"a":1}`},
	{code: 3, frame: `{"a":3}`},
	{code: 5, frame: `{"a":5}`},
	{code: 7, frame: `{"a":7}`},
	{code: 9, frame: `{"a":9}`},
	{code: 11, frame: `{"a":11}`},
	{code: 13, args: args{"kmh": 20}, frame: `{"a":13,"k":2020}`},
	{code: 13, args: args{"kmh": 0}, frame: `{"a":13,"k":2000}`},
	{code: 13, args: args{"kmh": 30}, frame: `{"a":13,"k":2030}`},
	{code: 15, frame: `{"a":15}`},
	{code: 18, frame: `{"a":18}`},
	{code: 20, frame: `{"a":20}`},
	{code: 21, frame: `{"a":21}`},
	{code: 23, args: args{"packets": 50}, frame: `{"a":23,"l":50}`},
	{code: 24, frame: `{"a":24}`},
	{code: 28, frame: `{"a":28}`},
	{code: 33, args: args{"host": "123.456.789.123", "port": 1234, "plate": "000003", "gps_seconds": 45},
		frame:  `{"a":33,"u":123.456.789.123,1234,000003,45}`,
		strict: `{"a":33,"u":"123.456.789.123,1234,000003,45"}`},
	{code: 33, args: args{"host": "18.180.156.177", "port": 1844, "plate": "00012", "gps_seconds": 30, "heartbeat_seconds": 10, "resends": 3},
		frame:  `{"a":33,"u":18.180.156.177,1844,00012,30,10,3}`,
		strict: `{"a":33,"u":"18.180.156.177,1844,00012,30,10,3"}`},
	{code: 35, frame: `{"a":35}`},
	{code: 37, args: args{"lamp": 0}, frame: `{"a":37,"d":0}`},
	{code: 39, args: args{"sensitivity": 10}, frame: `{"a":39,"v":10}`},
	{code: 41, args: args{"unit": 1}, frame: `{"a":41,"f":1}`},
	{code: 43, args: args{"mode": 0}, frame: `{"a":43,"j":0}`},
	{code: 49, args: args{"level": 2}, frame: `{"a":49,"k":2}`},
	{code: 53, args: args{"apn": "123", "username": "456", "password": "789"},
		frame:  `{"a":53,"z":AT+QICSGP=15,1,"123","456","789",0}`,
		strict: `{"a":53,"z":"AT+QICSGP=15,1,\"123\",\"456\",\"789\",0"}`},
	{code: 53, args: args{"apn": "123"},
		frame:  `{"a":53,"z":AT+QICSGP=15,1,"123","","",0}`,
		strict: `{"a":53,"z":"AT+QICSGP=15,1,\"123\",\"\",\"\",0"}`},
	{code: 58, args: args{"rings": 5, "on_ms": 100, "off_ms": 200}, frame: `{"a":58,"v":5,"i":100,"L":200}`},
	{code: 60, frame: `{"a":60}`},
	{code: 62, frame: `{"a":62}`},
	{code: 67, args: args{"serial": 55, "data": []byte("}\x00\"")}, frame: "{\"a\":67,\"x\":55,\"I\":3,\"d\":}\x00\"}"},
	{code: 71, frame: `{"a":71}`},
	{code: 73, frame: `{"a":73}`},
	{code: 75, frame: `{"a":75}`},
	{code: 77, frame: `{"a":77}`},
	{code: 83, frame: `{"a":83}`},
	{code: 93, frame: `{"a":93}`},
	{code: 97, frame: `{"a":97}`},
	{code: 101, args: args{"host": "18.180.156.177", "port": 1883, "username": "username", "password": "password"},
		frame:  `{"a":101,"u":18.180.156.177:1883:username:password:}`,
		strict: `{"a":101,"u":"18.180.156.177:1883:username:password:"}`},
	{code: 103, args: args{"plate": "SN_Number"},
		frame:  `{"a":103,"u":SN_Number:}`,
		strict: `{"a":103,"u":"SN_Number:"}`},
	{code: 105, frame: `{"a":105}`},
	{code: 107, frame: `{"a":107}`},
}

func TestEncode(t *testing.T) {
	seen := map[protocol.Code]bool{}
	for _, c := range commands {
		seen[c.code] = true
		t.Run(c.frame, func(t *testing.T) {
			command := protocol.Command{Code: c.code, Args: c.args}
			got, err := protocol.Encode(command, protocol.Dialect{})
			require.NoError(t, err)
			require.Equal(t, c.frame, string(got))

			strict := c.strict
			if strict == "" {
				strict = c.frame
			}
			got, err = protocol.Encode(command, protocol.Dialect{StrictJSON: true})
			require.NoError(t, err)
			require.Equal(t, strict, string(got))
			if c.code != protocol.SendPacket {
				require.True(t, json.Valid(got))
			}
		})
	}
	for _, s := range protocol.Catalogue() {
		if s.Direction == protocol.ToScooter {
			require.True(t, seen[s.Code], "no golden for %d %s", s.Code, s.Name)
		}
	}
}

func TestDecodeCommandReadsWhatEncodeWrites(t *testing.T) {
	for _, c := range commands {
		t.Run(c.frame, func(t *testing.T) {
			for _, d := range []protocol.Dialect{{}, {StrictJSON: true}, {LowercaseLength: true}} {
				command := protocol.Command{Code: c.code, Args: c.args}
				frame, err := protocol.Encode(command, d)
				require.NoError(t, err)
				got, err := protocol.DecodeCommand(frame, d)
				require.NoError(t, err)
				require.NoError(t, got.Validate())
				again, err := protocol.Encode(got, d)
				require.NoError(t, err)
				require.Equal(t, string(frame), string(again))
			}
		})
	}
}

func TestEncodePacket(t *testing.T) {
	full := make([]byte, protocol.MaxPacket)
	for i := range full {
		full[i] = byte(i)
	}
	frame, err := protocol.EncodePacket(0, full, protocol.Dialect{LowercaseLength: true})
	require.NoError(t, err)
	require.Equal(t, `{"a":67,"x":0,"l":1024,"d":`+string(full)+`}`, string(frame))

	c, err := protocol.DecodeCommand(frame, protocol.Dialect{LowercaseLength: true})
	require.NoError(t, err)
	require.Equal(t, args{"serial": int64(0), "length": int64(1024), "data": full}, c.Args)

	_, err = protocol.DecodeCommand(frame, protocol.Dialect{})
	require.ErrorContains(t, err, `"I"`)
	_, err = protocol.EncodePacket(0, make([]byte, protocol.MaxPacket+1), protocol.Dialect{})
	require.ErrorContains(t, err, "1024")
	_, err = protocol.EncodePacket(0, nil, protocol.Dialect{})
	require.Error(t, err)
	_, err = protocol.EncodePacket(-1, full, protocol.Dialect{})
	require.Error(t, err)
	_, err = protocol.Encode(protocol.Command{Code: 67, Args: args{"serial": 1, "length": 5, "data": full}}, protocol.Dialect{})
	require.ErrorContains(t, err, "length")
}

func TestDecodeCommandRefuses(t *testing.T) {
	for name, c := range map[string]struct{ frame, field string }{
		"nothing":                       {``, ""},
		"no code":                       {`{"k":2020}`, ""},
		"unknown code":                  {`{"a":99}`, "a"},
		"a report":                      {`{"a":2,"i":"12AB"}`, "a"},
		"huge code":                     {`{"a":99999999999999999999}`, ""},
		"word for a number":             {`{"a":13,"k":"fast"}`, "k"},
		"cut off":                       {`{"a":13,"k":2020`, ""},
		"line cut off":                  {`{"a":101,"u":h:1:u:p:`, "u"},
		"line without its frame":        {`{"a":53,"z":"123"}`, "z"},
		"line with too many parts":      {`{"a":101,"u":h:1:u:p:q:}`, "u"},
		"line with a word for a port":   {`{"a":101,"u":h:x:u:p:}`, "u"},
		"APN without quotes":            {`{"a":53,"z":AT+QICSGP=15,1,a,"b","c",0}`, "z"},
		"packet shorter than it says":   {`{"a":67,"x":0,"I":9,"d":abc}`, "I"},
		"packet longer than it says":    {`{"a":67,"x":0,"I":1,"d":abc}`, "I"},
		"packet without its end":        {`{"a":67,"x":0,"I":3,"d":abc`, "d"},
		"packet without a serial":       {`{"a":67,"I":3,"d":abc}`, "x"},
		"packet with negative a serial": {`{"a":67,"x":-1,"I":3,"d":abc}`, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := protocol.DecodeCommand([]byte(c.frame), protocol.Dialect{})
			var bad *protocol.DecodeError
			require.ErrorAs(t, err, &bad)
			require.Equal(t, c.field, bad.Field)
		})
	}
}

func TestDecodeCommandTakesTheSeedsBlanks(t *testing.T) {
	c, err := protocol.DecodeCommand([]byte(`{ "a": 101, "u":18.180.156.177: 1883:username :password: }`), protocol.Dialect{})
	require.NoError(t, err)
	require.Equal(t, args{"host": "18.180.156.177", "port": int64(1883), "username": "username", "password": "password"}, c.Args)
}
