// Package dev is `rodada dev`: the whole of Rodada on one machine, with real services, a simulated fleet and one ride that
// tells what happens.
package dev

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"rodada/internal/client"
	"rodada/internal/config"
	"rodada/internal/devstack"
	"rodada/internal/roles"
	"rodada/postgres"
	"rodada/seal"
	"rodada/simulator"
)

// Run starts everything, takes the demo ride, prints the addresses and stays until ctx ends; then it stops what it started.
func Run(ctx context.Context, c config.Config, out io.Writer) error {
	fmt.Fprintln(out, "Rodada on this machine. Ctrl-C stops all of it.")
	if err := checkPorts(ctx, c); err != nil {
		return err
	}
	stack, err := devstack.Start(ctx, devstack.Options{
		Dir: c.Dev.Dir, Ports: devstack.Ports(c.Dev.Ports), Progress: func(line string) { fmt.Fprintln(out, "  "+line) },
		Log:      slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Revive:   true,
		Accounts: func(plate, password string) bool { return password == boxPassword(plate) },
	})
	if err != nil {
		return err
	}
	defer stack.Stop()
	own, log, closeLog, err := prepare(c.Dev.Dir)
	if err != nil {
		return err
	}
	defer closeLog()
	addresses := stack.Addresses()
	c = on(c, addresses, own)
	if err := c.Validate(); err != nil {
		return err
	}
	if err := roles.Migrate(ctx, c, log); err != nil {
		return err
	}
	store, err := postgres.Open(ctx, c.Postgres.URL, 2)
	if err != nil {
		return err
	}
	boxes, err := furnish(ctx, store, c)
	if err := errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("seed the demo: %w", err)
	}
	err = play(ctx, c, log, out, addresses, boxes)
	if ctx.Err() != nil {
		fmt.Fprintln(out, "\nStopping.")
		return nil
	}
	return err
}

// furnish fills the books and returns what the fleet logs in with.
func furnish(ctx context.Context, store *postgres.Store, c config.Config) ([]login, error) {
	if err := seed(ctx, store, c.Currency); err != nil {
		return nil, err
	}
	keys, err := seal.Parse(c.SealKeys)
	if err != nil {
		return nil, err
	}
	if err := seedLogins(ctx, store, keys); err != nil {
		return nil, err
	}
	return logins(ctx, store, keys)
}

// play runs the roles and the fleet, takes the ride and waits for the end.
func play(ctx context.Context, c config.Config, log *slog.Logger, out io.Writer, addresses devstack.Addresses, known []login) error {
	group, ctx := errgroup.WithContext(ctx)
	for name, role := range map[string]func(context.Context, config.Config, *slog.Logger) error{
		"api": roles.API, "worker": roles.Worker, "bridge": roles.Bridge,
	} {
		own := c
		own.HTTP.MetricsAddr = metricsAddrs(c)[name]
		group.Go(func() error { return role(ctx, own, log.With("role", name)) })
	}
	group.Go(func() error {
		boxes, err := startFleet(ctx, c, log, known)
		if err != nil {
			return err
		}
		defer boxes.Stop()
		base := "http://" + c.HTTP.Addr
		for what, at := range map[string]string{"API": base, "bridge": "http://" + metricsAddrs(c)["bridge"]} {
			if err := awaitReady(ctx, what, at); err != nil {
				return err
			}
		}
		for _, box := range boxes.Scooters() {
			box.ReportNow() // what they said before the bridge listened is lost
		}
		fmt.Fprintln(out, "\nA ride:")
		narrator{out}.tell(ctx, ride(ctx, narrator{out}, client.New(base), boxes, c.Mail.Dir), logFile(c.Dev.Dir))
		describe(out, c, addresses)
		<-ctx.Done()
		return nil
	})
	return group.Wait()
}

