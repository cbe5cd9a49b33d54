package protocol_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

func TestDecode(t *testing.T) {
	for _, c := range frames() {
		t.Run(c.name, func(t *testing.T) {
			m, err := protocol.Decode([]byte(c.frame))
			if c.reason != "" {
				var bad *protocol.DecodeError
				require.ErrorAs(t, err, &bad)
				require.Equal(t, protocol.DecodeError{Code: c.code, Field: c.field, Reason: c.reason}, *bad)
				require.Zero(t, m)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.code, m.Code)
			plate := "12AB"
			if c.plate != "" {
				plate = c.plate
			}
			require.Equal(t, plate, m.Plate)
			require.Equal(t, c.values, m.Values())
			require.Equal(t, c.extra, m.Extra())
			at, ok := m.Int("time")
			require.Equal(t, ok, m.HasTime)
			require.Equal(t, at, m.Time)
		})
	}
}

func TestEveryReportOfTheSeedIsInTheTable(t *testing.T) {
	seen := map[protocol.Code]bool{}
	for _, c := range valid {
		seen[c.code] = true
	}
	for _, s := range protocol.Catalogue() {
		if s.Direction == protocol.FromScooter {
			require.True(t, seen[s.Code], "no frame for %d %s", s.Code, s.Name)
		}
	}
}

func TestEncodeMessageGivesTheSeedsBytes(t *testing.T) {
	for _, c := range frames() {
		if !c.clean {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			m, err := protocol.Decode([]byte(c.frame))
			require.NoError(t, err)
			again, err := protocol.EncodeMessage(m)
			require.NoError(t, err)
			require.Equal(t, c.frame, string(again))

			built, err := protocol.NewMessage(c.code, "12AB", c.values)
			require.NoError(t, err)
			require.Equal(t, m, built)
		})
	}
}

func TestMessageSurvivesJSON(t *testing.T) {
	for _, c := range append(valid, dirty...) {
		t.Run(c.name, func(t *testing.T) {
			m, err := protocol.Decode([]byte(c.frame))
			require.NoError(t, err)
			data, err := json.Marshal(m)
			require.NoError(t, err)
			var back protocol.Message
			require.NoError(t, json.Unmarshal(data, &back))
			require.Equal(t, m.Plate, back.Plate)
			require.Equal(t, m.Time, back.Time)
			require.Equal(t, m.Values(), back.Values())
			require.Equal(t, m.Extra(), back.Extra())
		})
	}
}

func TestDecodeBoundsWhatItTakes(t *testing.T) {
	refused := func(t *testing.T, frame string, want protocol.Reason) {
		t.Helper()
		_, err := protocol.Decode([]byte(frame))
		var bad *protocol.DecodeError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, want, bad.Reason)
	}
	t.Run("size", func(t *testing.T) {
		frame := `{"a":78,"i":"12AB","b":"` + strings.Repeat("x", protocol.MaxPayload) + `"}`
		refused(t, frame, protocol.ReasonTooLarge)
	})
	t.Run("fields", func(t *testing.T) {
		var b strings.Builder
		b.WriteString(`{"a":2,"i":"12AB"`)
		for i := range 40 {
			fmt.Fprintf(&b, `,"k%d":1`, i)
		}
		refused(t, b.String()+"}", protocol.ReasonTooManyFields)
	})
	t.Run("depth", func(t *testing.T) {
		refused(t, `{"a":`+strings.Repeat("[", protocol.MaxPayload-8), protocol.ReasonNested)
	})
	t.Run("a long key is cut in the error", func(t *testing.T) {
		key := strings.Repeat("k", 4000)
		_, err := protocol.Decode([]byte(`{"a":2,"` + key + `":1,"` + key + `":1}`))
		require.ErrorContains(t, err, "duplicate")
		require.Less(t, len(err.Error()), 200)
	})
}

func TestDecodeKeepsNothingOfThePayload(t *testing.T) {
	payload := []byte(`{"a":22,"i":"12AB","h":"V1","f":"3"}`)
	m, err := protocol.Decode(payload)
	require.NoError(t, err)
	copy(payload, bytes.Repeat([]byte("#"), len(payload)))
	require.Equal(t, "12AB", m.Plate)
	require.Equal(t, vals{"hardware": "V1", "firmware": "3"}, m.Values())
}

func TestEncodeMessageIsBoundedToo(t *testing.T) {
	m := decoded(t, `{"a":78,"i":"12AB","b":"`+strings.Repeat(`\n`, protocol.MaxPayload/3)+`"}`)
	_, err := protocol.EncodeMessage(m) // writes six bytes for each of these
	var bad *protocol.FieldError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "frame", bad.Field)
}

func TestNewMessageRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		code   protocol.Code
		plate  string
		values vals
		field  string
	}{
		"a command":       {code: protocol.PowerOn, plate: "12AB", field: "code"},
		"an unknown code": {code: 99, plate: "12AB", field: "code"},
		"a bad plate":     {code: protocol.PowerOnAck, plate: "a/b", field: "i"},
		"a wrong type":    {code: protocol.PowerOnAck, plate: "12AB", values: vals{"status": "0"}, field: "status"},
		"an unknown name": {code: protocol.PowerOnAck, plate: "12AB", values: vals{"status": 0, "colour": 1}, field: "colour"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := protocol.NewMessage(c.code, c.plate, c.values)
			var bad *protocol.FieldError
			require.ErrorAs(t, err, &bad)
			require.Equal(t, c.field, bad.Field)
		})
	}
}
