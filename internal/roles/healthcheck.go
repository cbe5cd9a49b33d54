package roles

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"rodada/internal/certs"
)

// Health is whom Healthcheck asks, and how its certificate is checked where it speaks https.
type Health struct {
	URL  string
	CA   string // file with the authorities that are trusted; empty: the system's
	Name string // that the certificate is for; empty: the URL's
}

// Healthcheck asks a role whether it is well, for containers that have no other program to ask with.
func Healthcheck(ctx context.Context, h Health) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	t, err := certs.Client(certs.Files{CA: h.CA}, slog.Default())
	if err != nil {
		return fmt.Errorf("--ca: %w", err)
	}
	t.ServerName = h.Name
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		return err
	}
	res, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: t, DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", h.URL, res.Status)
	}
	return nil
}
