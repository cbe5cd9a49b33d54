package devstack

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// A service that accepts and then says nothing must not stop the polling.
const askTimeout = 2 * time.Second

// accepts is nil once something listens at addr.
func accepts(ctx context.Context, addr string) error {
	conn, err := (&net.Dialer{Timeout: askTimeout}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return conn.Close()
}

// answers is nil once the server at addr gives this reply to this line.
func answers(ctx context.Context, addr, line, reply string) error {
	conn, err := (&net.Dialer{Timeout: askTimeout}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(askTimeout)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, line); err != nil {
		return err
	}
	got := make([]byte, len(reply))
	if _, err := io.ReadFull(conn, got); err != nil {
		return err
	}
	if string(got) != reply {
		return fmt.Errorf("it answers %q", got)
	}
	return nil
}

// httpOK is nil when the request is answered with a status of the 200s.
func httpOK(req *http.Request) error {
	// No keep-alive: a connection left behind would be a leak to the caller.
	client := &http.Client{Timeout: askTimeout, Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // asks its own child whether it is up, and tells it nothing
	}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("it answers %s", resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
