package e2e_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api/token"
	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/internal/client"
	"rodada/protocol"
)

// raw sends a request byte for byte.
func (w *world) raw(t *testing.T, bearer, method, path, body string, header ...string) client.Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(w.api.ready, "/readyz")+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return client.Answer{Status: res.StatusCode, Header: res.Header, Body: text}
}

// Bad input: a clear problem+json with a code, and nothing changed.
func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, owner, stranger := w.box(t), w.rider(t), w.rider(t)
	mine := owner.ride(t, b)
	free := w.box(t)
	issue := func(subject string, audience rider.Audience, at time.Time, secret string) string {
		issuer, err := token.NewIssuer(secret, time.Minute, func() time.Time { return at })
		require.NoError(t, err)
		signed, _, err := issuer.Issue(subject, audience)
		require.NoError(t, err)
		return signed
	}
	good := issue(stranger.id, rider.ForRiders, time.Now(), secret)
	keyed := []string{"Idempotency-Key", key()}
	scan := `{"qr":"` + free.qr + `"}`

	for name, c := range map[string]struct {
		bearer, method, path, body string
		header                     []string
		status                     int
		code                       string
	}{
		"malformed QR":         {good, "POST", "/v1/rentals", `{"qr":"?? drop table"}`, keyed, 422, "qr_invalid"},
		"QR of another site":   {good, "POST", "/v1/rentals", `{"qr":"http://evil.example/` + free.qr + `"}`, keyed, 422, "qr_invalid"},
		"empty QR":             {good, "POST", "/v1/rentals", `{"qr":""}`, keyed, 422, "request_invalid"},
		"unknown scooter":      {good, "POST", "/v1/rentals", `{"qr":"nobody-0001"}`, keyed, 404, "scooter_unknown"},
		"reserve unknown":      {good, "POST", "/v1/reservations", `{"qr":"nobody-0001"}`, keyed, 404, "scooter_unknown"},
		"missing key":          {good, "POST", "/v1/rentals", scan, nil, 422, "idempotency_key_missing"},
		"unprintable key":      {good, "POST", "/v1/rentals", scan, []string{"Idempotency-Key", "a b"}, 422, "idempotency_key_invalid"},
		"key too long":         {good, "POST", "/v1/rentals", scan, []string{"Idempotency-Key", strings.Repeat("k", 129)}, 422, "idempotency_key_invalid"},
		"no token":             {"", "POST", "/v1/rentals", scan, keyed, 401, "token_invalid"},
		"garbage for a token":  {"garbage", "POST", "/v1/rentals", scan, keyed, 401, "token_invalid"},
		"expired token":        {issue(stranger.id, rider.ForRiders, time.Now().Add(-time.Hour), secret), "POST", "/v1/rentals", scan, keyed, 401, "token_invalid"},
		"token of staff":       {issue(stranger.id, rider.ForStaff, time.Now(), secret), "POST", "/v1/rentals", scan, keyed, 401, "token_invalid"},
		"token of another key": {issue(stranger.id, rider.ForRiders, time.Now(), strings.Repeat("x", 40)), "POST", "/v1/rentals", scan, keyed, 401, "token_invalid"},
		"token of nobody":      {issue(uuid.NewString(), rider.ForRiders, time.Now(), secret), "POST", "/v1/rentals", scan, keyed, 401, "token_invalid"},
		"rider at staff's":     {good, "POST", "/admin/v1/scooters/" + b.plate + "/release", `{"reason":"give it to me"}`, nil, 401, "token_invalid"},
		"foreign rental":       {good, "GET", "/v1/rentals/" + mine.ID, "", nil, 404, "rental_unknown"},
		"end a foreign rental": {good, "POST", "/v1/rentals/" + mine.ID + "/end", "", nil, 404, "rental_unknown"},
		"pause a foreign one":  {good, "POST", "/v1/rentals/" + mine.ID + "/pause", "", nil, 404, "rental_unknown"},
		"give a foreign back":  {good, "DELETE", "/v1/reservations/" + mine.ID, "", nil, 404, "rental_unknown"},
		"no rental":            {good, "POST", "/v1/rentals/" + uuid.NewString() + "/end", "", nil, 404, "rental_unknown"},
		"no UUID":              {good, "GET", "/v1/rentals/1%27%20or%201=1", "", nil, 422, "request_invalid"},
		"held scooter":         {good, "POST", "/v1/rentals", `{"qr":"` + b.qr + `"}`, keyed, 409, "scooter_held"},
		"broken JSON":          {good, "POST", "/v1/rentals", `{"qr":`, keyed, 400, "body_malformed"},
		"no body":              {good, "POST", "/v1/rentals", ``, keyed, 400, "body_malformed"},
		"wrong type":           {good, "POST", "/v1/rentals", `{"qr":7}`, keyed, 422, "request_invalid"},
		"an array":             {good, "POST", "/v1/rentals", `[` + scan + `]`, keyed, 422, "request_invalid"},
		"null":                 {good, "POST", "/v1/rentals", `null`, keyed, 422, "request_invalid"},
		"unknown member":       {good, "POST", "/v1/rentals", `{"qr":"` + free.qr + `","admin":true}`, keyed, 422, "request_invalid"},
		"oversized body":       {good, "POST", "/v1/rentals", `{"qr":"` + strings.Repeat("x", 70_000) + `"}`, keyed, 413, "body_too_large"},
		"another media type":   {good, "POST", "/v1/rentals", scan, append([]string{"Content-Type", "text/xml"}, keyed...), 415, "media_type_unsupported"},
		"negative top-up":      {good, "POST", "/v1/wallet/topups", `{"amount":-500,"currency":"EUR"}`, keyed, 422, "request_invalid"},
		"top-up in parts":      {good, "POST", "/v1/wallet/topups", `{"amount":0.5,"currency":"EUR"}`, keyed, 422, "request_invalid"},
		"no such place":        {good, "GET", "/v1/scooters?lat=91&lng=0", "", nil, 422, "request_invalid"},
		"no such route":        {good, "GET", "/v1/nothing", "", nil, 404, "route_unknown"},
		"no such method":       {good, "PUT", "/v1/rentals", scan, keyed, 405, "method_not_allowed"},
		"weak password":        {"", "POST", "/v1/riders", `{"first_name":"A","last_name":"B","email":"a@b.example","password":"x"}`, nil, 422, "request_invalid"},
		"wrong credentials":    {"", "POST", "/v1/sessions", `{"email":"a@b.example","password":"not the password"}`, nil, 401, "credentials_wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.counts(t)
			got := w.raw(t, c.bearer, c.method, c.path, c.body, c.header...)
			p := refused(t, got.Into(nil), c.status, c.code)
			require.Equal(t, c.status, got.Status)
			require.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
			require.NotEmpty(t, p.Detail)
			require.NotEmpty(t, p.Title)
			require.Equal(t, got.Header.Get("X-Request-Id"), fact[string](t, p, "request_id"))
			require.Equal(t, before, w.counts(t))
		})
	}
	require.Equal(t, "riding", owner.see(t, mine.ID).State)
	require.Equal(t, 0, free.Count(protocol.PowerOn))
	owner.end(t, mine.ID)
	w.free(t, b)
	require.Equal(t, 0, w.worker.logged("panic"))
}

