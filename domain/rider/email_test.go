package rider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
)

func TestParseEmail(t *testing.T) {
	for _, good := range []string{"ana@example.com", "Ana.Ruiz+scooter@sub.example.es", "ñandú@example.com"} {
		got, err := rider.ParseEmail(" " + good + " ")
		require.NoError(t, err, good)
		require.Equal(t, good, got)
	}
	for _, bad := range []string{
		"", "ana", "ana@", "@example.com", "Ana <ana@example.com>", "ana@example.com, eva@example.com", `"a b"@example.com`,
		"ana@exa mple.com", strings.Repeat("a", 250) + "@example.com", "ana@example.com\nBcc: eva@example.com",
	} {
		_, err := rider.ParseEmail(bad)
		require.ErrorIs(t, err, rider.ErrEmailInvalid, bad)
	}
}
