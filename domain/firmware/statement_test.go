package firmware_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/firmware"
)

func keyPair(seed byte) (ed25519.PrivateKey, string) {
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(seed), ed25519.SeedSize)))
	return private, base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
}

func TestTheStatement(t *testing.T) {
	s := firmware.StatementOf("Model Ñ 1", "V1.9", []byte("image"))
	require.Equal(t, "rodada-firmware-v1\nmodel Model Ñ 1\nversion V1.9\nsize 5\n"+
		"sha256 6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d\n", string(s.Text()))
}

// Whatever is changed after the signature was made, none of the keys has signed it.
func TestASignatureIsForThatAlone(t *testing.T) {
	old, oldText := keyPair('o')
	recent, recentText := keyPair('n')
	stranger, _ := keyPair('x')
	keys, err := firmware.ParseKeys(" 2025:" + oldText + ", 2026:" + recentText + ",")
	require.NoError(t, err)
	s := firmware.StatementOf("M1", "1.9", []byte("image"))
	for name, key := range map[string]ed25519.PrivateKey{"2025": old, "2026": recent} {
		got, err := keys.Verify(s, s.Sign(key))
		require.NoError(t, err)
		require.Equal(t, name, got)
	}
	for name, forged := range map[string]firmware.Statement{
		"another model":   firmware.StatementOf("M2", "1.9", []byte("image")),
		"another version": firmware.StatementOf("M1", "1.8", []byte("image")),
		"other bytes":     firmware.StatementOf("M1", "1.9", []byte("imagE")),
		"more bytes":      firmware.StatementOf("M1", "1.9", []byte("image\x00")),
	} {
		_, err := keys.Verify(forged, s.Sign(recent))
		require.ErrorIs(t, err, firmware.ErrSignature, name)
	}
	for name, signature := range map[string][]byte{
		"a stranger's": s.Sign(stranger), "none": nil, "half": s.Sign(recent)[:32], "over the bytes alone": ed25519.Sign(recent, []byte("image")),
	} {
		_, err := keys.Verify(s, signature)
		require.ErrorIs(t, err, firmware.ErrSignature, name)
	}
	_, err = firmware.Keys{}.Verify(s, s.Sign(recent))
	require.ErrorIs(t, err, firmware.ErrNoKeys)
}

func TestStatementsThatCanNotBe(t *testing.T) {
	key, text := keyPair('k')
	keys, err := firmware.ParseKeys("k:" + text)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		s    firmware.Statement
		want error
	}{
		"a model that breaks its line": {firmware.StatementOf("M1\nversion 2", "1", []byte("x")), firmware.ErrSignature},
		"no model":                     {firmware.StatementOf("", "1", []byte("x")), firmware.ErrSignature},
		"no version":                   {firmware.StatementOf("M1", "", []byte("x")), firmware.ErrVersion},
		"a version that breaks it":     {firmware.StatementOf("M1", "1\nsize 3", []byte("x")), firmware.ErrVersion},
		"nothing":                      {firmware.StatementOf("M1", "1", nil), firmware.ErrSize},
	} {
		_, err := keys.Verify(c.s, c.s.Sign(key))
		require.ErrorIs(t, err, c.want, name)
	}
}

// Two statements that pass the check are the same text only if they are the same.
func TestNoTwoStatementsShareAText(t *testing.T) {
	statements := rapid.Custom(func(t *rapid.T) firmware.Statement {
		return firmware.StatementOf(rapid.StringOf(rapid.RuneFrom([]rune("a \n1ñ"))).Draw(t, "model"),
			rapid.StringOf(rapid.RuneFrom([]rune("a1. \n"))).Draw(t, "version"), []byte(rapid.StringN(0, 3, 3).Draw(t, "bytes")))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := statements.Draw(t, "a"), statements.Draw(t, "b")
		if a.Check() == nil && b.Check() == nil && string(a.Text()) == string(b.Text()) {
			require.Equal(t, a, b)
		}
	})
}

func TestKeysThatAreNone(t *testing.T) {
	_, text := keyPair('k')
	for _, bad := range []string{"k", "k:", ":" + text, "k:" + text[:20], "k:!!", "k:" + text + ",k:" + text, text} {
		_, err := firmware.ParseKeys(bad)
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), text)
	}
	keys, err := firmware.ParseKeys("")
	require.NoError(t, err)
	require.Empty(t, keys)
}
