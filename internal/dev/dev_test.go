package dev_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/client"
	"rodada/internal/config"
	"rodada/internal/dev"
	"rodada/internal/devstack"
)

// take listens on a port for the time of the test.
func take(t *testing.T) (port int) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	_, text, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	port, err = strconv.Atoi(text)
	require.NoError(t, err)
	return port
}

// free is a configuration whose ports nobody has.
func free(t *testing.T) config.Config {
	t.Helper()
	c, err := config.Read([]string{"RODADA_HTTP_ADDR=127.0.0.1:0", "RODADA_DEV_WORKER_METRICS_PORT=0", "RODADA_DEV_BRIDGE_METRICS_PORT=0"})
	require.NoError(t, err)
	return c
}

func TestATakenPortIsNamedBeforeAnythingStarts(t *testing.T) {
	require.NoError(t, dev.CheckPorts(t.Context(), free(t)))
	for setting, edit := range map[string]func(*config.Config, int){
		"RODADA_HTTP_ADDR":               func(c *config.Config, port int) { c.HTTP.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) },
		"RODADA_DEV_WORKER_METRICS_PORT": func(c *config.Config, port int) { c.Dev.WorkerMetrics = port },
		"RODADA_DEV_BRIDGE_METRICS_PORT": func(c *config.Config, port int) { c.Dev.BridgeMetrics = port },
	} {
		c, port := free(t), take(t)
		edit(&c, port)
		err := dev.CheckPorts(t.Context(), c)
		require.EqualError(t, err, "another program listens on 127.0.0.1:"+strconv.Itoa(port)+"; stop it, or set "+setting+" to another address")
		require.ErrorContains(t, dev.Run(t.Context(), c, new(strings.Builder)), setting)
	}
}

func TestTheAddressesSayHowToLogInAndWhereToMeasure(t *testing.T) {
	var out strings.Builder
	c, err := config.Read(nil)
	require.NoError(t, err)
	dev.Describe(&out, c, devstack.Addresses{MQTT: "tcp://127.0.0.1:11883"})
	for _, part := range []string{
		"http://127.0.0.1:8080/docs", "http://127.0.0.1:18081/metrics", "http://127.0.0.1:18082/metrics",
		dev.RiderEmail, dev.RiderPassword, dev.StaffEmail, dev.StaffPassword, "user DEMO01, password " + dev.BoxLogin("DEMO01"),
	} {
		require.Contains(t, out.String(), part)
	}
	require.NotContains(t, out.String(), "%!")
}

// A ride that a zone forbids is no reason for a developer to be without everything else.
func TestADemoRideThatFailsIsTold(t *testing.T) {
	var out strings.Builder
	dev.Tell(t.Context(), &out, fmt.Errorf("scan: %w", &client.Problem{Status: 409, Code: "zone_start_forbidden", Detail: "A ride can't begin here."}))
	require.Equal(t, "  failed    at scan: 409 zone_start_forbidden: A ride can't begin here.; all else goes on (log: rodada.log)\n", out.String())
	out.Reset()
	dev.Tell(t.Context(), &out, nil)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	dev.Tell(stopped, &out, context.Canceled)
	require.Empty(t, out.String())
}
