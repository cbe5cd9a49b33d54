package deploy_test

import (
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"rodada/internal/config"
)

// needs is what each role does not work without. No default may stand in: the defaults mean one machine.
var needs = map[string][]string{
	"migrate": {
		"RODADA_POSTGRES_URL", "RODADA_POSTGRES_API_URL", "RODADA_POSTGRES_LOGIN_URL", "RODADA_POSTGRES_WORKER_URL", "RODADA_POSTGRES_BRIDGE_URL",
		"RODADA_TEMPORAL_ADDR", "RODADA_INFLUX_URL", "RODADA_INFLUX_TOKEN", "RODADA_INFLUX_ORG", "RODADA_INFLUX_BUCKET",
		"RODADA_INFLUX_RETENTION",
	},
	"api": {
		"RODADA_HTTP_ADDR", "RODADA_POSTGRES_API_URL", "RODADA_POSTGRES_LOGIN_URL", "RODADA_TEMPORAL_ADDR", "RODADA_REDIS_ADDRS", "RODADA_REDIS_PASSWORD",
		"RODADA_TOKEN_SECRET", "RODADA_INFLUX_URL", "RODADA_INFLUX_TOKEN", "RODADA_INFLUX_ORG", "RODADA_INFLUX_BUCKET",
	},
	"worker": {
		"RODADA_HTTP_METRICS_ADDR", "RODADA_POSTGRES_WORKER_URL", "RODADA_TEMPORAL_ADDR", "RODADA_REDIS_ADDRS", "RODADA_REDIS_PASSWORD",
		"RODADA_MQTT_URL", "RODADA_MQTT_USERNAME", "RODADA_MQTT_PASSWORD", "RODADA_MQTT_ACCOUNTS_USERNAME",
		"RODADA_MQTT_ACCOUNTS_PASSWORD", "RODADA_MQTT_BOX_ADDR",
	},
	"bridge": {
		"RODADA_HTTP_METRICS_ADDR", "RODADA_POSTGRES_BRIDGE_URL", "RODADA_TEMPORAL_ADDR", "RODADA_REDIS_ADDRS", "RODADA_REDIS_PASSWORD",
		"RODADA_MQTT_URL", "RODADA_MQTT_USERNAME", "RODADA_MQTT_PASSWORD", "RODADA_MQTT_CLIENT_ID",
		"RODADA_INFLUX_URL", "RODADA_INFLUX_TOKEN", "RODADA_INFLUX_ORG", "RODADA_INFLUX_BUCKET",
	},
}

// roles are the services that run our own image.
func roles(t *testing.T, p *types.Project) map[string]types.ServiceConfig {
	t.Helper()
	found := map[string]types.ServiceConfig{}
	for name, s := range p.Services {
		if s.Build != nil {
			found[name] = s
		}
	}
	require.Len(t, found, len(needs))
	return found
}

// environ is a role's environment with the secrets where they are here.
func environ(s types.ServiceConfig, dir string) []string {
	var list []string
	for name, value := range s.Environment {
		list = append(list, name+"="+strings.Replace(*value, "/run/secrets/", dir+"/", 1))
	}
	return list
}

func TestRolesHaveValidSettings(t *testing.T) {
	dir := secrets(t)
	for name, s := range roles(t, load(t, nil)) {
		c, err := config.Read(environ(s, dir))
		require.NoError(t, err, name)
		require.False(t, c.Development, name)
		require.Equal(t, types.ShellCommand{name}, s.Command)
	}
}

func TestRolesHaveTheSettingsThatTheyNeed(t *testing.T) {
	for name, s := range roles(t, load(t, nil)) {
		for _, setting := range needs[name] {
			_, plain := s.Environment[setting]
			_, file := s.Environment[setting+"_FILE"]
			require.True(t, plain || file, "%s: %s", name, setting)
		}
	}
}

// A part that is broken into must not hold what opens more of the books than it needs.
func TestOnlyMigrateIsTheOwner(t *testing.T) {
	for name, s := range load(t, nil).Services {
		for _, secret := range s.Secrets {
			require.False(t, secret.Source == "postgres_url" && name != "migrate", name)
			require.False(t, secret.Source == "postgres_login_url" && name != "migrate" && name != "api", name)
		}
	}
}

func TestOnlyKnownSettingsAreSet(t *testing.T) {
	secret := map[string]bool{}
	for _, s := range config.Settings() {
		secret[s.Name] = s.Secret
	}
	for name, s := range load(t, nil).Services {
		for variable := range s.Environment {
			if strings.HasPrefix(variable, "RODADA_") {
				require.True(t, config.Known(variable), "%s: there is no %s", name, variable)
				require.False(t, secret[variable], "%s: %s belongs in a file", name, variable)
			}
		}
	}
}

