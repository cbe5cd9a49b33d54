package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
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
		"RODADA_POSTGRES_WORKER_URL":     {"RODADA_POSTGRES_WORKER_URL=db"},
		"RODADA_POSTGRES_LOGIN_URL":      {"RODADA_POSTGRES_API_URL=postgres://api@db/rodada"},
		"RODADA_POSTGRES_ROLE_PREFIX":    {"RODADA_POSTGRES_ROLE_PREFIX=x;DROP"},
		"RODADA_REDIS_ADDRS":             {"RODADA_REDIS_ADDRS=a:1,b"},
		"RODADA_HTTP_TLS_KEY":            {"RODADA_HTTP_TLS_CERT=/api.crt"},
		"RODADA_REDIS_TLS_CA":            {"RODADA_REDIS_TLS_CA=/ca.crt"},
		"RODADA_TEMPORAL_TLS_KEY":        {"RODADA_TEMPORAL_TLS=true", "RODADA_TEMPORAL_TLS_CERT=/own.crt"},
		"RODADA_MQTT_TLS_CA":             {"RODADA_MQTT_TLS_CA=/ca.crt", "RODADA_MQTT_URL=tcp://127.0.0.1:1883"},
		"RODADA_INFLUX_TLS_CERT":         {"RODADA_INFLUX_TLS_CERT=/own.crt", "RODADA_INFLUX_TLS_KEY=/own.key"},
		"RODADA_MQTT_URL":                {"RODADA_MQTT_URL=http://x:1"},
		"RODADA_MQTT_TOPIC_OTHER":        {"RODADA_MQTT_TOPIC_OTHER=bike"},
		"RODADA_HTTP_DEADLINE":           {"RODADA_HTTP_DEADLINE=5s"},
		"RODADA_HTTP_PROXIES":            {"RODADA_HTTP_PROXIES=10.0.0.0/8,proxy"},
		"RODADA_COMMAND_WINDOW":          {"RODADA_COMMAND_WINDOW=2m"},
		"RODADA_URL":                     {"RODADA_URL=127.0.0.1:8080"},
		"RODADA_RENTAL_END_AFTER":        {"RODADA_RENTAL_END_AFTER=1h"},
		"RODADA_RENTAL_LOCK_BACKOFF_MAX": {"RODADA_RENTAL_LOCK_BACKOFF_MAX=1s"},
		"RODADA_RENTAL_MINIMUM_BATTERY":  {"RODADA_RENTAL_MINIMUM_BATTERY=101"},
		"RODADA_CURRENCY":                {"RODADA_CURRENCY=QQZ"},
		"RODADA_FLEET_QR_LINK":           {"RODADA_FLEET_QR_LINK=https://rodada.example/s/?code="},
		"RODADA_LOG_FORMAT":              {"RODADA_LOG_FORMAT=xml"},
		"RODADA_INFLUX_RETENTION":        {"RODADA_INFLUX_RETENTION=30m"},
		"RODADA_TELEMETRY_REBUILD":       {"RODADA_TELEMETRY_REBUILD=-1h"},
		"RODADA_MAIL_SMTP":               {"RODADA_MAIL_SMTP=mail.example"},
		"RODADA_MAIL_TLS":                {"RODADA_MAIL_TLS=none", "RODADA_MAIL_USERNAME=rodada"},
		"RODADA_MAIL_FROM":               {"RODADA_MAIL_FROM=Rodada"},
		"RODADA_MAIL_DIR":                {"RODADA_MAIL_DIR=mails", "RODADA_MAIL_SMTP=mail.example:587"},
		"RODADA_SEAL_KEYS":               {"RODADA_SEAL_KEYS=secret"},
		"RODADA_LOGIN_URL":               {"RODADA_LOGIN_X_ID=a", "RODADA_LOGIN_X_SECRET=b", "RODADA_LOGIN_APP=app:/login"},
		"RODADA_LOGIN_APP":               {"RODADA_LOGIN_X_ID=a", "RODADA_LOGIN_X_SECRET=b", "RODADA_LOGIN_URL=https://api.example"},
		"RODADA_LOGIN_X_SECRET":          {"RODADA_LOGIN_X_ID=a"},
		"RODADA_LOGIN_GOOGLE_SECRET":     {"RODADA_LOGIN_GOOGLE_SECRET=b"},
		"RODADA_LOGIN_GOOGLE_ISSUER":     {"RODADA_LOGIN_GOOGLE_ISSUER=http://accounts.google.com"},
		"RODADA_LOGIN_FACEBOOK_ME_URL":   {"RODADA_LOGIN_FACEBOOK_ME_URL=graph.facebook.com/me"},
		"RODADA_LOGIN_OIDC":              {`RODADA_LOGIN_OIDC=[{"name":"acme"}]`},
		"RODADA_LOGIN_PATIENCE":          {"RODADA_LOGIN_PATIENCE=0s"},
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

