package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/providers/webhook"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

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
	public := webhook.New(nil)
	for _, url := range []string{"https://127.0.0.1", "https://localhost", "https://[::1]", "https://[::ffff:127.0.0.1]", "http://127.0.0.1", "https://0.0.0.0"} {
		require.ErrorIs(t, public.Send(t.Context(), delivery(url+port), secret), webhook.ErrPrivate, url)
	}
	require.Zero(t, asked)

	away := httptest.NewServer(http.RedirectHandler(there.URL, http.StatusTemporaryRedirect))
	defer away.Close()
	require.ErrorContains(t, webhook.New(loopback).Send(t.Context(), delivery(away.URL), secret), "307")
	require.Zero(t, asked)
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"1.1.1.1": true, "93.184.216.34": true, "2606:4700::1111": true,
		"10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.1.2.3": false,
		"224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "::": false, "::1": false, "fe80::1": false, "fd00::1": false,
		"::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false, "ff02::1": false,
	} {
		require.Equal(t, want, webhook.Public(netip.MustParseAddr(address)), address)
	}
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
