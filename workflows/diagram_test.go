package workflows_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
)

var arrow = regexp.MustCompile(`(?m)^ +(\S+) --> ([^\s:]+)`)

// The diagram in rental.md and the states of the domain say the same.
func TestDiagram(t *testing.T) {
	text, err := os.ReadFile("rental.md")
	require.NoError(t, err)

	drawn := map[rental.State][]rental.State{}
	var first, final []rental.State
	for _, m := range arrow.FindAllStringSubmatch(string(text), -1) {
		from, to := rental.State(m[1]), rental.State(m[2])
		switch {
		case from == "[*]":
			first = append(first, to)
		case to == "[*]":
			final = append(final, from)
		default:
			drawn[from] = append(drawn[from], to)
		}
	}
	require.ElementsMatch(t, []rental.State{rental.Reserved, rental.Unlocking}, first)
	for _, state := range rental.States() {
		require.ElementsMatch(t, state.Next(), drawn[state], "arrows from %s", state)
		require.Equal(t, state.Final(), contains(final, state), "%s is final", state)
		delete(drawn, state)
		require.Contains(t, string(text), "| `"+string(state)+"` |")
	}
	require.Empty(t, drawn, "states that the domain does not have")
}

func contains(states []rental.State, s rental.State) bool {
	for _, state := range states {
		if state == s {
			return true
		}
	}
	return false
}
