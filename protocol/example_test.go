package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// The examples of the catalogue make whole frames.
func TestExamples(t *testing.T) {
	for _, s := range protocol.Catalogue() {
		t.Run(s.Name, func(t *testing.T) {
			frame, err := s.Example()
			require.NoError(t, err)
			if s.Direction == protocol.ToScooter {
				c, err := protocol.DecodeCommand(frame, protocol.Dialect{})
				require.NoError(t, err)
				require.NoError(t, c.Validate())
				require.Len(t, c.Args, len(s.Params))
				return
			}
			m, err := protocol.Decode(frame)
			require.NoError(t, err)
			require.Len(t, m.Values(), len(s.Params))
			require.Nil(t, m.Extra())
		})
	}
	_, err := protocol.Spec{Code: 99}.Example()
	require.Error(t, err)
}
