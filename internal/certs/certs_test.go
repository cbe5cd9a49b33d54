package certs_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/internal/certs"
	"rodada/internal/testkit"
)

var quiet = slog.New(slog.DiscardHandler)

func tomorrow() time.Time { return time.Now().Add(24 * time.Hour) }

// serve shakes hands with whoever comes, and is where.
func serve(t *testing.T, c *tls.Config) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", c)
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				_ = conn.(*tls.Conn).HandshakeContext(t.Context())
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return l.Addr().String()
}

// shown is the name on the certificate of a server.
func shown(t *testing.T, at string, c *tls.Config) (string, error) {
	t.Helper()
	conn, err := (&tls.Dialer{NetDialer: new(net.Dialer), Config: c}).DialContext(t.Context(), "tcp", at)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName, nil
}

func TestARenewedCertificateIsShownWithoutARestart(t *testing.T) {
	ca := testkit.NewAuthority(t)
	p := ca.Issue("first", tomorrow(), "127.0.0.1")
	var log bytes.Buffer
	server, err := certs.Server(p.Cert, p.Key, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	client, err := certs.Client(certs.Files{CA: ca.File}, quiet)
	require.NoError(t, err)
	at := serve(t, server)
	name, err := shown(t, at, client)
	require.NoError(t, err)
	require.Equal(t, "first", name)

	second := ca.Issue("second", tomorrow(), "127.0.0.1")
	require.NoError(t, os.Rename(second.Cert, p.Cert)) // half of the change: no pair
	name, err = shown(t, at, client)
	require.NoError(t, err)
	require.Equal(t, "first", name)
	require.Contains(t, log.String(), "the new certificate is not used")
	require.NoError(t, os.Rename(second.Key, p.Key))
	name, err = shown(t, at, client)
	require.NoError(t, err)
	require.Equal(t, "second", name)

	require.NoError(t, os.Remove(p.Key))
	name, err = shown(t, at, client)
	require.NoError(t, err, "what was read is still good")
	require.Equal(t, "second", name)
	_, err = shown(t, at, client)
	require.NoError(t, err)
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("can't be found")), "it is said once")
}

func TestARenewedCertificateOfAClientIsShown(t *testing.T) {
	ca := testkit.NewAuthority(t)
	own := ca.Issue("server", tomorrow(), "127.0.0.1")
	p := ca.Issue("client", tomorrow())
	server, err := certs.Server(own.Cert, own.Key, quiet)
	require.NoError(t, err)
	names := make(chan string, 1)
	server.ClientAuth = tls.RequireAnyClientCert
	server.VerifyConnection = func(s tls.ConnectionState) error {
		names <- s.PeerCertificates[0].Subject.CommonName
		return nil
	}
	client, err := certs.Client(certs.Files{CA: ca.File, Cert: p.Cert, Key: p.Key}, quiet)
	require.NoError(t, err)
	at := serve(t, server)
	_, err = shown(t, at, client)
	require.NoError(t, err)
	require.Equal(t, "client", <-names)
	renewed := ca.Issue("renewed", tomorrow())
	require.NoError(t, os.Rename(renewed.Cert, p.Cert))
	require.NoError(t, os.Rename(renewed.Key, p.Key))
	_, err = shown(t, at, client)
	require.NoError(t, err)
	require.Equal(t, "renewed", <-names)
}

func TestOldTLSIsRefused(t *testing.T) {
	ca := testkit.NewAuthority(t)
	p := ca.Issue("server", tomorrow(), "127.0.0.1")
	server, err := certs.Server(p.Cert, p.Key, quiet)
	require.NoError(t, err)
	client, err := certs.Client(certs.Files{CA: ca.File}, quiet)
	require.NoError(t, err)
	old := client.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	_, err = shown(t, serve(t, server), old)
	require.ErrorContains(t, err, "protocol version")
	weak := server.Clone()
	weak.MinVersion, weak.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	_, err = shown(t, serve(t, weak), client)
	require.ErrorContains(t, err, "protocol version")
}

func TestWhoIsNotTrusted(t *testing.T) {
	ours, other := testkit.NewAuthority(t), testkit.NewAuthority(t)
	client, err := certs.Client(certs.Files{CA: ours.File}, quiet)
	require.NoError(t, err)
	for want, p := range map[string]testkit.Pair{
		"unknown authority": other.Issue("other", tomorrow(), "127.0.0.1"),
		"expired":           ours.Issue("late", time.Now().Add(-time.Minute), "127.0.0.1"),
		"127.0.0.1":         ours.Issue("elsewhere", tomorrow(), "192.0.2.1"),
	} {
		server, err := certs.Server(p.Cert, p.Key, quiet)
		require.NoError(t, err)
		_, err = shown(t, serve(t, server), client)
		require.ErrorContains(t, err, want)
	}
	nobody, err := certs.Client(certs.Files{}, quiet)
	require.NoError(t, err)
	p := ours.Issue("server", tomorrow(), "127.0.0.1")
	server, err := certs.Server(p.Cert, p.Key, quiet)
	require.NoError(t, err)
	_, err = shown(t, serve(t, server), nobody)
	require.Error(t, err, "the system knows no authority of tests")
}

func TestFilesThatAreNoCertificates(t *testing.T) {
	ca := testkit.NewAuthority(t)
	p := ca.Issue("server", tomorrow(), "127.0.0.1")
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, []byte("no certificate"), 0o600))
	_, err := certs.Client(certs.Files{CA: empty}, quiet)
	require.ErrorIs(t, err, certs.ErrNoCertificate)
	_, err = certs.Client(certs.Files{CA: empty + "s"}, quiet)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = certs.Client(certs.Files{Cert: p.Cert, Key: empty}, quiet)
	require.ErrorContains(t, err, empty)
	_, err = certs.Server(empty+"s", p.Key, quiet)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = certs.Server(p.Cert, ca.Issue("another", tomorrow()).Key, quiet)
	require.ErrorContains(t, err, "private key does not match")
}
