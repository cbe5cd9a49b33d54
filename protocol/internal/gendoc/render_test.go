package main

import (
	"fmt"
	"os"
	"strings"
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
		require.Equal(t, 1, strings.Count(text, fmt.Sprintf("| %d | `%s` | `{\"a\":%d", s.Code, s.Name, s.Code)), s.Name)
		require.Contains(t, text, s.Title)
		require.Contains(t, text, s.Section)
		require.Contains(t, text, s.Doc)
		for _, p := range s.Params {
			if s.Direction == protocol.ToScooter {
				require.Contains(t, text, fmt.Sprintf("| %d | `%s` | `%s` | `%s` |", s.Code, s.Name, p.Key, p.Name))
			}
		}
	}
}

func TestEveryPreconditionHasWords(t *testing.T) {
	for _, s := range protocol.Catalogue() {
		for _, p := range s.Preconditions {
			require.NotEmpty(t, preconditions[p], p)
			require.Contains(t, rules(s), preconditions[p])
		}
	}
}

func TestRowsStayRows(t *testing.T) {
	columns := 0
	for line := range strings.Lines(render()) {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
		if columns == 0 {
			columns = n
		}
		require.Equal(t, columns, n, line)
	}
}