// Somebody who may not ride yet is told what is missing.
func TestWhoMayNotRide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.box(t)

	t.Run("too little balance", func(t *testing.T) {
		poor := w.rider(t)
		r := poor.ride(t, b)
		away := money.Of(credit-300, "EUR")
		require.NoError(t, w.store.Book(t.Context(), wallet.Adjust("fine", poor.id, away.Negate(), "a fine")))
		poor.end(t, r.ID)
		w.free(t, b)
		require.Eventually(t, func() bool { return w.charges(t, r.ID) == 1 }, patience, tick)
		_, err := poor.app.Rent(t.Context(), key(), b.qr)
		refused(t, err, http.StatusPaymentRequired, "balance_too_low")
	})
	t.Run("two scooters at once", func(t *testing.T) {
		p := w.rider(t)
		r := p.ride(t, b)
		_, err := p.app.Rent(t.Context(), key(), w.box(t).qr)
		refused(t, err, http.StatusConflict, "rider_has_rental")
		p.end(t, r.ID)
		w.free(t, b)
	})
	t.Run("suspended", func(t *testing.T) {
		p := w.rider(t)
		_, err := w.db.ExecContext(t.Context(), `UPDATE riders SET suspended_at = now() WHERE id = $1`, p.id)
		require.NoError(t, err)
		_, err = p.app.Rent(t.Context(), key(), b.qr)
		refused(t, err, http.StatusForbidden, "rider_suspended")
	})
	t.Run("battery too low", func(t *testing.T) {
		low := w.box(t)
		low.SetBattery(5)
		low.ReportNow()
		p := w.rider(t)
		require.Eventually(t, func() bool {
			r, err := p.app.Rent(t.Context(), key(), low.qr)
			if err == nil { // the report had not arrived
				p.end(t, r.ID)
				w.free(t, low)
			}
			return codeOf(err) == "scooter_battery_low"
		}, patience, tick)
	})
	require.Equal(t, 0, w.number(t, `SELECT count(*) FROM rentals WHERE outcome = ''`))
}
