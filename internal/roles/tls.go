package roles

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"rodada/internal/certs"
	"rodada/internal/config"
)

// clientTLS is how a part connects to a service whose settings begin with name.
func clientTLS(c config.TLS, name string, log *slog.Logger) (*tls.Config, error) {
	t, err := certs.Client(certs.Files{CA: c.CA, Cert: c.Cert, Key: c.Key}, log)
	if err != nil {
		return nil, fmt.Errorf("%s_TLS_*: %w", name, err)
	}
	return t, nil
}

// serverTLS is how the API shows itself; nil without a certificate.
func serverTLS(c config.HTTP, log *slog.Logger) (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil //nolint:nilnil // no TLS
	}
	t, err := certs.Server(c.TLSCert, c.TLSKey, log)
	if err != nil {
		return nil, fmt.Errorf("RODADA_HTTP_TLS_CERT, _KEY: %w", err)
	}
	return t, nil
}

// distrust is why a server is not trusted.
func distrust(ctx context.Context, addr string, t *tls.Config) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	conn, err := (&tls.Dialer{Config: t}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return conn.Close()
}
