package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/config"
)

func TestTheDocumentIsFresh(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "configuration.md")
	require.NoError(t, write(fresh, ".."))
	want, err := os.ReadFile(fresh)
	require.NoError(t, err)
	written, err := os.ReadFile("../../../docs/configuration.md")
	require.NoError(t, err)
	require.Equal(t, string(want), string(written), "run: go generate ./internal/config")
}

func TestEverySettingHasAMeaning(t *testing.T) {
	said, err := readComments("..")
	require.NoError(t, err)
	for _, s := range config.Settings() {
		text := meaning(said, s)
		require.Greater(t, len(strings.Fields(text)), 1, "%s needs a comment in config.go, or words here", s.Name)
		require.True(t, strings.HasSuffix(text, "."), "%s: %q is no sentence", s.Name, text)
	}
}

func TestEveryGroupSaysWhatItIsAbout(t *testing.T) {
	said, err := readComments("..")
	require.NoError(t, err)
	for _, s := range config.Settings() {
		require.NotEmpty(t, about(said, s.Group), s.Group)
	}
}

func TestNoWordsForASettingThatIsGone(t *testing.T) {
	for name := range words {
		require.True(t, config.Known(name), name)
	}
}

func TestDefaultsAreThoseThatAreRead(t *testing.T) {
	var environ []string
	for _, s := range config.Settings() {
		if s.Default != "" {
			environ = append(environ, s.Name+"="+s.Default)
		}
	}
	stated, err := config.Read(environ)
	require.NoError(t, err)
	silent, err := config.Read(nil)
	require.NoError(t, err)
	require.Equal(t, silent, stated)
}

func TestSentences(t *testing.T) {
	for want, c := range map[string]struct{ doc, name string }{
		"How long it takes.":     {"Timeout is how long\nit takes.\n", "Timeout"},
		"Switches on the light.": {"Light switches on the light.", "Light"},
		"Where it is.":           {"where it is.", "Addr"},
		"":                       {"", "Addr"},
	} {
		require.Equal(t, want, sentence(c.doc, c.name))
	}
}
