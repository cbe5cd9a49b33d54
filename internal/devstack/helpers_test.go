package devstack_test

import (
	"io/fs"
	"net"
	"path/filepath"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
)

const patience = 10 * time.Second

func query(t *testing.T, s *devstack.Stack, sql string) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), s.Addresses().PostgresURL)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), sql)
	require.NoError(t, err)
	require.NoError(t, db.Close(t.Context()))
}

// listen takes a port for the time of the test.
func listen(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	at, err := net.ResolveTCPAddr("tcp", l.Addr().String())
	require.NoError(t, err)
	return at.Port
}

func find(t *testing.T, name string, under ...string) string {
	t.Helper()
	found := ""
	for _, dir := range under {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == name && (found == "" || len(path) < len(found)) {
				found = path
			}
			return nil
		})
	}
	require.NotEmpty(t, found, "%s is nowhere", name)
	return found
}

func dial(t *testing.T, url, id, user, password string, change func(*mqtt.ClientOptions)) (mqtt.Client, error) {
	t.Helper()
	o := mqtt.NewClientOptions().AddBroker(url).SetClientID(id).SetUsername(user).SetPassword(password).
		SetAutoReconnect(false).SetConnectTimeout(patience)
	if change != nil {
		change(o)
	}
	c := mqtt.NewClient(o)
	token := c.Connect()
	require.True(t, token.WaitTimeout(patience))
	if token.Error() == nil {
		t.Cleanup(func() { c.Disconnect(0) })
	}
	return c, token.Error()
}

func connect(t *testing.T, url, id, user, password string) error {
	t.Helper()
	c, err := dial(t, url, id, user, password, nil)
	if err == nil {
		c.Disconnect(0)
	}
	return err
}
