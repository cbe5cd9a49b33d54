package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/api/token"
	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
	"rodada/internal/config"
	"rodada/workflows"
)

const (
	secret  = "a secret of thirty-two bytes, ok"
	ana     = "11111111-1111-4111-8111-111111111111"
	eva     = "22222222-2222-4222-8222-222222222222"
	support = "33333333-3333-4333-8333-333333333333"
	plate   = "12AB"
	code    = "RD-7K2M9Q"
	public  = "44444444-4444-4444-8444-444444444444"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// fakeLive is what scooters last said.
type fakeLive struct {
	seen  []api.Sighting
	asked api.Offer
	err   error
}

func (l *fakeLive) Offered(_ context.Context, o api.Offer) (list []api.Sighting, err error) {
	l.asked = o
	for _, s := range l.seen {
		if s.Battery >= o.Battery && !s.Seen.Before(o.SeenAfter) && len(list) < o.Limit {
			list = append(list, s)
		}
	}
	return list, l.err
}

func (l *fakeLive) Sighting(_ context.Context, plate string) (api.Sighting, bool, error) {
	for _, s := range l.seen {
		if s.Plate == plate {
			return s, true, l.err
		}
	}
	return api.Sighting{}, false, l.err
}

func (l *fakeLive) Sightings(_ context.Context, plates []string) (map[string]api.Sighting, error) {
	found := map[string]api.Sighting{}
	for _, s := range l.seen {
		if slices.Contains(plates, s.Plate) {
			found[s.Plate] = s
		}
	}
	return found, l.err
}

// stage is the API on fakes: one scooter, two riders, one member of staff.
type stage struct {
	handler  http.Handler
	options  api.Options
	store    *fakeStore
	temporal *fakeTemporal
	live     *fakeLive
	history  *fakeHistory
	tokens   *token.Issuer
	log      *syncBuffer
	now      time.Time
}

// syncBuffer is a log that several requests write.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newStage(t *testing.T, edits ...func(*api.Options)) *stage {
	t.Helper()
	s := &stage{now: noon, temporal: &fakeTemporal{over: map[string]bool{}, holders: map[string]bool{}}, live: &fakeLive{}, history: &fakeHistory{}, log: &syncBuffer{}}
	clock := func() time.Time { return s.now }
	s.store = &fakeStore{
		now:      clock,
		riders:   map[string]rider.Rider{},
		staff:    map[string]staff.Member{support: {ID: support, Email: "support@example.com", Permissions: []staff.Permission{staff.Admin}}},
		sessions: map[string]rider.Session{},
		spent:    map[string]string{},
		scooters: map[string]fleet.Scooter{plate: {
			ID: 7, PublicID: public, DeviceID: uuid.NewString(), QRCode: code, Plate: plate, IMEI: "860000000000001",
			Model:   fleet.Model{ID: 1, Name: "M1", MaxKmh: 25, RangeMeters: 30000, LowercaseLength: true},
			Service: fleet.InService, Hold: fleet.Free, Battery: 80, LimitKmh: 20,
		}},
		tariff: fare.Tariff{
			ID: "standard", Version: 3, Name: "Standard", Currency: "EUR", Unlock: 100,
			Riding: []fare.Segment{{Rate: 20, Interval: 1}}, Paused: []fare.Segment{{Rate: 5, Interval: 1}},
			MinimumBalance: 500, ReservationSeconds: 600,
		},
		booked:  map[string]wallet.Transaction{},
		rentals: map[string]rental.Rental{},
		claimed: map[string]bool{},
		keys:    map[string][2]string{},
		events:  map[string][]rental.Event{},
	}
	for id, email := range map[string]string{ana: "ana@example.com", eva: "eva@example.com"} {
		s.store.riders[id] = rider.Rider{ID: id, FirstName: "Rider", LastName: "Test", Email: email, Language: "es", CreatedAt: noon}
		require.NoError(t, s.store.Book(t.Context(), wallet.Deposit(id, id, money.Of(2000, "EUR"))))
	}
	s.temporal.onStart = s.acknowledge
	var err error
	s.tokens, err = token.NewIssuer(secret, 15*time.Minute, clock)
	require.NoError(t, err)

	s.options = api.Options{
		Config: config.Config{
			Currency:    "EUR",
			HTTP:        config.HTTP{Deadline: 5 * time.Second, MaxBody: 2048},
			Temporal:    config.Temporal{TaskQueue: "rodada"},
			Tokens:      config.Tokens{Secret: secret, Access: 15 * time.Minute, Refresh: 720 * time.Hour},
			Rental:      config.Rental{UnlockWindow: 10 * time.Second, AckWindow: 4 * time.Second, MinimumBattery: 15, AlertAfter: 3, FailedUnder: 3 * time.Minute, FailedWithin: 200},
			Command:     config.Command{Window: 10 * time.Second},
			Telemetry:   config.Telemetry{OfflineAfter: 3 * time.Minute, FixFor: 15 * time.Minute},
			Payment:     config.Payment{MinimumTopUp: 100, MaximumTopUp: 100_000, AnnounceWithin: time.Minute, ActionWithin: time.Minute, DebtSteps: []time.Duration{time.Hour, 24 * time.Hour}},
			Development: true,
		},
		Store: s.store, Live: s.live, History: s.history, Temporal: s.temporal, Now: clock,
		Log:      slog.New(slog.NewJSONHandler(s.log, nil)),
		Registry: prometheus.NewRegistry(),
	}
	for _, edit := range edits {
		edit(&s.options)
	}
	s.handler, err = api.New(s.options)
	require.NoError(t, err)
	return s
}

