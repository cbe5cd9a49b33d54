package worker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/domain/debt"
	"rodada/worker"
	"rodada/workflows"
)

// debtShelf has riders who owe.
type debtShelf struct {
	owe                 map[string]bool
	overdue, unfollowed []string
	before              time.Time
	since               []time.Time
	err                 error
}

func (s *debtShelf) FollowDebt(_ context.Context, rider, currency string, first time.Duration) (debt.Debt, error) {
	if currency != "EUR" || first != time.Hour {
		return debt.Debt{}, errors.New("another rule")
	}
	if !s.owe[rider] {
		return debt.Debt{}, s.err
	}
	return debt.Debt{ID: "of " + rider}, s.err
}

func (s *debtShelf) OverdueDebts(_ context.Context, before time.Time) ([]string, error) {
	s.before = before
	return s.overdue, nil
}

func (s *debtShelf) UnfollowedDebts(_ context.Context, _ string, since time.Time) ([]string, error) {
	s.since = append(s.since, since)
	return s.unfollowed, nil
}

// debtTemporal keeps what was started, and what was told of news too.
type debtTemporal struct {
	client.Client
	started, told []string
	fail          map[string]error
}

func (f *debtTemporal) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	f.started = append(f.started, o.ID)
	return nil, f.fail[o.ID]
}

func (f *debtTemporal) SignalWithStartWorkflow(
	_ context.Context, id, signal string, _ any, o client.StartWorkflowOptions, name any, args ...any,
) (client.WorkflowRun, error) {
	if signal != workflows.SignalDebtNews || o.ID != id || name != workflows.DebtName || workflows.DebtID(args[0].(workflows.DebtInput).RiderID) != id {
		return nil, errors.New("another workflow")
	}
	f.told = append(f.told, id)
	return nil, f.fail[id]
}

func TestDebtsThatNobodyFollows(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	shelf := &debtShelf{owe: map[string]bool{"c": true, "d": true}, overdue: []string{"a", "b"}, unfollowed: []string{"c", "paid", "d"}}
	temporal := &debtTemporal{fail: map[string]error{"debt/a": errors.New("away"), "debt/c": errors.New("away too")}}
	d := worker.Debts{Books: shelf, Temporal: temporal, Queue: "q", Currency: "EUR", First: time.Hour, Now: func() time.Time { return now }}
	n, err := d.Resume(t.Context(), time.Time{})
	require.ErrorContains(t, err, "debt of a: away")
	require.ErrorContains(t, err, "debt of c: away too")
	require.Equal(t, 5, n)
	require.Equal(t, []string{"debt/a", "debt/b"}, temporal.started)
	require.Equal(t, []string{"debt/c", "debt/d"}, temporal.told, "trouble with one stands in no other's way")
	require.Less(t, shelf.before, now, "whoever collects has a moment")

	require.NoError(t, d.StartTopUp(t.Context(), "p", "ana"))
	require.Equal(t, "topup/p", temporal.started[2])
	shelf.err = errors.New("no books")
	require.ErrorIs(t, d.FollowDebt(t.Context(), "d"), shelf.err)
	require.Len(t, temporal.told, 2)
}

// All wallets are looked at when a worker starts and some times a day, those that changed lately in between.
func TestDebtsAreLookedForInTheWholeLedgerSeldom(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	shelf := &debtShelf{}
	w := worker.DebtWatch{Debts: worker.Debts{Books: shelf, Temporal: &debtTemporal{}, Currency: "EUR", First: time.Hour, Now: func() time.Time { return now }}}
	var whole int
	for range 24 * 60 {
		_, err := w.Look(t.Context())
		require.NoError(t, err)
		last := shelf.since[len(shelf.since)-1]
		if last.IsZero() {
			whole++
		} else {
			require.Equal(t, time.Hour, now.Sub(last))
		}
		now = now.Add(time.Minute)
	}
	require.Equal(t, 4, whole)
	require.True(t, shelf.since[0].IsZero())
}
