package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
	"rodada/internal/client"
	"rodada/providers/mail"
)

// credit is what every rider's wallet holds at first, in minor units.
const credit = 2000

// person is a rider with the app.
type person struct {
	id  string
	app *client.Client
}

// rider is somebody with an account, money and a session.
func (w *world) rider(t *testing.T) person {
	t.Helper()
	id := uuid.NewString()
	require.NoError(t, w.store.CreateRider(t.Context(), rider.Rider{
		ID: id, FirstName: "Ana", LastName: "Rider", Email: id + "@riders.example", PasswordHash: "none", Language: "en", CreatedAt: time.Now(),
	}))
	require.NoError(t, w.store.Book(t.Context(), wallet.Give(id, id, money.Of(credit, "EUR"), "for the story")))
	signed, _, err := w.tokens.Issue(id, rider.ForRiders)
	require.NoError(t, err)
	return person{id: id, app: w.visitor.As(signed)}
}

// mailed is the code that an address was mailed last.
func (w *world) mailed(t *testing.T, email string) (code string) {
	t.Helper()
	require.Eventually(t, func() (found bool) {
		code, found = mail.CodeTo(w.mails, email)
		return found
	}, patience, tick, "no mail comes")
	return code
}

// staff is a member of staff with a session.
func (w *world) staff(t *testing.T) *client.Client {
	t.Helper()
	id := uuid.NewString()
	require.NoError(t, w.store.CreateStaff(t.Context(), staff.Member{
		Permissions: []staff.Permission{staff.Admin},
		ID:          id, FirstName: "Eva", LastName: "Staff", Email: id + "@staff.example", PasswordHash: "none", CreatedAt: time.Now(),
	}))
	signed, _, err := w.tokens.Issue(id, rider.ForStaff)
	require.NoError(t, err)
	return w.visitor.As(signed)
}

// key is a fresh Idempotency-Key.
func key() string { return uuid.NewString() }

// ride scans a scooter and fails the test unless the rider rides.
func (p person) ride(t *testing.T, b *box) client.Rental {
	t.Helper()
	r, err := p.app.Rent(t.Context(), key(), b.qr)
	require.NoError(t, err)
	require.Equal(t, "riding", r.State)
	require.False(t, b.Locked(), "riding a locked scooter")
	return r
}

// end ends a ride and fails the test unless the rider is out.
func (p person) end(t *testing.T, id string) client.Rental {
	t.Helper()
	r, err := p.app.Act(t.Context(), id, "end")
	require.NoError(t, err)
	require.Equal(t, "ended", r.State)
	return r
}

// act asks for something and fails the test when it is refused.
func (p person) act(t *testing.T, id, what string) client.Rental {
	t.Helper()
	r, err := p.app.Act(t.Context(), id, what)
	require.NoError(t, err, what)
	return r
}

// balance is what the wallet holds.
func (p person) balance(t *testing.T) int64 {
	t.Helper()
	held, err := p.app.Balance(t.Context())
	require.NoError(t, err)
	return held.Amount
}

// see is a rental as the rider sees it now.
func (p person) see(t *testing.T, id string) client.Rental {
	t.Helper()
	r, err := p.app.Rental(t.Context(), id)
	require.NoError(t, err)
	return r
}

// becomes waits until the rider sees the rental in a state.
func (p person) becomes(t *testing.T, id, state string) client.Rental {
	t.Helper()
	var r client.Rental
	require.Eventually(t, func() bool {
		var err error
		r, err = p.app.Rental(t.Context(), id)
		return err == nil && r.State == state
	}, patience, tick, "the rental does not become %s", state)
	return r
}

// insist repeats a request as an app does whose connection breaks or whose answer is "later", until the API decides.
func insist(t *testing.T, ask func(ctx context.Context) (client.Answer, error)) client.Answer {
	t.Helper()
	var last client.Answer
	require.Eventually(t, func() bool {
		got, err := ask(t.Context())
		if err != nil {
			return false
		}
		last = got
		return got.Status != http.StatusAccepted && got.Status != http.StatusServiceUnavailable
	}, 90*time.Second, 100*time.Millisecond, "no decision")
	return last
}

// insistOn is insist on a step of a ride.
func (p person) insistOn(t *testing.T, id, what string) {
	t.Helper()
	same := key()
	got := insist(t, func(ctx context.Context) (client.Answer, error) {
		return p.app.Do(ctx, http.MethodPost, "/v1/rentals/"+id+"/"+what, nil, "Idempotency-Key", same)
	})
	require.Equal(t, http.StatusOK, got.Status, "%s: %s", what, got.Body)
}

// insistOnRiding is insist on a scan.
func (p person) insistOnRiding(t *testing.T, b *box) client.Rental {
	t.Helper()
	same := key()
	got := insist(t, func(ctx context.Context) (client.Answer, error) {
		return p.app.Do(ctx, http.MethodPost, "/v1/rentals", map[string]string{"qr": b.qr}, "Idempotency-Key", same)
	})
	require.Equal(t, http.StatusCreated, got.Status, "%s", got.Body)
	return rentalIn(t, got)
}

func rentalIn(t *testing.T, a client.Answer) client.Rental {
	t.Helper()
	var r client.Rental
	require.NoError(t, a.Into(&r))
	return r
}

// refused fails the test unless err is a problem of this status and code.
func refused(t *testing.T, err error, status int, code string) *client.Problem {
	t.Helper()
	var p *client.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, code, p.Code, "%s", p.Rest)
	require.Equal(t, status, p.Status)
	return p
}

// fact is a member of a problem beside the standard ones.
func fact[T any](t *testing.T, p *client.Problem, name string) T {
	t.Helper()
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(p.Rest, &all))
	require.Contains(t, all, name)
	var v T
	require.NoError(t, json.Unmarshal(all[name], &v))
	return v
}

// codeOf is the code of a refusal, "" for none and "broken" when no answer came.
func codeOf(err error) string {
	var p *client.Problem
	switch {
	case err == nil:
		return ""
	case errors.As(err, &p):
		return p.Code
	}
	return "broken"
}

// errand runs something beside the test and hands its result over. Several may run at once.
type errand[T any] struct {
	done   chan struct{}
	result T
}

func beside[T any](do func() T) *errand[T] {
	e := &errand[T]{done: make(chan struct{})}
	go func() {
		defer close(e.done)
		e.result = do()
	}()
	return e
}

// wait is the result; the test fails when none comes.
func (e *errand[T]) wait(t *testing.T) T {
	t.Helper()
	select {
	case <-e.done:
	case <-time.After(2 * time.Minute):
		t.Fatal("no result")
	}
	return e.result
}