// acknowledge is a workflow whose scooter unlocks at once.
func (s *stage) acknowledge(_ context.Context, in workflows.RentalInput) error {
	s.store.move(in.RentalID, func(r *rental.Rental) {
		if in.ReservedUntil.IsZero() {
			r.State, r.UnlockedAt = rental.Riding, s.now
		}
	})
	return nil
}

// voided is a workflow that comes to nothing.
func (s *stage) voided(why rental.Reason, status *int) func(context.Context, workflows.RentalInput) error {
	return func(_ context.Context, in workflows.RentalInput) error {
		s.store.move(in.RentalID, func(r *rental.Rental) {
			r.State, r.Outcome, r.Reason, r.DeviceStatus = rental.Securing, rental.Voided, why, status
		})
		return nil
	}
}

// token is an access token.
func (s *stage) token(t *testing.T, subject string, audience rider.Audience) string {
	t.Helper()
	signed, _, err := s.tokens.Issue(subject, audience)
	require.NoError(t, err)
	return signed
}

// do sends a request; body is a string as it is, or anything as JSON.
func (s *stage) do(t *testing.T, method, path, bearer string, body any, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(t, err)
		reader = bytes.NewReader(raw)
	}
	req := httptest.NewRequestWithContext(t.Context(), method, path, reader)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res := httptest.NewRecorder()
	s.handler.ServeHTTP(res, req)
	return res
}

// rent is POST /v1/rentals of a rider.
func (s *stage) rent(t *testing.T, who, key string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, "POST", "/v1/rentals", s.token(t, who, rider.ForRiders), map[string]any{"qr": code}, "Idempotency-Key", key)
}

// asRider sends a request as Ana.
func (s *stage) asRider(t *testing.T, method, path string, body any, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, method, path, s.token(t, ana, rider.ForRiders), body, headers...)
}

// asStaff sends a request as staff.
func (s *stage) asStaff(t *testing.T, method, path string, body any, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, method, path, s.token(t, support, rider.ForStaff), body, headers...)
}

// problem is an error answer, which is checked for its form.
func problem(t *testing.T, res *httptest.ResponseRecorder, status int, code string) map[string]any {
	t.Helper()
	require.Equal(t, status, res.Code, res.Body.String())
	require.Equal(t, "application/problem+json", res.Header().Get("Content-Type"))
	var p map[string]any
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &p))
	require.Equal(t, code, p["code"], res.Body.String())
	require.Equal(t, "urn:rodada:problem:"+code, p["type"])
	require.EqualValues(t, status, p["status"])
	require.NotEmpty(t, p["title"])
	require.NotEmpty(t, p["detail"])
	require.Equal(t, res.Header().Get("X-Request-Id"), p["request_id"])
	return p
}

// codeOf reads the code of a problem.
func codeOf(t *testing.T, res *httptest.ResponseRecorder) string {
	t.Helper()
	var p struct{ Code string }
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &p))
	return p.Code
}

// body is an answer of success.
func body(t *testing.T, res *httptest.ResponseRecorder, status int) map[string]any {
	t.Helper()
	require.Equal(t, status, res.Code, res.Body.String())
	var b map[string]any
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &b))
	return b
}
