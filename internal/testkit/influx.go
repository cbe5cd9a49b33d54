package testkit

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rodada/internal/devstack"
)

// Influx is the URL of the shared InfluxDB and a bucket for this test. Any token
// and organisation will do. The bucket goes with its server: InfluxDB 1.8 forgets
// databases that others have just made while it drops one.
func Influx(t testing.TB) (address, bucket string) {
	t.Helper()
	at := need(t, devstack.Influx)
	name := "test_" + unique()
	if err := influxQL(t.Context(), at.InfluxURL, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("influxdb: %v", err)
	}
	return at.InfluxURL, name + "/autogen"
}

func influxQL(ctx context.Context, at, statement string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/query?q="+url.QueryEscape(statement), nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || strings.Contains(string(text), `"error"`)) {
		return fmt.Errorf("%s: %s %s", statement, resp.Status, text)
	}
	return err
}
