package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/seal"
)

func TestSecretsAreNeverOverwritten(t *testing.T) {
	dir := secrets(t)
	before := secret(t, dir, "token_secret")
	_, err := runSecrets(t, dir)
	require.Error(t, err)
	require.Equal(t, before, secret(t, dir, "token_secret"))

	require.NoError(t, os.Remove(filepath.Join(dir, "grafana_password")))
	_, err = runSecrets(t, dir)
	require.Error(t, err, "one of them is enough")
	require.Equal(t, before, secret(t, dir, "token_secret"))
	require.NoFileExists(t, filepath.Join(dir, "grafana_password"))
}

func TestSecretsAreRandom(t *testing.T) {
	one, two := secrets(t), secrets(t)
	seen := map[string]string{}
	for _, dir := range []string{one, two} {
		for _, name := range []string{
			"postgres_password", "temporal_postgres_password", "redis_password", "influx_password", "influx_token", "mqtt_password",
			"mqtt_accounts_password",
			"token_secret", "grafana_password",
		} {
			value := secret(t, dir, name)
			require.Regexp(t, `^[0-9a-f]{64}$`, value, name)
			require.Empty(t, seen[value], "%s is %s", name, seen[value])
			seen[value] = name
		}
	}
}

func TestTheKeyToHideSecretsWithIsOne(t *testing.T) {
	one, other := secret(t, secrets(t), "seal_keys"), secret(t, secrets(t), "seal_keys")
	require.NotEqual(t, one, other)
	_, err := seal.Parse(one)
	require.NoError(t, err)
}

func TestSecretsAreForTheirOwner(t *testing.T) {
	dir := secrets(t)
	folder, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), folder.Mode().Perm())
	file, err := os.Stat(filepath.Join(dir, "token_secret"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o444), file.Mode().Perm(), "containers read it as another user")
	require.Equal(t, "*\n", secret(t, dir, ".gitignore"))
}

func TestSecretsTakesNoArguments(t *testing.T) {
	_, err := runSecrets(t, filepath.Join(t.TempDir(), "secrets"), "scooter", "AAA111")
	require.Error(t, err)
}

func TestScriptsAreWellFormed(t *testing.T) {
	for _, pattern := range []string{"*.sh", "*/*.sh"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, f := range files {
			shell := "sh"
			if f == "secrets.sh" {
				shell = "bash"
			}
			out, err := exec.CommandContext(t.Context(), shell, "-n", f).CombinedOutput()
			require.NoError(t, err, "%s: %s", f, out)
		}
	}
}
