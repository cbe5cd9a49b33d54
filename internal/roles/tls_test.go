package roles_test

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/broker"
	"rodada/internal/certs"
	"rodada/internal/config"
	"rodada/internal/devstack"
	"rodada/internal/roles"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
	"rodada/telemetry/history"
)

var quiet = slog.New(slog.DiscardHandler)

// reach connects to each service as the roles do, with what is trusted and shown, and returns what stood in the way.
var reach = map[string]struct {
	of     devstack.Service
	broker devstack.BrokerKind
	try    func(ctx context.Context, at devstack.Addresses, host string, t config.TLS) error
}{
	"Redis": {of: devstack.Redis, try: func(ctx context.Context, at devstack.Addresses, host string, t config.TLS) error {
		c, err := roles.OpenRedis(config.Config{Redis: config.Redis{Addrs: []string{on(at.Redis, host)}, Secure: true, TLS: t}}, quiet)
		if err != nil {
			return err
		}
		defer c.Close()
		return c.Ping(ctx).Err()
	}},
	"Postgres": {of: devstack.Postgres, try: func(ctx context.Context, at devstack.Addresses, host string, t config.TLS) error {
		u, err := url.Parse(at.PostgresURL)
		if err != nil {
			return err
		}
		q := url.Values{"sslmode": {"verify-full"}, "sslrootcert": {t.CA}}
		if t.Cert != "" {
			q["sslcert"], q["sslkey"] = []string{t.Cert}, []string{t.Key}
		}
		u.Host, u.RawQuery = on(u.Host, host), q.Encode()
		s, err := postgres.Open(ctx, u.String(), 1)
		if err != nil {
			return err
		}
		return s.Close()
	}},
	"InfluxDB": {of: devstack.Influx, try: func(ctx context.Context, at devstack.Addresses, host string, t config.TLS) error {
		access, err := roles.HistoryAccess(config.Influx{URL: "https://" + on(strings.TrimPrefix(at.InfluxURL, "https://"), host), TLS: t, Bucket: at.InfluxBucket}, quiet)
		if err != nil {
			return err
		}
		_, err = history.Retain(ctx, access, 2*time.Hour)
		return err
	}},
	"Mosquitto":  {of: devstack.MQTT, broker: devstack.Mosquitto, try: reachBroker},
	"our broker": {of: devstack.MQTT, broker: devstack.Mochi, try: reachBroker},
}

func reachBroker(ctx context.Context, at devstack.Addresses, host string, t config.TLS) error {
	o, err := roles.BrokerOptions(config.MQTT{
		URL: "ssl://" + on(strings.TrimPrefix(at.MQTT, "ssl://"), host), Username: at.MQTTUser, Password: at.MQTTPassword, TLS: t,
	}, quiet)
	if err != nil {
		return err
	}
	o.ReconnectMin, o.ReconnectMax = 10*time.Millisecond, 10*time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // it would try for ever
	defer cancel()
	c, err := broker.Connect(ctx, o)
	if err != nil {
		return err
	}
	c.Close()
	return nil
}

// on is an address by another name of this machine.
func on(addr, host string) string { return strings.Replace(addr, "127.0.0.1", host, 1) }

func skipWithout(t *testing.T, kind devstack.BrokerKind) {
	t.Helper()
	if _, there := devstack.LookProgram("mosquitto"); kind == devstack.Mosquitto && !there {
		t.Skip("mosquitto is not here")
	}
}

func TestServicesByTLS(t *testing.T) {
	ours, other := testkit.NewAuthority(t), testkit.NewAuthority(t)
	good := ours.Issue("good", time.Now().Add(time.Hour), "127.0.0.1")
	late := ours.Issue("late", time.Now().Add(-time.Minute), "127.0.0.1")
	trusting := config.TLS{CA: ours.File}
	for name, r := range reach {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skipWithout(t, r.broker)
			start := func(p testkit.Pair) devstack.Addresses {
				return testkit.PrivateStack(t, devstack.Options{
					Only: []devstack.Service{r.of}, MQTTBroker: r.broker, TLS: devstack.TLS{Cert: p.Cert, Key: p.Key},
				}).Addresses()
			}
			at := start(good)
			require.NoError(t, r.try(t.Context(), at, "127.0.0.1", trusting))
			require.ErrorContains(t, r.try(t.Context(), at, "127.0.0.1", config.TLS{CA: other.File}), "unknown authority")
			require.ErrorContains(t, r.try(t.Context(), at, "localhost", trusting), "wanted to match localhost")
			require.ErrorContains(t, r.try(t.Context(), start(late), "127.0.0.1", trusting), "expired")
		})
	}
}

