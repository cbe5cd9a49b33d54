package protocol_test

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// FuzzDecode: whatever a device sends, no panic; what is accepted has a safe
// plate, survives the scooter's encoder and crosses JSON.
func FuzzDecode(f *testing.F) {
	for _, c := range frames() {
		f.Add([]byte(c.frame))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		shown := protocol.RedactFrame(payload)
		require.LessOrEqual(t, len(shown), protocol.MaxKept)
		require.True(t, utf8.ValidString(protocol.FrameText(shown)))
		m, err := protocol.Decode(payload)
		if err != nil {
			var bad *protocol.DecodeError
			require.ErrorAs(t, err, &bad)
			require.Less(t, len(bad.Error()), 300)
			return
		}
		require.NoError(t, protocol.ValidPlate(m.Plate))
		_, _ = m.Fix()
		_, _ = m.Heartbeat()
		_, _ = m.VehicleParameters()
		_, _ = m.Version()
		data, err := json.Marshal(m)
		require.NoError(t, err)
		var back protocol.Message
		require.NoError(t, json.Unmarshal(data, &back))
		if !m.Known() {
			return
		}
		frame, err := protocol.EncodeMessage(m)
		if longer := (*protocol.FieldError)(nil); errors.As(err, &longer) && longer.Field == "frame" {
			return // what the scooter had not escaped, we escape
		}
		require.NoError(t, err)
		again, err := protocol.Decode(frame)
		require.NoError(t, err, "%s", frame)
		require.Equal(t, m.Values(), again.Values())
	})
}

// FuzzDecodeCommand: what is understood and valid is sent again as the same
// command.
func FuzzDecodeCommand(f *testing.F) {
	for _, c := range commands {
		f.Add([]byte(c.frame))
		if c.strict != "" {
			f.Add([]byte(c.strict))
		}
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := protocol.DecodeCommand(payload, protocol.Dialect{})
		if err != nil || c.Validate() != nil {
			return
		}
		frame, err := protocol.Encode(c, protocol.Dialect{})
		require.NoError(t, err)
		again, err := protocol.DecodeCommand(frame, protocol.Dialect{})
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
