package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// Both sides of the comparison do the same work: sampleOf refuses frames that differ.
func TestCodecIsComparedWithItsEqual(t *testing.T) {
	compared := 0
	for _, s := range protocol.Catalogue() {
		m, err := sampleOf(s)
		require.NoError(t, err, s.Name)
		require.NoError(t, m.encode())
		require.NoError(t, m.decode())
		if m.encodeJSON == nil {
			continue
		}
		compared++
		require.NoError(t, m.encodeJSON())
		require.NoError(t, m.decodeJSON())
	}
	require.Equal(t, len(protocol.Catalogue())-1, compared, "all but the firmware packet")
}