// A service may want a certificate of whoever connects.
func TestServicesThatWantACertificate(t *testing.T) {
	ours, other := testkit.NewAuthority(t), testkit.NewAuthority(t)
	server := ours.Issue("server", time.Now().Add(time.Hour), "127.0.0.1")
	own := ours.Issue("rodada", time.Now().Add(time.Hour))
	strange := other.Issue("stranger", time.Now().Add(time.Hour))
	for name, r := range reach {
		if r.of == devstack.Influx {
			continue // which wants none
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skipWithout(t, r.broker)
			at := testkit.PrivateStack(t, devstack.Options{
				Only: []devstack.Service{r.of}, MQTTBroker: r.broker, TLS: devstack.TLS{Cert: server.Cert, Key: server.Key, ClientCA: ours.File},
			}).Addresses()
			require.NoError(t, r.try(t.Context(), at, "127.0.0.1", config.TLS{CA: ours.File, Cert: own.Cert, Key: own.Key}))
			require.Error(t, r.try(t.Context(), at, "127.0.0.1", config.TLS{CA: ours.File}))
			require.Error(t, r.try(t.Context(), at, "127.0.0.1", config.TLS{CA: ours.File, Cert: strange.Cert, Key: strange.Key}))
		})
	}
}

// Where TLS is the only way, nobody comes without, and the users that migrate makes have the passwords of their URLs.
func TestUsersLogInByPassword(t *testing.T) {
	ours := testkit.NewAuthority(t)
	p := ours.Issue("server", time.Now().Add(time.Hour), "127.0.0.1")
	at := testkit.PrivateStack(t, devstack.Options{Only: []devstack.Service{devstack.Postgres}, TLS: devstack.TLS{Cert: p.Cert, Key: p.Key}}).Addresses()
	as := func(user *url.Userinfo, mode string) string {
		u, err := url.Parse(at.PostgresURL)
		require.NoError(t, err)
		if user != nil {
			u.User = user
		}
		u.RawQuery = url.Values{"sslmode": {mode}, "sslrootcert": {ours.File}}.Encode()
		return u.String()
	}
	open := func(url string) error {
		s, err := postgres.Open(t.Context(), url, 1)
		if err != nil {
			return err
		}
		return errors.Join(s.Ping(t.Context()), s.Close())
	}
	require.ErrorContains(t, open(as(nil, "disable")), "no encryption")

	const secret = `it's "$1" \ and 100 % so`
	api := as(url.UserPassword("the api", secret), "verify-full")
	require.Error(t, open(api))
	require.NoError(t, roles.MigrateBooks(t.Context(), config.Postgres{URL: as(nil, "verify-full"), RolePrefix: migrations.Prefix, APIURL: api, LoginURL: api}))
	require.NoError(t, open(api))
	require.ErrorContains(t, open(as(url.UserPassword("the api", "another"), "verify-full")), "password authentication failed")
}

func TestTemporalByTLS(t *testing.T) {
	ours, other := testkit.NewAuthority(t), testkit.NewAuthority(t)
	own := ours.Issue("rodada", time.Now().Add(time.Hour))
	plain := testkit.Stack(t).Temporal
	ask := func(front string, c config.TLS) error {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second) // it would wait for ever
		defer cancel()
		temporal, err := roles.DialTemporal(ctx, config.Config{Temporal: config.Temporal{Addr: front, Namespace: "default", Secure: true, TLS: c}}, quiet, nil)
		if err != nil {
			return err
		}
		defer temporal.Close()
		_, err = temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
		return err
	}
	front := func(p testkit.Pair) string {
		secure, err := certs.Server(p.Cert, p.Key, quiet)
		require.NoError(t, err)
		secure.NextProtos, secure.ClientAuth = []string{"h2"}, tls.RequireAnyClientCert
		return testkit.Front(t, plain, secure)
	}
	shown := config.TLS{CA: ours.File, Cert: own.Cert, Key: own.Key}
	at := front(ours.Issue("front", time.Now().Add(time.Hour), "127.0.0.1"))
	require.NoError(t, ask(at, shown))
	require.Error(t, ask(at, config.TLS{CA: ours.File}), "it wants a certificate")
	require.ErrorContains(t, ask(at, config.TLS{CA: other.File, Cert: own.Cert, Key: own.Key}), "unknown authority")
	require.ErrorContains(t, ask(on(at, "localhost"), shown), "wanted to match localhost")
	require.ErrorContains(t, ask(front(ours.Issue("late", time.Now().Add(-time.Minute), "127.0.0.1")), shown), "expired")
}
