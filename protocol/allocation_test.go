package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// What a fleet sends all day costs no more than it must: the bytes of a frame,
// or a copy of them that all texts share and the fields.
func TestAllocations(t *testing.T) {
	const runs = 100
	for _, c := range valid {
		payload := []byte(c.frame)
		m, err := protocol.Decode(payload)
		require.NoError(t, err)
		require.InDelta(t, 2, testing.AllocsPerRun(runs, func() { _, _ = protocol.Decode(payload) }), 0, c.name)
		require.InDelta(t, 1, testing.AllocsPerRun(runs, func() { _, _ = protocol.EncodeMessage(m) }), 0, c.name)
	}
	for _, c := range commands {
		command := protocol.Command{Code: c.code, Args: c.args}
		require.InDelta(t, 1, testing.AllocsPerRun(runs, func() { _, _ = protocol.Encode(command, protocol.Dialect{}) }), 0, c.frame)
	}
}
