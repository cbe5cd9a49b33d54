package credential_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/credential"
)

func TestCheck(t *testing.T) {
	const fine = "Abc12345"
	for _, username := range []string{"12AB", "860000000000001", "box-x.y_z", strings.Repeat("a", 64)} {
		require.NoError(t, credential.Check(username, fine), username)
	}
	for _, username := range []string{"", "a b", "a:b", "a/b", "ñ", "a+b", "#", "a\n", strings.Repeat("a", 65)} {
		require.ErrorIs(t, credential.Check(username, fine), credential.ErrUsername, "%q", username)
	}
	for _, password := range []string{fine, "!#$%&()*+-./09;<=>?@AZ[]^_`az|~", strings.Repeat("x", 64)} {
		require.NoError(t, credential.Check("u", password), password)
	}
	for _, password := range []string{
		"", "short12", strings.Repeat("x", 65), "with blank", "comma,comma", "colon:colon", `quote"quote`, "quote'quote",
		"brace{brace", "brace}brace", `back\slash`, "accentó12", "line\nbreak",
	} {
		require.ErrorIs(t, credential.Check("u", password), credential.ErrPassword, "%q", password)
	}
}

func TestWhatIsMadeIsFine(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		username, password := credential.NewUsername(), credential.NewPassword()
		require.NoError(t, credential.Check(username, password))
		require.False(t, seen[username] || seen[password])
		seen[username], seen[password] = true, true
	}
	require.Equal(t, "12AB", credential.BootstrapUsername("12AB"))
	require.NoError(t, credential.Check(credential.BootstrapUsername("12 AB ñ"), "12345678"))
}

func TestDigest(t *testing.T) {
	require.Len(t, credential.Digest("x"), 32)
	require.NotEqual(t, credential.Digest("x"), credential.Digest("y"))
	require.Equal(t, credential.Digest("x"), credential.Digest(string([]byte{'x'})))
}
