package protocol_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/protocol"
)

func TestValidate(t *testing.T) {
	server := func(change args) args {
		a := args{"host": "mq.example.com", "port": 8883, "username": "12AB", "password": "s3cret"}
		for k, v := range change {
			a[k] = v
		}
		return a
	}
	for name, c := range map[string]struct {
		code  protocol.Code
		args  args
		field string // refused there; accepted when empty
	}{
		"no parameters":                {code: 1},
		"int64":                        {code: 13, args: args{"kmh": int64(20)}},
		"uint8":                        {code: 13, args: args{"kmh": uint8(20)}},
		"integral float":               {code: 13, args: args{"kmh": 20.0}},
		"json number":                  {code: 13, args: args{"kmh": json.Number("20")}},
		"lower bound":                  {code: 39, args: args{"sensitivity": 0}},
		"upper bound":                  {code: 39, args: args{"sensitivity": 99}},
		"optional given":               {code: 53, args: args{"apn": "internet", "username": ""}},
		"nil is absent":                {code: 53, args: args{"apn": "internet", "username": nil}},
		"server":                       {code: 101, args: server(nil)},
		"unknown code":                 {code: 99, field: "code"},
		"a report":                     {code: 2, field: "code"},
		"missing":                      {code: 13, field: "kmh"},
		"nil":                          {code: 13, args: args{"kmh": nil}, field: "kmh"},
		"unknown parameter":            {code: 1, args: args{"speed": 1}, field: "speed"},
		"unknown beside known":         {code: 13, args: args{"kmh": 1, "speed": 1}, field: "speed"},
		"too fast":                     {code: 13, args: args{"kmh": 31}, field: "kmh"},
		"negative":                     {code: 13, args: args{"kmh": -1}, field: "kmh"},
		"wire value for ours":          {code: 13, args: args{"kmh": 2020}, field: "kmh"},
		"fraction":                     {code: 13, args: args{"kmh": 20.5}, field: "kmh"},
		"text for a number":            {code: 13, args: args{"kmh": "20"}, field: "kmh"},
		"bool for a number":            {code: 37, args: args{"lamp": true}, field: "lamp"},
		"beyond int64":                 {code: 13, args: args{"kmh": uint64(1) << 63}, field: "kmh"},
		"sensitivity 100":              {code: 39, args: args{"sensitivity": 100}, field: "sensitivity"},
		"assist 3":                     {code: 49, args: args{"level": 3}, field: "level"},
		"lamp 2":                       {code: 37, args: args{"lamp": 2}, field: "lamp"},
		"no rings":                     {code: 58, args: args{"rings": 0, "on_ms": 1, "off_ms": 1}, field: "rings"},
		"number for a text":            {code: 103, args: args{"plate": 7}, field: "plate"},
		"plate with a wildcard":        {code: 103, args: args{"plate": "a+"}, field: "plate"},
		"plate with a separator":       {code: 103, args: args{"plate": "a:b"}, field: "plate"},
		"plate with a comma":           {code: 33, args: args{"host": "h", "port": 1, "plate": "a,b", "gps_seconds": 1}, field: "plate"},
		"resends without heartbeat":    {code: 33, args: args{"host": "h", "port": 1, "plate": "a", "gps_seconds": 1, "resends": 1}, field: "heartbeat_seconds"},
		"host with a path":             {code: 101, args: server(args{"host": "a/b"}), field: "host"},
		"host with a port":             {code: 101, args: server(args{"host": "a:1"}), field: "host"},
		"empty host":                   {code: 101, args: server(args{"host": ""}), field: "host"},
		"port 0":                       {code: 101, args: server(args{"port": 0}), field: "port"},
		"port 65536":                   {code: 101, args: server(args{"port": 65536}), field: "port"},
		"password that ends the part":  {code: 101, args: server(args{"password": "a:b"}), field: "password"},
		"password that ends the frame": {code: 101, args: server(args{"password": "a}"}), field: "password"},
		"password too long":            {code: 101, args: server(args{"password": strings.Repeat("x", 65)}), field: "password"},
		"user with a blank":            {code: 101, args: server(args{"username": "a b"}), field: "username"},
		"user with a line break":       {code: 101, args: server(args{"username": "a\nb"}), field: "username"},
		"user with an accent":          {code: 101, args: server(args{"username": "josé"}), field: "username"},
		"APN that ends its quotes":     {code: 53, args: args{"apn": `a","b`}, field: "apn"},
		"APN with a backslash":         {code: 53, args: args{"apn": `a\`}, field: "apn"},
		"packet without data":          {code: 67, args: args{"serial": 0}, field: "data"},
		"packet data not base64":       {code: 67, args: args{"serial": 0, "data": "%"}, field: "data"},
	} {
		t.Run(name, func(t *testing.T) {
			command := protocol.Command{Code: c.code, Args: c.args}
			err := command.Validate()
			frame, encodeErr := protocol.Encode(command, protocol.Dialect{})
			require.Equal(t, err, encodeErr)
			if c.field == "" {
				require.NoError(t, err)
				return
			}
			require.Empty(t, frame)
			var bad *protocol.FieldError
			require.ErrorAs(t, err, &bad)
			require.Equal(t, c.field, bad.Field)
			require.Equal(t, c.code, bad.Code)
			require.NotEmpty(t, bad.Reason)
		})
	}
}

func TestNoTextLeavesItsField(t *testing.T) {
	whole := map[protocol.Code]args{}
	for _, c := range commands {
		whole[c.code] = c.args // the last golden has all there is
	}
	texts := 0
	for _, s := range protocol.Catalogue() {
		for _, p := range s.Params {
			if s.Direction != protocol.ToScooter || p.Kind != protocol.Text {
				continue
			}
			texts++
			for _, breaker := range strings.Split("\"|'|\\|{|}|[|]|,|:| |\n|\r|\x00|\x7f|é", "|") {
				typed := maps.Clone(whole[s.Code])
				typed[p.Name] = "a" + breaker + "b"
				var bad *protocol.FieldError
				require.ErrorAs(t, protocol.Command{Code: s.Code, Args: typed}.Validate(), &bad, "%s.%s: %q", s.Name, p.Name, breaker)
				require.Equal(t, p.Name, bad.Field)
			}
		}
	}
	require.Equal(t, 9, texts)
}

func TestErrorsNeverRepeatASecret(t *testing.T) {
	command := protocol.Command{Code: 101, Args: args{"host": "h", "port": 1, "username": "u", "password": "hunter2:"}}
	require.NotContains(t, command.Validate().Error(), "hunter2")
}

// Whatever is typed, either it is refused or the frame says exactly that.
func TestTypedTextStaysInItsField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z:,"{}\\\[\] ]{0,8}`), rapid.StringMatching(`[!-~]{1,20}`))
		d := protocol.Dialect{StrictJSON: rapid.Bool().Draw(t, "strict")}
		command := rapid.SampledFrom([]protocol.Command{
			{Code: 33, Args: args{"host": "h", "port": int64(1), "plate": "p", "gps_seconds": int64(5)}},
			{Code: 53, Args: args{"apn": "a", "username": "u", "password": "p"}},
			{Code: 101, Args: args{"host": "h", "port": int64(1), "username": "u", "password": "p"}},
			{Code: 103, Args: args{"plate": "p"}},
		}).Draw(t, "command")
		want := args{}
		for name, v := range command.Args {
			want[name] = v
			if _, isText := v.(string); isText {
				want[name] = typed.Draw(t, name)
			}
		}
		frame, err := protocol.Encode(protocol.Command{Code: command.Code, Args: want}, d)
		if err != nil {
			return
		}
		got, err := protocol.DecodeCommand(frame, d)
		require.NoError(t, err)
		for name, v := range want {
			if v == "" {
				require.NotContains(t, got.Args, name)
				continue
			}
			require.Equal(t, v, got.Args[name])
		}
	})
}

