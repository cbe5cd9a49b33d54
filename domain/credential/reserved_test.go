package credential_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/credential"
)

func TestNamesOfTheBackend(t *testing.T) {
	for _, name := range []string{"rodada", "rodada-accounts", "Rodada-bridge", "RODADA7", "backend", "Backend", "bridge-1"} {
		require.ErrorIs(t, credential.CheckFree(name, "backend", "", "bridge-1"), credential.ErrReserved, name)
	}
	for _, name := range []string{"12AB", "", "backend-2", "rod", "la-rodada"} {
		require.NoError(t, credential.CheckFree(name, "backend", ""), name)
	}
}
