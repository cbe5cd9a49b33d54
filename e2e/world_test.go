package e2e_test

import (
	"context"
	"database/sql"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	temporal "go.temporal.io/sdk/client"

	"rodada/api/token"
	"rodada/domain/rider"
	"rodada/internal/client"
	"rodada/internal/config"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
	"rodada/seal"
)

const (
	tick     = 20 * time.Millisecond
	patience = 30 * time.Second // for what must happen on a busy machine
	secret   = "an end-to-end secret of enough bytes"
)

// The times of a world, short enough for a story and long enough for a busy machine.
const (
	ackWindow    = 2 * time.Second
	unlockWindow = 4 * time.Second
)

// set is settings of the roles, by their names without the prefix.
type set map[string]string

var usual = set{
	"DEVELOPMENT":              "true",
	"TOKEN_SECRET":             secret,
	"HTTP_DEADLINE":            "15s",
	"LIMIT_FREE":               "127.0.0.0/8", // where everybody comes from
	"LIMIT_SCAN_ACCOUNT":       "200/1m",      // twenty at once are no attack here
	"LIMIT_READ_ACCOUNT":       "6000/1m",     // who waits looks at every tick
	"LIMIT_STAFF_READ_ACCOUNT": "6000/1m",
	"RENTAL_ACK_WINDOW":        ackWindow.String(),
	"RENTAL_UNLOCK_WINDOW":     unlockWindow.String(),
	"RENTAL_LOCK_BACKOFF":      "300ms",
	"RENTAL_LOCK_BACKOFF_MAX":  "10s",
	"RENTAL_ALERT_AFTER":       "2",
	"RENTAL_FAILED_UNDER":      "0", // most boxes stand still, and pay all the same
	"POLL_RATE":                "0", // the stories count what reaches a scooter
}

// asking is polls far faster than any real ones, for stories that they must not disturb.
var asking = set{
	"POLL_RATE": "200", "POLL_POSITION": "100ms", "POLL_VEHICLE": "100ms", "POLL_SIGNAL": "200ms",
	"POLL_IDLE_POSITION": "200ms", "POLL_IDLE_VEHICLE": "200ms", "POLL_IDLE_SIGNAL": "400ms", "POLL_WINDOW": "1s",
}

// world is one installation of Rodada with its streets.
type world struct {
	stack    *devstack.Stack // the broker; in a private world all services
	at       devstack.Addresses
	store    *postgres.Store
	db       *sql.DB
	temporal temporal.Client
	tokens   *token.Issuer
	visitor  *client.Client
	queue    string // of the worker
	fleet    fleetInfo
	env      set
	mails    string // the folder that they lie in

	api, worker, bridge *process

	replayed int // histories, by checkHistories

	mu     sync.Mutex
	boxes  []*box
	plates []string // with an account at the broker and no box yet
}

// newWorld is an installation that shares Temporal, Postgres and Redis with others, under names of its own.
func newWorld(t *testing.T, settings ...set) *world {
	t.Helper()
	kind := devstack.Mochi
	if _, ok := devstack.LookProgram("mosquitto"); ok {
		kind = devstack.Mosquitto
	}
	return newWorldOn(t, kind, settings...)
}

// newWorldOn is newWorld on a kind of broker.
func newWorldOn(t *testing.T, kind devstack.BrokerKind, settings ...set) *world {
	t.Helper()
	w := &world{plates: plates(t)}
	w.stack = testkit.PrivateStack(t, devstack.Options{
		Only: []devstack.Service{devstack.MQTT}, MQTTBroker: kind, Scooters: accounts(w.plates),
	})
	w.at = w.stack.Addresses()
	addr, prefix := testkit.Redis(t)
	w.at.Redis = addr
	w.at.InfluxURL, w.at.InfluxBucket = testkit.Influx(t)
	w.at.PostgresURL = testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	w.temporal, w.queue = testkit.Temporal(t)
	w.at.Temporal = testkit.Stack(t).Temporal
	w.open(t, append(settings, set{"REDIS_PREFIX": prefix, "TEMPORAL_TASK_QUEUE": w.queue}))
	return w
}

// newPrivateWorld is an installation on services of its own, which the story may stop and kill.
func newPrivateWorld(t *testing.T, broker devstack.BrokerKind, settings ...set) *world {
	t.Helper()
	w := &world{plates: plates(t), queue: "rodada"}
	w.stack = testkit.PrivateStack(t, devstack.Options{MQTTBroker: broker, Scooters: accounts(w.plates)})
	w.at = w.stack.Addresses()
	require.NoError(t, migrations.Up(t.Context(), w.at.PostgresURL))
	w.temporal = dialTemporal(t, w.at.Temporal)
	w.open(t, settings)
	return w
}

