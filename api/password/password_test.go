package password_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api/password"
)

func TestHashMatchesItsPasswordOnly(t *testing.T) {
	h := password.New(1)
	phc, err := h.Hash(t.Context(), "correct horse battery")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$"), phc)

	same, err := h.Matches(t.Context(), "correct horse battery", phc)
	require.NoError(t, err)
	require.True(t, same)

	same, err = h.Matches(t.Context(), "correct horse batterz", phc)
	require.NoError(t, err)
	require.False(t, same)
}

func TestTwoHashesOfOnePasswordDiffer(t *testing.T) {
	h := password.New(1)
	one, err := h.Hash(t.Context(), "correct horse battery")
	require.NoError(t, err)
	two, err := h.Hash(t.Context(), "correct horse battery")
	require.NoError(t, err)
	require.NotEqual(t, one, two)
}

func TestMatchesReadsForeignParameters(t *testing.T) {
	// From the reference implementation: argon2 -id -t 2 -k 256 -p 1, salt "somesalt", password "password".
	const phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	same, err := password.New(1).Matches(t.Context(), "password", phc)
	require.NoError(t, err)
	require.True(t, same)
}

func TestNobodyHasTheEmptyHash(t *testing.T) {
	same, err := password.New(1).Matches(t.Context(), "", "")
	require.NoError(t, err)
	require.False(t, same)
}

func TestMatchesRefusesWhatIsNoHash(t *testing.T) {
	for name, phc := range map[string]string{
		"plain text":     "secret",
		"other function": "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"other version":  "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"greedy":         "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"no passes":      "$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"salt not coded": "$argon2id$v=19$m=256,t=2,p=1$***$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"no key":         "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
	} {
		t.Run(name, func(t *testing.T) {
			same, err := password.New(1).Matches(t.Context(), "password", phc)
			require.Error(t, err)
			require.False(t, same)
		})
	}
}

func TestATurnThatDoesNotComeIsAFault(t *testing.T) {
	h := password.New(1)
	hold := h.Occupy(t)
	defer hold()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Hash(ctx, "correct horse battery")
	require.ErrorIs(t, err, password.ErrBusy)
	_, err = h.Matches(ctx, "correct horse battery", "")
	require.ErrorIs(t, err, password.ErrBusy)
}
