package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/config"
)

func TestSettingsAreThoseThatReadKnows(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range config.Settings() {
		require.Regexp(t, `^RODADA_[A-Z][A-Z_]+$`, s.Name)
		require.False(t, seen[s.Name], "%s twice", s.Name)
		seen[s.Name] = true
	}
	for _, name := range []string{"RODADA_HTTP_ADDR", "RODADA_POSTGRES_URL", "RODADA_CURRENCY", "RODADA_TOKEN_SECRET"} {
		require.True(t, seen[name], name)
	}
}

func TestSecretsAreMarked(t *testing.T) {
	var secrets []string
	for _, s := range config.Settings() {
		if s.Secret {
			secrets = append(secrets, s.Name)
		}
	}
	require.Subset(t, secrets, []string{
		"RODADA_POSTGRES_URL", "RODADA_REDIS_PASSWORD", "RODADA_MQTT_PASSWORD", "RODADA_INFLUX_TOKEN", "RODADA_TOKEN_SECRET",
	})
	require.NotContains(t, secrets, "RODADA_HTTP_ADDR")
}

func TestKnown(t *testing.T) {
	require.True(t, config.Known("RODADA_TOKEN_SECRET"))
	require.True(t, config.Known("RODADA_TOKEN_SECRET_FILE"))
	require.False(t, config.Known("RODADA_TOKEN_SECRETS"))
	require.False(t, config.Known("RODADA_TOKEN"))
	require.False(t, config.Known("TOKEN_SECRET"))
}
