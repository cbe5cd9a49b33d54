package worker_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/domain/payment"
	"rodada/worker"
	"rodada/workflows"
)

// paymentShelf has some payments that are not over.
type paymentShelf struct {
	open   []string
	states map[string]payment.State
	before time.Time
	forgot time.Time
}

func (s *paymentShelf) OpenPayments(_ context.Context, before time.Time) ([]string, error) {
	s.before = before
	return s.open, nil
}

func (s *paymentShelf) Payment(_ context.Context, _, id string) (payment.Payment, error) {
	if s.states[id] == "" {
		return payment.Payment{}, payment.ErrUnknown
	}
	return payment.Payment{ID: id, RiderID: "ana", State: s.states[id]}, nil
}

func (s *paymentShelf) ForgetEvents(_ context.Context, before time.Time) error {
	s.forgot = before
	return nil
}

type starts struct {
	client.Client
	ids    []string
	inputs []workflows.TopUpInput
	fail   map[string]error
}

func (s *starts) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	s.ids, s.inputs = append(s.ids, o.ID), append(s.inputs, args[0].(workflows.TopUpInput))
	return nil, s.fail[o.ID]
}

// A payment whose opener died is collected all the same; trouble with one stands in no other's way.
func TestPaymentsThatNobodyCollects(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	shelf := &paymentShelf{open: []string{"a", "gone", "b", "c"}, states: map[string]payment.State{"a": payment.Created, "b": payment.Succeeded, "c": payment.Processing}}
	temporal := &starts{fail: map[string]error{"topup/a": errors.New("away")}}
	limits := workflows.TopUpLimits{Announce: time.Minute, Action: time.Hour}
	n, err := worker.TopUps{Books: shelf, Temporal: temporal, Queue: "q", Limits: limits, Now: func() time.Time { return now }}.Resume(t.Context())
	require.ErrorContains(t, err, "payment a: away")
	require.ErrorIs(t, err, payment.ErrUnknown)
	require.Equal(t, 4, n)
	require.Equal(t, []string{"topup/a", "topup/c"}, temporal.ids, "b was over meanwhile")
	require.Equal(t, workflows.TopUpInput{PaymentID: "c", RiderID: "ana", Limits: limits}, temporal.inputs[1])
	require.Less(t, shelf.before, now, "whoever opens one starts it")
	require.Equal(t, 60*24*time.Hour, now.Sub(shelf.forgot))
}

// removals are what a provider is to forget.
type removals struct {
	due     []payment.Removal
	removed []string
	later   map[string]time.Time
}

func (r *removals) DueRemovals(_ context.Context, _ string, limit int, _ time.Duration) ([]payment.Removal, error) {
	n := min(limit, len(r.due))
	now := r.due[:n]
	r.due = r.due[n:]
	return now, nil
}

func (r *removals) Removed(_ context.Context, one payment.Removal) error {
	r.removed = append(r.removed, one.ID)
	return nil
}

func (r *removals) NotRemoved(_ context.Context, one payment.Removal, next time.Time) error {
	r.later[one.ID] = next
	return nil
}

type forgetful struct {
	payment.Provider
	cards, customers []string
}

func (*forgetful) Name() string { return "till" }

func (f *forgetful) Detach(_ context.Context, card string) error {
	if card == "stuck" {
		return errors.New("away")
	}
	f.cards = append(f.cards, card)
	return nil
}

func (f *forgetful) ForgetCustomer(_ context.Context, customer string) error {
	f.customers = append(f.customers, customer)
	return nil
}

func TestTheProviderForgets(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	store := &removals{later: map[string]time.Time{}, due: []payment.Removal{
		{ID: "m1", Reference: "card"}, {ID: "m2", Reference: "stuck"}, {ID: "m3", Reference: "unreadable"}, {ID: "ana", Customer: true, Reference: "cus"},
	}}
	purposes := map[string]string{}
	open := func(sealed, purpose string) (string, error) {
		if sealed == "unreadable" {
			return "", errors.New("no key")
		}
		purposes[sealed] = purpose
		return sealed, nil
	}
	provider := &forgetful{}
	one := func(r payment.Removal) {
		store.due = []payment.Removal{r}
		w := &worker.Removals{Store: store, Provider: provider, Open: open, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
		require.NoError(t, w.Deliver(t.Context()))
	}
	for _, r := range append([]payment.Removal{}, store.due...) { // one after the other, for their order
		one(r)
	}
	require.Equal(t, []string{"card"}, provider.cards)
	require.Equal(t, []string{"cus"}, provider.customers)
	require.Equal(t, []string{"m1", "ana"}, store.removed)
	require.Equal(t, map[string]time.Time{"m2": now.Add(10 * time.Minute), "m3": now.Add(10 * time.Minute)}, store.later)
	require.Equal(t, map[string]string{"card": payment.MethodPurpose("m1"), "stuck": payment.MethodPurpose("m2"), "cus": payment.CustomerPurpose("ana")}, purposes)
}