// open starts the roles and checks the books at the end.
func (w *world) open(t *testing.T, settings []set) {
	t.Helper()
	var err error
	w.store, err = postgres.Open(t.Context(), w.at.PostgresURL, 4)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.store.Close() })
	w.db, err = sql.Open("pgx", w.at.PostgresURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.db.Close() })
	w.tokens, err = token.NewIssuer(secret, time.Hour, time.Now)
	require.NoError(t, err)
	w.fleet, w.mails = w.seed(t), t.TempDir()

	w.env = maps.Clone(usual)
	maps.Copy(w.env, set{
		"POSTGRES_API_URL": w.asRole(t, migrations.API), "POSTGRES_LOGIN_URL": w.asRole(t, migrations.Login),
		"POSTGRES_WORKER_URL": w.asRole(t, migrations.Worker), "POSTGRES_BRIDGE_URL": w.asRole(t, migrations.Bridge),
		"TEMPORAL_ADDR": w.at.Temporal, "REDIS_ADDRS": w.at.Redis,
		"MQTT_URL": w.at.MQTT, "MQTT_USERNAME": w.at.MQTTUser, "MQTT_PASSWORD": w.at.MQTTPassword,
		"MQTT_CLIENT_ID": "bridge-" + uuid.NewString(), "INFLUX_URL": w.at.InfluxURL, "INFLUX_BUCKET": w.at.InfluxBucket, "SPOOL_DIR": t.TempDir(), "MAIL_DIR": w.mails,
		"SEAL_KEYS": seal.NewKey("e2e"), "PAYMENT_PROVIDER": "sandbox", "PAYMENT_SANDBOX_DIR": t.TempDir(),
	})
	for _, s := range settings {
		maps.Copy(w.env, s)
	}
	w.api, w.worker, w.bridge = newProcess(t, "api", w.env), newProcess(t, "worker", w.env), newProcess(t, "bridge", w.env)
	w.visitor = client.New(strings.TrimSuffix(w.api.ready, "/readyz"))
	t.Cleanup(func() {
		if t.Failed() {
			for _, p := range w.processes() {
				t.Log(p.tail(120))
			}
		}
	})
	for _, p := range w.processes() {
		p.launch(t)
		t.Cleanup(p.kill)
	}
	for _, p := range w.processes() {
		p.awaitReady(t)
	}
	t.Cleanup(func() {
		if !t.Failed() {
			w.checkBooks(t)
			w.checkHistories(t)
		}
	})
}

// asRole is the way of one part to the books: each has its own rights, as where Rodada runs.
func (w *world) asRole(t *testing.T, role migrations.Role) string {
	t.Helper()
	return testkit.AsRole(t, w.at.PostgresURL, role.Name(migrations.Prefix))
}

// anotherAPI starts a second API with other settings, and returns a rider who uses it.
func (w *world) anotherAPI(t *testing.T, other set) person {
	t.Helper()
	env := maps.Clone(w.env)
	maps.Copy(env, other)
	api := newProcess(t, "api", env)
	t.Cleanup(api.kill)
	api.start(t)
	p := w.rider(t)
	signed, _, err := w.tokens.Issue(p.id, rider.ForRiders)
	require.NoError(t, err)
	p.app = client.New(strings.TrimSuffix(api.ready, "/readyz")).As(signed)
	return p
}

func newProcess(t *testing.T, role string, settings ...set) *process {
	t.Helper()
	at := freeAddress(t)
	own := set{}
	for _, s := range settings {
		maps.Copy(own, s)
	}
	name := "HTTP_METRICS_ADDR"
	if role == "api" {
		name = "HTTP_ADDR"
	}
	own[name] = at
	return &process{role: role, env: config.Environ(own), ready: "http://" + at + "/readyz", logFile: logFile(t, role)}
}

func (w *world) processes() []*process { return []*process{w.api, w.worker, w.bridge} }

// plates are numbers that no other test has.
func plates(t *testing.T) []string {
	t.Helper()
	list := make([]string, 24)
	for i := range list {
		list[i] = testkit.Plate(t)
	}
	return list
}

func accounts(plates []string) []devstack.Account {
	var list []devstack.Account
	for _, plate := range plates {
		list = append(list, devstack.Account{User: plate, Password: testkit.ScooterPassword})
	}
	return list
}

// lasting is a context for what a cleanup still has to do.
func lasting(t *testing.T) context.Context {
	t.Helper()
	return context.WithoutCancel(t.Context())
}