// Where browsers are sent with what opens an account.
func TestWhereBrowsersAreSentBack(t *testing.T) {
	with := func(name, link string) error {
		_, err := config.Read([]string{name + "=" + link})
		return err
	}
	for _, link := range []string{
		"javascript:alert(1)", "data:text/html,x", "file:///tmp/x", "http://app.example/login", "//app.example/login", "login", "https://app.example/#login",
		"https://user@app.example/", "https://app.example/a b", "https:///login", "about:blank", "https://app.example/\x7f",
	} {
		require.ErrorContains(t, with("RODADA_LOGIN_APP", link), "RODADA_LOGIN_APP", link)
	}
	for _, link := range []string{"https://app.example/login", "https://app.example/login?from=api", "com.example.app:/login", "rodada://login", "http://localhost:3000/login"} {
		require.NoError(t, with("RODADA_LOGIN_APP", link), link)
	}
	for _, home := range []string{"http://api.example", "https://api.example/", "https://api.example/v1", "https://api.example?x=y", "https://a@api.example", "api.example"} {
		require.ErrorContains(t, with("RODADA_LOGIN_URL", home), "RODADA_LOGIN_URL", home)
	}
	for _, home := range []string{"https://api.example", "https://api.example:8443", "http://127.0.0.1:8080"} {
		require.NoError(t, with("RODADA_LOGIN_URL", home), home)
	}
}

func TestWhatACodeCanNotFollow(t *testing.T) {
	for _, link := range []string{
		"http://rodada.example/s/", "rodada.example/s/", "https://rodada.example/s", "https:///s/", "https://rodada.example/s/#/",
		"https://user@rodada.example/s/", "https://rodada.example/" + strings.Repeat("s/", 100),
	} {
		_, err := config.Read([]string{"RODADA_FLEET_QR_LINK=" + link})
		require.ErrorContains(t, err, "RODADA_FLEET_QR_LINK", link)
	}
	for _, link := range []string{"https://rodada.example/", "https://app.rodada.example:8443/a/b/"} {
		c, err := config.Read([]string{"RODADA_FLEET_QR_LINK=" + link})
		require.NoError(t, err)
		code, err := fleet.ParseQR(c.Fleet.QRLink + "3ACDE79FGH")
		require.NoError(t, err)
		require.Equal(t, "3ACDE79FGH", code)
	}
}

func TestWhoCanNotGiveReceipts(t *testing.T) {
	for _, wrong := range []string{
		"NAME= ", "COUNTRY=es", "COUNTRY=Spain", "TIME_ZONE=Madrid", "TIME_ZONE=Local", "TAX_PERCENT=-1", "TAX_PERCENT=100", "TAX_PERCENT=10.555",
		"TAX_PERCENT=NaN", "TAX_PERCENT=lots",
	} {
		name, _, _ := strings.Cut(wrong, "=")
		_, err := config.Read([]string{"RODADA_OPERATOR_" + wrong})
		require.ErrorContains(t, err, "RODADA_OPERATOR_"+name, wrong)
	}
	_, err := config.Read([]string{"RODADA_OPERATOR_TAX_PERCENT=21", "RODADA_OPERATOR_TAX_NAME= "})
	require.ErrorContains(t, err, "RODADA_OPERATOR_TAX_NAME")
	for percent, want := range map[string]int64{"21": 2100, "10.5": 1050, "0.07": 7, "19.99": 1999, "": 0} {
		c, err := config.Read([]string{"RODADA_OPERATOR_TAX_PERCENT=" + percent})
		require.NoError(t, err)
		require.Equal(t, want, c.Operator.TaxHundredths())
	}
}

func TestEveryWrongSettingIsReportedAtOnce(t *testing.T) {
	_, err := config.Read([]string{"RODADA_HTTP_ADDR=x", "RODADA_CURRENCY=x"})
	require.ErrorContains(t, err, "RODADA_HTTP_ADDR")
	require.ErrorContains(t, err, "RODADA_CURRENCY")
	require.NotContains(t, err.Error(), "\n")
}

func TestWhatIsOfTheWrongKindIsNamed(t *testing.T) {
	for setting, want := range map[string]string{
		"RODADA_POSTGRES_MAX_OPEN=many":     `RODADA_POSTGRES_MAX_OPEN must be a whole number, not "many"`,
		"RODADA_HTTP_MAX_BODY=64k":          `RODADA_HTTP_MAX_BODY must be a whole number, not "64k"`,
		"RODADA_HTTP_DEADLINE=15":           `RODADA_HTTP_DEADLINE must be a duration such as 90s, 15m or 2h30m, not "15"`,
		"RODADA_DEVELOPMENT=maybe":          `RODADA_DEVELOPMENT must be true or false, not "maybe"`,
		"RODADA_DEV_MQTT_PORT=eighteen":     `RODADA_DEV_MQTT_PORT must be a whole number, not "eighteen"`,
		"RODADA_RENTAL_MINIMUM_BATTERY=15%": `RODADA_RENTAL_MINIMUM_BATTERY must be a whole number, not "15%"`,
	} {
		_, err := config.Read([]string{setting})
		require.EqualError(t, err, "configuration: "+want)
	}
	_, err := config.Read([]string{"RODADA_POSTGRES_MAX_OPEN=", "RODADA_DEVELOPMENT="})
	require.NoError(t, err, "empty is the default")
}

// Every setting that is not text refuses what it is not, in one line that names it, whatever kinds there will be.
func TestEverySettingOfAKindNamesItself(t *testing.T) {
	kinds := 0
	for _, s := range config.Settings() {
		if s.Type.Kind() == reflect.String || s.Type.Kind() == reflect.Slice {
			continue
		}
		kinds++
		_, err := config.Read([]string{s.Name + "=?"})
		require.ErrorContains(t, err, s.Name+" must be ")
		require.NotContains(t, err.Error(), "\n")
		require.NotContains(t, err.Error(), "strconv")
	}
	require.Greater(t, kinds, 20)
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
