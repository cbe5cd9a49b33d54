package seal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/seal"
)

func keys(t *testing.T, names ...string) (seal.Keys, []string) {
	t.Helper()
	var list []string
	for _, name := range names {
		list = append(list, seal.NewKey(name))
	}
	k, err := seal.Parse(strings.Join(list, ", "))
	require.NoError(t, err)
	return k, list
}

func TestWhatIsSealedOpensForItsPurposeAlone(t *testing.T) {
	k, _ := keys(t, "a")
	sealed, err := k.Seal("hunter2", "mqtt/12AB")
	require.NoError(t, err)
	require.True(t, seal.Is(sealed))
	require.NotContains(t, sealed, "hunter2")
	again, err := k.Seal("hunter2", "mqtt/12AB")
	require.NoError(t, err)
	require.NotEqual(t, sealed, again, "who sees two can't tell that they are the same")

	secret, err := k.Open(sealed, "mqtt/12AB")
	require.NoError(t, err)
	require.Equal(t, "hunter2", secret)
	_, err = k.Open(sealed, "mqtt/12AC")
	require.ErrorIs(t, err, seal.ErrSealed)
}

func TestKeysAreChangedOneAfterTheOther(t *testing.T) {
	old, list := keys(t, "old")
	sealed, err := old.Seal("s", "p")
	require.NoError(t, err)
	both, err := seal.Parse(seal.NewKey("new") + "," + list[0])
	require.NoError(t, err)
	secret, err := both.Open(sealed, "p")
	require.NoError(t, err)
	require.Equal(t, "s", secret)
	fresh, err := both.Seal("s", "p")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(fresh, "sealed:new:"))
	_, err = old.Open(fresh, "p")
	require.ErrorIs(t, err, seal.ErrKey)
	other, _ := keys(t, "old")
	_, err = other.Open(sealed, "p")
	require.ErrorIs(t, err, seal.ErrSealed, "a key of the same name")
}

func TestDamage(t *testing.T) {
	k, _ := keys(t, "a")
	sealed, err := k.Seal("secret", "p")
	require.NoError(t, err)
	for _, bad := range []string{"", "secret", "sealed:", "sealed:a", "sealed:a:", "sealed:a:x", "sealed:a:****", sealed[:len(sealed)-2], sealed + "AA"} {
		_, err := k.Open(bad, "p")
		require.ErrorIs(t, err, seal.ErrSealed, bad)
	}
	var none seal.Keys
	require.True(t, none.Empty())
	_, err = none.Seal("s", "p")
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = none.Open(sealed, "p")
	require.ErrorIs(t, err, seal.ErrKey)
}

func TestKeysThatAreNone(t *testing.T) {
	good := seal.NewKey("a")
	for _, bad := range []string{"", "a", "a:", "a:AAAA", good + ",", good + "," + good, strings.Replace(good, "a:", "a b:", 1), ":" + good} {
		_, err := seal.Parse(bad)
		require.ErrorIs(t, err, seal.ErrKeys, bad)
	}
	_, err := seal.Parse("a:c2VjcmV0")
	require.NotContains(t, err.Error(), "c2VjcmV0")
}

func TestASecretIsSealedAnew(t *testing.T) {
	before, list := keys(t, "2025")
	fresh := seal.NewKey("2026")
	both, err := seal.Parse(fresh + "," + list[0])
	require.NoError(t, err)
	after, err := seal.Parse(fresh)
	require.NoError(t, err)
	require.Equal(t, "2026", both.Current())
	require.Equal(t, []string{"2026", "2025"}, both.Names())
	sealed, err := before.Seal("hunter2", "a")
	require.NoError(t, err)
	anew, err := both.Anew(sealed, "a")
	require.NoError(t, err)
	secret, err := after.Open(anew, "a")
	require.NoError(t, err)
	require.Equal(t, "hunter2", secret)
	_, err = both.Anew(sealed, "b")
	require.ErrorIs(t, err, seal.ErrSealed, "for another purpose")
	_, err = after.Anew(sealed, "a")
	require.ErrorIs(t, err, seal.ErrKey)
}
