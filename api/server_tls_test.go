package api_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/internal/certs"
	"rodada/internal/client"
	"rodada/internal/config"
	"rodada/internal/roles"
	"rodada/internal/testkit"
)

func TestTheAPIByTLS(t *testing.T) {
	ours, other := testkit.NewAuthority(t), testkit.NewAuthority(t)
	p := ours.Issue("api", time.Now().Add(time.Hour), "api.example")
	log := slog.New(slog.DiscardHandler)
	secure, err := certs.Server(p.Cert, p.Key, log)
	require.NoError(t, err)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	ok := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })
	go func() {
		over <- api.NewServer(ok, config.HTTP{Deadline: time.Second}, log).Secure(secure).Serve(ctx, l)
	}()
	defer func() { stop(); require.NoError(t, <-over) }()
	base := "https://" + l.Addr().String()

	h := roles.Health{URL: base + "/readyz", CA: ours.File, Name: "api.example"}
	require.NoError(t, roles.Healthcheck(t.Context(), h))
	h.Name = ""
	require.ErrorContains(t, roles.Healthcheck(t.Context(), h), "127.0.0.1", "another name")
	h.CA, h.Name = other.File, "api.example"
	require.ErrorContains(t, roles.Healthcheck(t.Context(), h), "unknown authority")

	trust, err := certs.Client(certs.Files{CA: ours.File}, log)
	require.NoError(t, err)
	trust.ServerName = "api.example"
	answer, err := client.New(base).Trusting(trust).Do(t.Context(), http.MethodGet, "/", nil)
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status)
	_, err = client.New(base).Do(t.Context(), http.MethodGet, "/", nil)
	require.ErrorContains(t, err, "certificate")
	plain, err := client.New("http://"+l.Addr().String()).Do(t.Context(), http.MethodGet, "/", nil)
	require.NoError(t, err)
	require.Equal(t, 400, plain.Status, "http gets no further")
}