func TestSecretsAreMountedWhereTheyAreNamed(t *testing.T) {
	for name, s := range load(t, nil).Services {
		for variable, value := range s.Environment {
			if file, is := strings.CutPrefix(*value, "/run/secrets/"); is {
				require.True(t, slices.ContainsFunc(s.Secrets, func(c types.ServiceSecretConfig) bool { return c.Source == file }),
					"%s: %s", name, variable)
			}
		}
	}
}

func TestRolesReachWhatTheyAreToldOf(t *testing.T) {
	dir := secrets(t)
	project := load(t, nil)
	for name, s := range roles(t, project) {
		c, err := config.Read(environ(s, dir))
		require.NoError(t, err)
		told := map[string]string{"RODADA_TEMPORAL_ADDR": "tcp://" + c.Temporal.Addr, "RODADA_REDIS_ADDRS": "tcp://" + c.Redis.Addrs[0]}
		told["RODADA_POSTGRES_URL"], told["RODADA_MQTT_URL"], told["RODADA_INFLUX_URL"] = c.Postgres.URL, c.MQTT.URL, c.Influx.URL
		told["RODADA_POSTGRES_API_URL"], told["RODADA_POSTGRES_LOGIN_URL"] = c.Postgres.APIURL, c.Postgres.LoginURL
		told["RODADA_POSTGRES_WORKER_URL"], told["RODADA_POSTGRES_BRIDGE_URL"] = c.Postgres.WorkerURL, c.Postgres.BridgeURL
		for _, setting := range needs[name] {
			if address, is := told[setting]; is {
				requireReaches(t, project, s, address)
			}
		}
	}
}

// requireReaches checks that an address names a service in a network of the role's.
func requireReaches(t *testing.T, p *types.Project, from types.ServiceConfig, address string) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.NotEmpty(t, u.Port(), address)
	to, err := p.GetService(u.Hostname())
	require.NoError(t, err, from.Name)
	shared := false
	for network := range from.Networks {
		_, there := to.Networks[network]
		shared = shared || there
	}
	require.True(t, shared, "%s has no network in common with %s", from.Name, to.Name)
}

func TestHealthChecksAskWhereRolesListen(t *testing.T) {
	dir := secrets(t)
	for name, s := range roles(t, load(t, nil)) {
		if s.HealthCheck == nil {
			continue
		}
		c, err := config.Read(environ(s, dir))
		require.NoError(t, err)
		listens := c.HTTP.MetricsAddr
		if name == "api" {
			listens = c.HTTP.Addr
		}
		_, port, err := net.SplitHostPort(listens)
		require.NoError(t, err)
		require.Equal(t, types.HealthCheckTest{"CMD", "/rodada", "healthcheck", "http://127.0.0.1:" + port + "/readyz"}, s.HealthCheck.Test, name)
		for _, p := range s.Ports {
			require.Equal(t, port, strconv.FormatUint(uint64(p.Target), 10), name)
		}
	}
}

func TestRolesMayFinishWhatTheyDo(t *testing.T) {
	c, err := config.Read(nil)
	require.NoError(t, err)
	for name, s := range roles(t, load(t, nil)) {
		if name == "migrate" {
			continue
		}
		require.NotNil(t, s.StopGracePeriod, name)
		require.Greater(t, time.Duration(*s.StopGracePeriod), max(c.HTTP.Deadline, c.Temporal.StopTimeout), name)
	}
}

func TestServicesAgreeOnNames(t *testing.T) {
	dir := secrets(t)
	project := load(t, nil)
	bridge, err := project.GetService("bridge")
	require.NoError(t, err)
	c, err := config.Read(environ(bridge, dir))
	require.NoError(t, err)
	influx, err := project.GetService("influxdb")
	require.NoError(t, err)
	require.Equal(t, c.Influx.Org, *influx.Environment["DOCKER_INFLUXDB_INIT_ORG"])
	require.Equal(t, c.Influx.Bucket, *influx.Environment["DOCKER_INFLUXDB_INIT_BUCKET"])
	require.Equal(t, c.Influx.Token, secret(t, dir, "influx_token"))
	namespace, err := project.GetService("temporal-namespace")
	require.NoError(t, err)
	require.Equal(t, c.Temporal.Namespace, *namespace.Environment["NAMESPACE"])

	migrate, err := project.GetService("migrate")
	require.NoError(t, err)
	c, err = config.Read(environ(migrate, dir))
	require.NoError(t, err)
	books, err := url.Parse(c.Postgres.URL)
	require.NoError(t, err)
	password, _ := books.User.Password()
	require.Equal(t, secret(t, dir, "postgres_password"), password)
	postgres, err := project.GetService("postgres")
	require.NoError(t, err)
	require.Equal(t, *postgres.Environment["POSTGRES_USER"], books.User.Username())
	require.Equal(t, *postgres.Environment["POSTGRES_DB"], filepath.Base(books.Path))
}
