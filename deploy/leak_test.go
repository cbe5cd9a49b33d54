package deploy_test

import (
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a secret in a file looks like.
var (
	urlPassword = regexp.MustCompile(`://[^/\s:@]*:[^/\s@]+@`)
	secretName  = regexp.MustCompile(`(?i)(PASSWORD|PASSWD|PWD|TOKEN|SECRET|APIKEY|API_KEY|PRIVATE_KEY)["']?\s*[:=]\s*["']?([^\s"'#]+)`)
	longWord    = regexp.MustCompile(`[A-Za-z0-9+/=_-]{24,}`)
	notSecret   = regexp.MustCompile(`^(\$|/run/secrets/|<|\*|\{)`) // a reference to one
)

// leaks finds what should be in a file of ./secrets.
func leaks(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "FROM ") { // a digest is no secret
			continue
		}
		if urlPassword.MatchString(line) && !strings.Contains(line, "%s@") {
			found = append(found, line)
		}
		if m := secretName.FindStringSubmatch(line); m != nil && !notSecret.MatchString(m[2]) {
			found = append(found, line)
		}
		for _, word := range longWord.FindAllString(line, -1) {
			if entropy(word) > 4 && strings.ContainsAny(word, "0123456789") {
				found = append(found, word)
			}
		}
	}
	return found
}

// entropy is the bits that a letter of the word tells.
func entropy(word string) float64 {
	counts := map[rune]float64{}
	for _, r := range word {
		counts[r]++
	}
	bits := 0.0
	for _, n := range counts {
		p := n / float64(len(word))
		bits -= p * math.Log2(p)
	}
	return bits
}

func TestNoSecretIsInAFile(t *testing.T) {
	names := []string{"docker-compose.yml", "Dockerfile", ".env.example"}
	for _, pattern := range []string{"*/*.yaml", "*/*.conf", "mosquitto/*", "temporal/*"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, f := range files {
			names = append(names, filepath.Join("deploy", f))
		}
	}
	for _, name := range names {
		require.Empty(t, leaks(read(t, name)), name)
	}
}

func TestLeaksAreFound(t *testing.T) {
	for text, want := range map[string]bool{
		"POSTGRES_PASSWORD: hunter2":                                  true,
		"INFLUX_TOKEN=abc":                                            true,
		"POSTGRES_PWD: \"temporal\"":                                  true,
		"URL: postgres://rodada:hunter2@db/rodada":                    true,
		"X: 3kTf9ZqL0wYb7RrN1xUe5VaJ2mHc8PdS":                         true,
		"POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password":      false,
		"token: $__file{/run/secrets/influx_token}":                   false,
		"RODADA_POSTGRES_URL_FILE: /run/secrets/postgres_url":         false,
		"test: wget -q -O /dev/null http://127.0.0.1:3000/api/health": false,
	} {
		require.Equal(t, want, len(leaks(text)) > 0, text)
	}
}

func TestSecretsAreFilesOfTheirOwn(t *testing.T) {
	project := load(t, nil)
	dir := secrets(t)
	used := map[string]bool{}
	for name, s := range project.Services {
		for _, ref := range s.Secrets {
			require.Contains(t, project.Secrets, ref.Source, name)
			used[ref.Source] = true
		}
	}
	for name, s := range project.Secrets {
		require.True(t, used[name], "nobody uses %s", name)
		require.Equal(t, filepath.Join("secrets", name), relative(t, s.File))
		require.FileExists(t, filepath.Join(dir, name), "deploy/secrets.sh does not make it")
	}
	made, err := filepath.Glob(filepath.Join(dir, "[a-z]*"))
	require.NoError(t, err)
	require.Len(t, made, len(project.Secrets), "deploy/secrets.sh makes what nobody uses")
	require.Contains(t, strings.Split(read(t, ".dockerignore"), "\n"), "secrets")
}

func relative(t *testing.T, file string) string {
	t.Helper()
	base, err := filepath.Abs(root)
	require.NoError(t, err)
	full, err := filepath.Abs(file)
	require.NoError(t, err)
	rel, err := filepath.Rel(base, full)
	require.NoError(t, err)
	return rel
}
