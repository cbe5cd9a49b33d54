package mail_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/providers/mail"
)

func TestMailsLieInAFolder(t *testing.T) {
	var log bytes.Buffer
	dir := filepath.Join(t.TempDir(), "mails")
	f, err := mail.NewFolder(dir, "no-reply@rodada.example", slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	for range 2 { // sent again, it is the same file
		require.NoError(t, f.Send(t.Context(), code))
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	text, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	require.NoError(t, err)
	require.Contains(t, string(text), "493827")
	require.Contains(t, string(text), "ana@example.com")
	require.Contains(t, log.String(), files[0].Name())
	typed, found := mail.CodeTo(dir, "Ana@example.com")
	require.True(t, found)
	require.Equal(t, code.Code, typed)
	_, found = mail.CodeTo(dir, "eva@example.com")
	require.False(t, found)
	for _, secret := range []string{"493827", "ana@example.com"} {
		require.NotContains(t, log.String(), secret)
	}

	require.NoError(t, os.RemoveAll(dir))
	require.Error(t, f.Send(t.Context(), code))
	_, err = mail.NewFolder(filepath.Join(os.DevNull, "x"), "no-reply@rodada.example", slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "RODADA_MAIL_DIR")
}
