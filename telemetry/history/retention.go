package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// LeastRetention is the shortest time that InfluxDB keeps anything.
const LeastRetention = time.Hour

// Retain sees to it that there is a bucket and that it keeps points for so long, 0 for ever, on InfluxDB 1.8 and on 2.x. It may
// run at any time and says whether it changed something. While InfluxDB can't be reached the error is no *RefusedError.
func Retain(ctx context.Context, a Access, keep time.Duration) (changed bool, err error) {
	server := &management{access: a, client: &http.Client{Transport: a.transport(), Timeout: 10 * time.Second}}
	defer server.client.CloseIdleConnections()
	two, err := server.isTwo(ctx)
	switch {
	case err != nil:
	case two:
		changed, err = server.retainBucket(ctx, keep)
	default:
		changed, err = server.retainPolicy(ctx, keep)
	}
	if err != nil {
		return false, fmt.Errorf("retention of the history: %w", err)
	}
	return changed, nil
}

// shardsOf is how much of a bucket one shard holds, as InfluxDB chooses it by itself: a point goes with its shard, so it must
// be well below what is kept.
func shardsOf(keep time.Duration) time.Duration {
	const day = 24 * time.Hour
	switch {
	case keep == 0 || keep > 180*day:
		return 7 * day
	case keep >= 2*day:
		return day
	}
	return time.Hour
}

// RefusedError is that InfluxDB was asked and said no.
type RefusedError struct {
	Status int
	Why    string
}

func (e *RefusedError) Error() string { return fmt.Sprintf("InfluxDB says %d: %s", e.Status, e.Why) }

// management speaks to the parts of InfluxDB that are not about points.
type management struct {
	access Access
	client *http.Client
}

// isTwo tells 2.x from 1.8 by what it says of itself, and a build that does not say, by what only 2.x has.
func (m *management) isTwo(ctx context.Context) (bool, error) {
	resp, err := m.do(ctx, http.MethodGet, "/ping", nil, nil)
	if err != nil {
		return false, err
	}
	_ = resp.Body.Close()
	switch version := strings.TrimPrefix(resp.Header.Get("X-Influxdb-Version"), "v"); {
	case strings.HasPrefix(version, "2."):
		return true, nil
	case strings.HasPrefix(version, "1."):
		return false, nil
	}
	err = m.call(ctx, http.MethodGet, "/api/v2/setup", nil, nil, nil)
	if isUnknown(err) {
		return false, nil
	}
	return err == nil, err
}

// isUnknown tells whether the answer was that there is no such thing.
func isUnknown(err error) bool {
	var refused *RefusedError
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound
}

func (m *management) do(ctx context.Context, method, path string, query url.Values, body any) (*http.Response, error) {
	var text strings.Builder
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return nil, err
		}
	}
	at := strings.TrimSuffix(m.access.URL, "/") + path
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(text.String()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if m.access.Token != "" {
		req.Header.Set("Authorization", "Token "+m.access.Token)
	}
	return m.client.Do(req)
}

// call asks and reads the answer; one below 500 that is no success is a *RefusedError.
func (m *management) call(ctx context.Context, method, path string, query url.Values, body, into any) error {
	resp, err := m.do(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	decoder := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, 1<<20))
	if resp.StatusCode >= 300 {
		var said struct{ Message, Error string }
		_ = decoder.Decode(&said) // what is no JSON has nothing to add to the status
		why := strings.Trim(said.Message+" "+said.Error, " ")
		if resp.StatusCode >= 500 {
			return fmt.Errorf("InfluxDB is not well: %s %s", resp.Status, why)
		}
		return &RefusedError{Status: resp.StatusCode, Why: why}
	}
	if into == nil {
		return nil
	}
	return decoder.Decode(into)
}
