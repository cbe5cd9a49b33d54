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
// and organisation will do.
func Influx(t testing.TB) (address, bucket string) {
	t.Helper()
	at := need(t, devstack.Influx)
	name := "test_" + unique()
	// Now and then a database is not there after it was made while others come and go.
	for made := false; !made; {
		if err := influxQL(t.Context(), at.InfluxURL, "CREATE DATABASE "+name); err != nil {
			t.Fatalf("influxdb: %v", err)
		}
		var err error
		if made, err = influxHas(t.Context(), at.InfluxURL, name); err != nil {
			t.Fatalf("influxdb: %v", err)
		}
	}
	t.Cleanup(func() {
		if err := influxQL(context.WithoutCancel(t.Context()), at.InfluxURL, "DROP DATABASE "+name); err != nil {
			t.Errorf("influxdb: %v", err)
		}
	})
	return at.InfluxURL, name + "/autogen"
}

// influxHas reports whether there is a database with that name.
func influxHas(ctx context.Context, at, name string) (bool, error) {
	text, err := influxAnswer(ctx, at, "SHOW DATABASES")
	return strings.Contains(text, `"`+name+`"`), err
}

func influxQL(ctx context.Context, at, statement string) error {
	_, err := influxAnswer(ctx, at, statement)
	return err
}

func influxAnswer(ctx context.Context, at, statement string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/query?q="+url.QueryEscape(statement), nil)
	if err != nil {
		return "", err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", statement, resp.Status)
	}
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}
