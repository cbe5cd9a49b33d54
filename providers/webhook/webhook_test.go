package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/providers/webhook"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var loopback = staff.NewReach("127.0.0.0/8")

func delivery(url string) staff.Delivery {
	return staff.Delivery{ID: uuid.NewString(), URL: url, Body: `{"type":"alert.opened","data":{"plate":"12AB"}}`}
}

func TestADeliveryIsSigned(t *testing.T) {
	var got []string
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		verifier, err2 := standardwebhooks.NewWebhook(secret)
		if err != nil || err2 != nil || verifier.Verify(body, r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		got = append(got, r.Header.Get("webhook-id"), r.Method, r.Header.Get("Content-Type"), string(body))
		w.WriteHeader(http.StatusAccepted)
	}))
	defer there.Close()
	d := delivery(there.URL)
	require.NoError(t, webhook.New(loopback).Send(t.Context(), d, secret))
	require.Equal(t, []string{d.ID, "POST", "application/json", d.Body}, got)
	require.ErrorContains(t, webhook.New(loopback).Send(t.Context(), d, "whsec_b3RoZXI="), "401")
	require.ErrorContains(t, webhook.New(loopback).Send(t.Context(), d, "whsec_?"), "secret")
}

// Nothing inside is asked: not by its address, not by a name that leads there, not by a redirect.
func TestPrivateAddressesAreNotAsked(t *testing.T) {
	asked := 0
	there := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer there.Close()
	port := there.URL[strings.LastIndex(there.URL, ":"):]
	public, other := webhook.New(nil), webhook.New(staff.NewReach("10.0.0.0/8"))
	for _, url := range []string{"https://127.0.0.1", "https://localhost", "https://[::1]", "https://[::ffff:127.0.0.1]", "http://127.0.0.1", "http://localhost", "https://0.0.0.0"} {
		require.ErrorIs(t, public.Send(t.Context(), delivery(url+port), secret), webhook.ErrPrivate, url)
		require.ErrorIs(t, other.Send(t.Context(), delivery(url+port), secret), webhook.ErrPrivate, url)
	}
	require.Zero(t, asked)

	away := httptest.NewServer(http.RedirectHandler(there.URL, http.StatusTemporaryRedirect))
	defer away.Close()
	require.ErrorContains(t, webhook.New(loopback).Send(t.Context(), delivery(away.URL), secret), "307")
	require.Zero(t, asked)
}

func TestADeliveryStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	there := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that we hang up
		cancel()
		<-r.Context().Done()
	}))
	defer there.Close()
	require.ErrorIs(t, webhook.New(loopback).Send(ctx, delivery(there.URL), secret), context.Canceled)
}
