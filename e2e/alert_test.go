package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"rodada/internal/client"
)

// alarm is an alert as the API and webhooks show it.
type alarm struct {
	ID       int64  `json:"id"`
	Plate    string `json:"plate"`
	Kind     string `json:"kind"`
	Repeats  int    `json:"repeats"`
	ClosedBy string `json:"closed_by"`
}

// notice is what a webhook gets.
type notice struct {
	ID   string `json:"-"`
	Type string `json:"type"`
	Data alarm  `json:"data"`
}

// receiver is somebody's service that is told of alerts, and believes what is signed.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	secret  string
	refuse  int // so many more attempts
	refused []string
	notices []notice
	forged  int
}

func newReceiver(t *testing.T, refuse int) *receiver {
	t.Helper()
	r := &receiver{refuse: refuse}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	n := notice{ID: req.Header.Get("webhook-id")}
	verifier, bad := standardwebhooks.NewWebhook(r.secret)
	if err != nil || bad != nil || verifier.Verify(body, req.Header) != nil || json.Unmarshal(body, &n) != nil {
		r.forged++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.refuse > 0 {
		r.refuse--
		r.refused = append(r.refused, n.ID)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.notices = append(r.notices, n)
}

// enter makes it a webhook.
func (r *receiver) enter(t *testing.T, eva *client.Client, kinds ...string) {
	t.Helper()
	r.mu.Lock() // nothing is received before the secret is known
	defer r.mu.Unlock()
	var made struct{ Secret string }
	require.NoError(t, eva.Call(t.Context(), http.MethodPost, "/admin/v1/webhooks", map[string]any{"url": r.URL, "kinds": kinds}, &made))
	r.secret = made.Secret
}

// of is what was told of a scooter, in the order of the telling.
func (r *receiver) of(plate, kind string) (types []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.notices {
		if n.Data.Plate == plate && n.Data.Kind == kind {
			types = append(types, n.Type)
		}
	}
	return types
}

// A scooter falls, another one's battery runs low, a third one is silent: staff see it, other services are told, once more while it
// lasts, and it is over when it is over.
func TestAlertsFromTheStreet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{
		"SEAL_KEYS": sealKey, "ALERT_SWEEP": "1s", "ALERT_REPEAT": "6s", "ALERT_OFFLINE_AFTER": "5s", "WEBHOOK_NETWORKS": "127.0.0.0/8",
	})
	eva := w.staff(t)
	all, shy := newReceiver(t, 0), newReceiver(t, 1)
	all.enter(t, eva)
	shy.enter(t, eva, "fallen")
	fallen, low, silent := w.box(t), w.box(t), w.box(t)
	fine := w.box(t)

	kinds := map[*box]string{fallen: "fallen", low: "low_battery", silent: "offline"}
	open := func(b *box) (list []alarm) {
		var a struct{ Alerts []alarm }
		require.NoError(t, eva.Call(t.Context(), http.MethodGet, "/admin/v1/alerts?plate="+b.plate, nil, &a))
		return a.Alerts
	}
	for _, b := range []*box{fallen, low, silent, fine} { // one that was never heard is not missed
		require.Eventually(t, func() bool {
			var s struct{ Online bool }
			return eva.Call(t.Context(), http.MethodGet, "/admin/v1/scooters/"+b.plate, nil, &s) == nil && s.Online
		}, patience, tick)
	}

	fallen.Fall(true)
	low.SetBattery(5)
	low.ReportNow()
	silent.Offline()
	for b, kind := range kinds {
		require.Eventually(t, func() bool { list := open(b); return len(list) == 1 && list[0].Kind == kind }, patience, tick, kind)
		require.Eventually(t, func() bool {
			types := all.of(b.plate, kind)
			return len(types) >= 2 && types[0] == "alert.opened" && types[1] == "alert.repeated"
		}, patience, tick, "%s is not told again", kind)
		require.Positive(t, open(b)[0].Repeats)
	}
	require.Eventually(t, func() bool { return slices.Contains(shy.of(fallen.plate, "fallen"), "alert.opened") }, patience, tick, "it is not tried again")

	fallen.Fall(false)
	low.SetBattery(90)
	low.ReportNow()
	require.NoError(t, silent.Online(t.Context()))
	for b, kind := range kinds {
		require.Eventually(t, func() bool { return slices.Contains(all.of(b.plate, kind), "alert.closed") }, patience, tick, "%s lasts", kind)
		require.Empty(t, open(b))
	}
	require.Empty(t, open(fine))

	all.mu.Lock()
	defer all.mu.Unlock()
	ids := map[string]bool{}
	for _, n := range all.notices {
		require.False(t, ids[n.ID], "told twice of one thing")
		ids[n.ID] = true
		require.Contains(t, []string{fallen.plate, low.plate, silent.plate}, n.Data.Plate)
		if n.Type == "alert.closed" {
			require.Equal(t, "system", n.Data.ClosedBy)
		}
	}
	shy.mu.Lock()
	defer shy.mu.Unlock()
	require.Len(t, shy.refused, 1)
	for _, n := range shy.notices {
		require.Equal(t, "fallen", n.Data.Kind)
	}
	require.True(t, slices.ContainsFunc(shy.notices, func(n notice) bool { return n.ID == shy.refused[0] }), "under the same ID")
	require.Zero(t, all.forged+shy.forged)
}
