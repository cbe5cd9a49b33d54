package testkit_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestDatabaseIsMigratedOnceAndCopied(t *testing.T) {
	var runs atomic.Int32
	key := testkit.Plate(t) // unlike any other
	migrate := func(ctx context.Context, url string) error {
		runs.Add(1)
		return execute(ctx, url, `CREATE TABLE thing (n int)`)
	}
	t.Run("side by side", func(t *testing.T) {
		for range 4 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				at := testkit.Database(t, key, migrate)
				require.NoError(t, execute(t.Context(), at, `INSERT INTO thing VALUES (1)`))
				require.Equal(t, 1, number(t, at, `SELECT count(*) FROM thing`), "each has its own")
			})
		}
	})
	require.EqualValues(t, 1, runs.Load())
	require.Equal(t, 0, number(t, testkit.Postgres(t), `SELECT count(*) FROM pg_tables WHERE tablename = 'thing'`))
}

func TestDatabaseIsDropped(t *testing.T) {
	var at string
	t.Run("a test", func(t *testing.T) { at = testkit.Postgres(t) })
	name := at[strings.LastIndex(at, "/")+1 : strings.Index(at, "?")]
	require.Equal(t, 0, number(t, testkit.Postgres(t), `SELECT count(*) FROM pg_database WHERE datname = '`+name+`'`))
}

func TestAFailedMigrationIsTriedAgain(t *testing.T) {
	key := testkit.Plate(t)
	broken := errors.New("half way")
	refused := &recorder{TB: t}
	refused.run(func() {
		testkit.Database(refused, key, func(ctx context.Context, url string) error {
			require.NoError(t, execute(ctx, url, `CREATE TABLE half (n int)`))
			return broken
		})
	})
	require.Contains(t, refused.fatal, broken.Error())
	at := testkit.Database(t, key, func(ctx context.Context, url string) error {
		return execute(ctx, url, `CREATE TABLE half (n int)`)
	})
	require.Equal(t, 0, number(t, at, `SELECT count(*) FROM half`))
}

func TestHashFS(t *testing.T) {
	one := fstest.MapFS{"1.sql": {Data: []byte("a")}}
	same := fstest.MapFS{"1.sql": {Data: []byte("a")}}
	other := fstest.MapFS{"1.sql": {Data: []byte("b")}}
	moved := fstest.MapFS{"2.sql": {Data: []byte("a")}}
	require.Equal(t, testkit.HashFS(t, one), testkit.HashFS(t, same))
	require.NotEqual(t, testkit.HashFS(t, one), testkit.HashFS(t, other))
	require.NotEqual(t, testkit.HashFS(t, one), testkit.HashFS(t, moved))
}

func TestRedisPrefixes(t *testing.T) {
	addr, mine := testkit.Redis(t)
	_, other := testkit.Redis(t)
	require.NotEqual(t, mine, other)
	r := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = r.Close() })
	require.NoError(t, r.Ping(t.Context()).Err())
}

func TestTemporalRunsAWorkflow(t *testing.T) {
	c, queue := testkit.Temporal(t)
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflowWithOptions(func(workflow.Context) (string, error) { return "done", nil },
		workflow.RegisterOptions{Name: "Short"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: testkit.Plate(t), TaskQueue: queue}, "Short")
	require.NoError(t, err)
	var got string
	require.NoError(t, run.Get(t.Context(), &got))
	require.Equal(t, "done", got)
}

func TestInfluxBucketIsEmpty(t *testing.T) {
	at, bucket := testkit.Influx(t)
	_, other := testkit.Influx(t)
	require.NotEqual(t, bucket, other)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		at+"/api/v2/write?bucket="+bucket, strings.NewReader("m v=1"))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
}

func TestBrokersKnowTheirScooters(t *testing.T) {
	plate := testkit.Plate(t)
	for name, s := range map[string]*devstack.Stack{"embedded": testkit.Broker(t), "mosquitto": testkit.Mosquitto(t, plate)} {
		c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(s.Addresses().MQTT).
			SetUsername(plate).SetPassword(testkit.ScooterPassword))
		token := c.Connect()
		token.Wait()
		require.NoError(t, token.Error(), name)
		c.Disconnect(0)
	}
}

func TestRequireProgram(t *testing.T) {
	for name, c := range map[string]struct{ ci, program, fatal, skip string }{
		"it is here":               {"", "go", "", ""},
		"missing at home":          {"", "no-such-program", "", "no-such-program"},
		"missing where it matters": {"true", "no-such-program", "no-such-program", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CI", c.ci)
			r := &recorder{TB: t}
			r.run(func() { testkit.RequireProgram(r, c.program) })
			require.Contains(t, r.fatal, c.fatal)
			require.Contains(t, r.skip, c.skip)
			require.Equal(t, c.fatal == "", r.fatal == "")
			require.Equal(t, c.skip == "", r.skip == "")
		})
	}
}

func execute(ctx context.Context, url, sql string) error {
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, sql)
	return errors.Join(err, db.Close(ctx))
}

func number(t *testing.T, url, sql string) int {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	var n int
	require.NoError(t, db.QueryRow(t.Context(), sql).Scan(&n))
	require.NoError(t, db.Close(t.Context()))
	return n
}