func startFleet(ctx context.Context, c config.Config, log *slog.Logger, known []login) (*simulator.Fleet, error) {
	plates := make([]string, len(known))
	by := map[string]login{}
	for i, l := range known {
		plates[i], by[l.plate] = l.plate, l
	}
	boxes, err := simulator.New(simulator.Options{
		Broker: c.MQTT.URL, Plates: plates, Username: func(plate string) string { return by[plate].username },
		Password: func(plate string) string { return by[plate].password }, Lat: square.Lat, Lng: square.Lng, Radius: 400, Still: true, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	if err := boxes.Start(ctx); err != nil {
		return nil, err
	}
	return boxes, nil
}

// on points the configuration at the stack.
func on(c config.Config, a devstack.Addresses, own secrets) config.Config {
	c.Development = true
	c.HTTP.TLSCert, c.HTTP.TLSKey = "", "" // the stack is on this machine alone, and speaks no TLS
	c.Temporal.Secure, c.Redis.Secure = false, false
	c.Temporal.TLS, c.Redis.TLS, c.MQTT.TLS, c.Influx.TLS = config.TLS{}, config.TLS{}, config.TLS{}, config.TLS{}
	c.Postgres = devUsers(c.Postgres, a.PostgresURL)
	c.Temporal.Addr = a.Temporal
	c.Redis.Addrs = []string{a.Redis}
	c.MQTT.URL, c.MQTT.Username, c.MQTT.Password = a.MQTT, a.MQTTUser, a.MQTTPassword
	c.MQTT.ClientID = "rodada-bridge-dev"
	c.Influx.URL, c.Influx.Bucket = a.InfluxURL, a.InfluxBucket
	c.Spool.Dir = filepath.Join(c.Dev.Dir, "spool")
	if c.Mail.SMTP == "" {
		c.Mail.Dir = filepath.Join(c.Dev.Dir, "mails")
	}
	if c.Payment.Provider == "" {
		c.Payment.Provider, c.Payment.SandboxURL = "sandbox", "http://"+c.HTTP.Addr
		c.Payment.SandboxDir = filepath.Join(c.Dev.Dir, "payments")
	}
	c.Tokens.Secret, c.SealKeys, c.Firmware.Keys = own.tokens, own.seal, own.firmware
	return c
}

// metricsAddrs is where the roles without an API show their health and metrics.
func metricsAddrs(c config.Config) map[string]string {
	at := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	return map[string]string{"worker": at(c.Dev.WorkerMetrics), "bridge": at(c.Dev.BridgeMetrics)}
}

// checkPorts finds out that a port of the roles is taken before a minute is spent on the services.
func checkPorts(ctx context.Context, c config.Config) error {
	metrics := metricsAddrs(c)
	return errors.Join(
		roles.CheckFree(ctx, c.HTTP.Addr, "RODADA_HTTP_ADDR"),
		roles.CheckFree(ctx, metrics["worker"], "RODADA_DEV_WORKER_METRICS_PORT"),
		roles.CheckFree(ctx, metrics["bridge"], "RODADA_DEV_BRIDGE_METRICS_PORT"),
	)
}

// awaitReady waits until a role says at its address that it is ready.
func awaitReady(ctx context.Context, what, base string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	role := client.New(base)
	for {
		answer, err := role.Do(ctx, "GET", "/readyz", nil)
		if err == nil && answer.Status == 200 {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the %s does not become ready: %s %w", what, answer.Body, err)
		}
		sleep(ctx, 100*time.Millisecond)
	}
}

func logFile(dir string) string { return filepath.Join(dir, "logs", "rodada.log") }

// secrets are what this machine's installation keeps to itself, from run to run.
type secrets struct {
	tokens string // signs them
	seal   string // hides scooters' passwords
	// firmware is the public half of the key in firmware.pem, for images of one's own.
	firmware string
}

// prepare makes the state folder's log and the secrets.
func prepare(dir string) (own secrets, log *slog.Logger, done func(), err error) {
	broken := func(err error) error { return &devstack.StateError{Dir: dir, Reason: "can't be used", Cause: err} }
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o755); err != nil { //nolint:gosec // Postgres' user must pass
		return own, nil, nil, broken(err)
	}
	if own.tokens, err = kept(filepath.Join(dir, "token.secret"), rand.Text()+rand.Text()); err != nil {
		return own, nil, nil, broken(err)
	}
	if own.seal, err = kept(filepath.Join(dir, "seal.keys"), seal.NewKey("dev")); err != nil {
		return own, nil, nil, broken(err)
	}
	if own.firmware, err = firmwareKey(filepath.Join(dir, "firmware.pem")); err != nil {
		return own, nil, nil, broken(err)
	}
	file, err := os.OpenFile(logFile(dir), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return own, nil, nil, broken(err)
	}
	return own, slog.New(slog.NewTextHandler(file, nil)), func() { _ = file.Close() }, nil
}

// kept is what a file holds, or what it holds from now on.
func kept(file, fresh string) (string, error) {
	text, err := os.ReadFile(file) //nolint:gosec // our own state folder
	if errors.Is(err, os.ErrNotExist) {
		return fresh, os.WriteFile(file, []byte(fresh), 0o600)
	}
	return string(text), err
}

func describe(out io.Writer, c config.Config, a devstack.Addresses) {
	base := "http://" + c.HTTP.Addr
	fmt.Fprintf(out, `
Running:
  API          %s        try %s/docs
  Temporal UI  %s
  Temporal     %s
  Postgres     %s
  Redis        %s
  InfluxDB     %s
  MQTT         %s        user %s, password %s
  Metrics      %s/metrics, worker http://%s/metrics, bridge http://%s/metrics
  Log          %s
  Mails        %s

Log in (POST /v1/sessions, staff: POST /admin/v1/sessions):
  rider  %s  %s
  staff  %s  %s

%d scooters, plates %s to %s, codes %s to %s. At the MQTT broker a scooter's user is its plate and its password box- and
the plate, until it is given a credential of its own:
  user %s, password %s
`, base, base, a.TemporalUI, a.Temporal, a.PostgresURL, a.Redis, a.InfluxURL, a.MQTT, a.MQTTUser, a.MQTTPassword,
		base, metricsAddrs(c)["worker"], metricsAddrs(c)["bridge"], logFile(c.Dev.Dir), cmp.Or(c.Mail.Dir, c.Mail.SMTP),
		RiderEmail, RiderPassword, StaffEmail, StaffPassword,
		fleetSize, plate(0), plate(fleetSize-1), code(0), code(fleetSize-1), plate(0), boxPassword(plate(0)))
}
