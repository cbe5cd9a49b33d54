package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/internal/config"
)

func TestTheDefaultsAreValid(t *testing.T) {
	c, err := config.Read(nil)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", c.HTTP.Addr)
	require.Equal(t, 10*time.Second, c.Rental.UnlockWindow)
	require.Equal(t, []string{"127.0.0.1:6379"}, c.Redis.Addrs)
	require.False(t, c.Development)
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for name, setting := range map[string][]string{
		"RODADA_HTTP_ADDR":               {"RODADA_HTTP_ADDR=nowhere"},
		"RODADA_POSTGRES_URL":            {"RODADA_POSTGRES_URL=mysql://x"},
		"RODADA_REDIS_ADDRS":             {"RODADA_REDIS_ADDRS=a:1,b"},
		"RODADA_MQTT_URL":                {"RODADA_MQTT_URL=http://x:1"},
		"RODADA_MQTT_TOPIC_OTHER":        {"RODADA_MQTT_TOPIC_OTHER=bike"},
		"RODADA_HTTP_DEADLINE":           {"RODADA_HTTP_DEADLINE=5s"},
		"RODADA_RENTAL_END_AFTER":        {"RODADA_RENTAL_END_AFTER=1h"},
		"RODADA_RENTAL_LOCK_BACKOFF_MAX": {"RODADA_RENTAL_LOCK_BACKOFF_MAX=1s"},
		"RODADA_RENTAL_MINIMUM_BATTERY":  {"RODADA_RENTAL_MINIMUM_BATTERY=101"},
		"RODADA_CURRENCY":                {"RODADA_CURRENCY=euro"},
		"RODADA_LOG_FORMAT":              {"RODADA_LOG_FORMAT=xml"},
		"RODADA_SEAL_KEYS":               {"RODADA_SEAL_KEYS=secret"},
		"RODADA_MQTT_BOX_ADDR":           {"RODADA_MQTT_BOX_ADDR=mqtt.example"},
		"RODADA_ONBOARD_BACKOFF_MAX":     {"RODADA_ONBOARD_BACKOFF_MAX=1s"},
		"RODADA_ONBOARD_SWITCH_PATIENCE": {"RODADA_ONBOARD_SWITCH_PATIENCE=1s"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Read(setting)
			require.ErrorContains(t, err, name)
		})
	}
}

func TestEveryWrongSettingIsReportedAtOnce(t *testing.T) {
	_, err := config.Read([]string{"RODADA_HTTP_ADDR=x", "RODADA_CURRENCY=x"})
	require.ErrorContains(t, err, "RODADA_HTTP_ADDR")
	require.ErrorContains(t, err, "RODADA_CURRENCY")
}

func TestASecretIsNotInTheError(t *testing.T) {
	_, err := config.Read([]string{"RODADA_POSTGRES_URL=x://rodada:hunter2@db"})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}

func TestASecretComesFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte("0123456789abcdef0123456789abcdef\n"), 0o600))

	c, err := config.Read([]string{"RODADA_TOKEN_SECRET_FILE=" + file})
	require.NoError(t, err)
	require.Equal(t, "0123456789abcdef0123456789abcdef", c.Tokens.Secret)

	_, err = config.Read([]string{"RODADA_TOKEN_SECRET_FILE=" + file, "RODADA_TOKEN_SECRET=x"})
	require.ErrorContains(t, err, "not both")

	_, err = config.Read([]string{"RODADA_TOKEN_SECRET_FILE=" + file + ".gone"})
	require.ErrorContains(t, err, "RODADA_TOKEN_SECRET_FILE")
}