func TestCommandSurvivesJSON(t *testing.T) {
	for _, c := range commands {
		t.Run(c.frame, func(t *testing.T) {
			data, err := json.Marshal(protocol.Command{Code: c.code, Args: c.args})
			require.NoError(t, err)
			var back protocol.Command
			require.NoError(t, json.Unmarshal(data, &back))
			frame, err := protocol.Encode(back, protocol.Dialect{})
			require.NoError(t, err)
			require.Equal(t, c.frame, string(frame))
		})
	}
}

func TestIntegersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kmh := rapid.Int64Range(0, 30).Draw(t, "kmh")
		frame, err := protocol.Encode(protocol.Command{Code: 13, Args: args{"kmh": kmh}}, protocol.Dialect{})
		require.NoError(t, err)
		c, err := protocol.DecodeCommand(frame, protocol.Dialect{})
		require.NoError(t, err)
		require.Equal(t, kmh, c.Args["kmh"])
	})
}

func TestParamParse(t *testing.T) {
	s, _ := protocol.LookupName("set-speed-limit")
	kmh, ok := s.Param("kmh")
	require.True(t, ok)
	v, err := kmh.Parse("20")
	require.NoError(t, err)
	require.Equal(t, int64(20), v)
	_, err = kmh.Parse("fast")
	require.ErrorContains(t, err, "kmh")

	s, _ = protocol.LookupName("set-plate")
	plate, _ := s.Param("plate")
	v, err = plate.Parse("007")
	require.NoError(t, err)
	require.Equal(t, "007", v)
	_, ok = s.Param("colour")
	require.False(t, ok)
}
