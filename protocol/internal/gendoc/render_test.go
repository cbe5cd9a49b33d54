package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

func TestTheDocumentIsFresh(t *testing.T) {
	written, err := os.ReadFile("../../../docs/protocol.md")
	require.NoError(t, err)
	require.Equal(t, render(), string(written), "run: go generate ./protocol")
}

func TestTheDocumentNamesEveryMessage(t *testing.T) {
	text := render()
	for _, s := range protocol.Catalogue() {
		require.Contains(t, text, fmt.Sprintf("| %d | `%s` | %s", s.Code, s.Name, s.Title))
		for _, p := range s.Params {
			require.Contains(t, text, p.Name)
		}
	}
}
