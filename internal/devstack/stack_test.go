package devstack_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/goleak"

	"rodada/internal/devstack"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func start(t *testing.T, o devstack.Options) *devstack.Stack {
	t.Helper()
	o.Progress = func(line string) { t.Log(line) }
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := devstack.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}

func TestEveryServiceAnswers(t *testing.T) {
	s := start(t, devstack.Options{})
	at, ctx := s.Addresses(), t.Context()
	pids := s.PIDs()
	require.NotEmpty(t, pids)

	db, err := pgx.Connect(ctx, at.PostgresURL)
	require.NoError(t, err)
	var lower string
	require.NoError(t, db.QueryRow(ctx, `SELECT lower('Ñ')`).Scan(&lower))
	require.Equal(t, "ñ", lower)
	require.NoError(t, db.Close(ctx))

	r := redis.NewClient(&redis.Options{Addr: at.Redis})
	require.NoError(t, r.Set(ctx, "k", "v", 0).Err())
	require.NoError(t, r.Close())

	tc, err := client.DialContext(ctx, client.Options{HostPort: at.Temporal})
	require.NoError(t, err)
	_, err = tc.CheckHealth(ctx, nil)
	require.NoError(t, err)
	tc.Close()

	in := influxdb2.NewClient(at.InfluxURL, "any")
	require.NoError(t, in.WriteAPIBlocking("any", at.InfluxBucket).WriteRecord(ctx, "fix,plate=P1 speed=7"))
	rows, err := in.QueryAPI("any").Query(ctx, `from(bucket:"`+at.InfluxBucket+`") |> range(start:-1h)`)
	require.NoError(t, err)
	require.True(t, rows.Next())
	require.InDelta(t, 7, rows.Record().Value(), 0)
	require.NoError(t, rows.Close())
	in.Close()

	require.NoError(t, connect(t, at.MQTT, "backend", at.MQTTUser, at.MQTTPassword))

	s.Stop()
	for name, pid := range pids {
		require.False(t, devstack.Alive(pid), "%s is left behind", name)
	}
	require.NoDirExists(t, s.Dir(), "temporary state goes with the stack")
	s.Stop() // a second time is harmless
}

func TestStateOutlivesARestartOfTheStack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dev")
	o := devstack.Options{Dir: dir, Only: []devstack.Service{devstack.Postgres, devstack.Redis}}
	s := start(t, o)
	ctx := t.Context()
	query(t, s, `CREATE TABLE kept (n int)`)

	_, err := devstack.Start(ctx, o)
	var inUse *devstack.InUseError
	require.ErrorAs(t, err, &inUse, "one run at a time works on a folder")
	require.ErrorAs(t, devstack.Reset(dir), &inUse)

	s.Stop()
	s = start(t, o)
	query(t, s, `SELECT n FROM kept`)
	s.Stop()
	require.NoError(t, devstack.Reset(dir))
	require.NoDirExists(t, dir)
	require.NoDirExists(t, devstack.OutsideOf(dir))
	require.NoError(t, devstack.Reset(dir), "nothing there is fine")
}

func TestAFolderMayHoldFilesOfItsOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dev")
	require.NoError(t, devstack.Prepare(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token.secret"), nil, 0o600))
	require.NoError(t, devstack.Prepare(dir), "a second time is fine")
	start(t, devstack.Options{Dir: dir, Only: []devstack.Service{devstack.MQTT}}).Stop()
	require.FileExists(t, filepath.Join(dir, "token.secret"))
	require.NoError(t, devstack.Reset(dir))
}

func TestOutageKeepsPortAndState(t *testing.T) {
	s := start(t, devstack.Options{Only: []devstack.Service{devstack.Postgres, devstack.Redis}})
	ctx, at := t.Context(), s.Addresses()
	query(t, s, `CREATE TABLE kept (n int)`)
	r := redis.NewClient(&redis.Options{Addr: at.Redis, MaxRetries: -1})
	t.Cleanup(func() { _ = r.Close() })
	require.NoError(t, r.Set(ctx, "k", "v", time.Hour).Err())

	for _, end := range map[string]func(devstack.Service){
		"stopped": func(n devstack.Service) { require.NoError(t, s.StopService(ctx, n)) },
		"killed":  s.Kill,
	} {
		end(devstack.Postgres)
		end(devstack.Redis)
		require.Error(t, r.Get(ctx, "k").Err())
		require.NoError(t, s.StartService(ctx, devstack.Postgres))
		require.NoError(t, s.StartService(ctx, devstack.Redis))
		query(t, s, `SELECT n FROM kept`)
		require.Equal(t, "v", r.Get(ctx, "k").Val())
	}
	var unknown *devstack.UnknownServiceError
	require.ErrorAs(t, s.StopService(ctx, devstack.Influx), &unknown)
}

func TestFailedStartLeavesNothing(t *testing.T) {
	taken := listen(t)
	dir := filepath.Join(t.TempDir(), "dev")
	_, err := devstack.Start(t.Context(), devstack.Options{
		Dir: dir, Only: []devstack.Service{devstack.Redis, devstack.MQTT}, Ports: devstack.Ports{MQTT: taken},
	})
	var e *devstack.PortTakenError
	require.ErrorAs(t, err, &e)
	require.Equal(t, taken, e.Port)
	require.Equal(t, devstack.MQTT, e.Service)
	require.Contains(t, err.Error(), "RODADA_DEV_MQTT_PORT")
	require.NotContains(t, err.Error(), "\n")
	require.NoError(t, devstack.Reset(dir), "the folder is free again")
}

func TestCancelledStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := devstack.Start(ctx, devstack.Options{Only: []devstack.Service{devstack.Redis}})
	require.ErrorIs(t, err, context.Canceled)
}

func TestBrokenState(t *testing.T) {
	t.Run("a file is in the way", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "dev")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		_, err := devstack.Start(t.Context(), devstack.Options{Dir: file})
		requireStateError(t, err, file)
	})
	t.Run("somebody else's folder", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o600))
		_, err := devstack.Start(t.Context(), devstack.Options{Dir: dir})
		requireStateError(t, err, dir)
		requireStateError(t, devstack.Reset(dir), dir)
		require.FileExists(t, filepath.Join(dir, "thesis.txt"))
	})
	t.Run("another version's data", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "dev")
		only := []devstack.Service{devstack.Postgres}
		s := start(t, devstack.Options{Dir: dir, Only: only})
		s.Stop()
		version := find(t, "PG_VERSION", dir, devstack.OutsideOf(dir))
		t.Cleanup(func() { _ = devstack.Reset(dir) })
		require.NoError(t, os.WriteFile(version, []byte("9.6\n"), 0o600))
		_, err := devstack.Start(t.Context(), devstack.Options{Dir: dir, Only: only})
		requireStateError(t, err, dir)
		require.Contains(t, err.Error(), "9.6")
	})
	t.Run("a data file that is no data", func(t *testing.T) {
		if _, ok := devstack.LookProgram("redis-server"); !ok {
			t.Skip("the stand-in keeps no file")
		}
		dir := filepath.Join(t.TempDir(), "dev")
		only := []devstack.Service{devstack.Redis}
		start(t, devstack.Options{Dir: dir, Only: only}).Stop()
		manifest := find(t, "appendonly.aof.manifest", dir)
		require.NoError(t, os.WriteFile(manifest, []byte("junk\n"), 0o600))
		_, err := devstack.Start(t.Context(), devstack.Options{Dir: dir, Only: only})
		var e *devstack.StartError
		require.ErrorAs(t, err, &e)
		require.NotEmpty(t, e.LastLine)
		require.Contains(t, err.Error(), "make dev-reset")
	})
}

func requireStateError(t *testing.T, err error, dir string) {
	t.Helper()
	var e *devstack.StateError
	require.ErrorAs(t, err, &e)
	require.Equal(t, dir, e.Dir)
	advice := "make dev-reset"
	if e.Foreign {
		advice = "RODADA_DEV_DIR"
	}
	require.Contains(t, err.Error(), advice)
	require.NotContains(t, err.Error(), "\n")
}
