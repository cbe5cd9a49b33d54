package payment_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	paid "rodada/domain/payment"
	"rodada/providers/payment"
)

func sandbox(t *testing.T, dir string, deliver func(context.Context, []byte, string) error) *payment.Sandbox {
	t.Helper()
	s, err := payment.NewSandbox(payment.SandboxOptions{Dir: dir, Secret: "whsec", Deliver: deliver})
	require.NoError(t, err)
	return s
}

// Each amount has its fate, in time that stands still until everybody waits.
func TestConductsOfTheSandbox(t *testing.T) {
	const ever = time.Hour
	for name, c := range map[string]struct {
		conduct payment.Conduct
		absent  bool
		first   paid.State
		failure paid.Failure
		last    paid.State
		events  []paid.State
	}{
		"pays":             {0, false, paid.Succeeded, "", paid.Succeeded, []paid.State{paid.Succeeded}},
		"declines":         {payment.Declines, false, paid.Failed, paid.Declined, paid.Failed, []paid.State{paid.Failed}},
		"no funds":         {payment.NoFunds, false, paid.Failed, paid.NoFunds, paid.Failed, []paid.State{paid.Failed}},
		"asks":             {payment.Asks, false, paid.NeedsAction, "", paid.Succeeded, []paid.State{paid.NeedsAction, paid.Succeeded}},
		"asks who is away": {payment.Asks, true, paid.Failed, paid.Authentication, paid.Failed, []paid.State{paid.Failed, paid.Failed}},
		"asks in vain":     {payment.AsksInVain, false, paid.NeedsAction, "", paid.NeedsAction, []paid.State{paid.NeedsAction}},
		"takes time":       {payment.TakesTime, false, paid.Processing, "", paid.Succeeded, []paid.State{paid.Processing, paid.Succeeded}},
		"tells nothing":    {payment.TellsNothing, false, paid.Succeeded, "", paid.Succeeded, nil},
		"tells late":       {payment.TellsLate, false, paid.Succeeded, "", paid.Succeeded, []paid.State{paid.Succeeded}},
		"tells twice":      {payment.TellsTwice, false, paid.Succeeded, "", paid.Succeeded, []paid.State{paid.Succeeded, paid.Succeeded, paid.Succeeded, paid.Processing}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				var told []paid.State
				var s *payment.Sandbox
				s = sandbox(t, dir, func(_ context.Context, body []byte, signature string) error {
					e, err := s.Event(body, signature)
					require.NoError(t, err)
					told = append(told, e.Intent.State)
					return nil
				})
				defer s.Close()
				o := order()
				o.Absent, o.Amount = c.absent, money.Of(3000+int64(c.conduct), "EUR")
				i, err := s.Create(t.Context(), o)
				require.NoError(t, err)
				require.Equal(t, paid.Created, i.State)
				i, err = s.Confirm(t.Context(), o, i.Reference)
				require.NoError(t, err)
				require.Equal(t, c.first, i.State)
				require.Equal(t, c.failure, i.Failure)
				require.Equal(t, c.first == paid.Failed, i.Open)
				time.Sleep(ever) //nolint:forbidigo // in a bubble, where time jumps
				synctest.Wait()
				i, err = sandbox(t, dir, nil).Look(t.Context(), i.Reference) // another process
				require.NoError(t, err)
				require.Equal(t, c.last, i.State)
				require.Equal(t, c.events, told)
				i, err = s.Cancel(t.Context(), i.Reference)
				require.NoError(t, err)
				if c.last == paid.Succeeded {
					require.Equal(t, paid.Succeeded, i.State, "what was taken stays so")
				} else {
					require.Equal(t, paid.Failed, i.State)
					require.False(t, i.Open)
				}
			})
		})
	}
}

func TestALostAnswerIsPaidAllTheSame(t *testing.T) {
	s := sandbox(t, t.TempDir(), nil)
	defer s.Close()
	o := order()
	o.Amount.Minor = 2000 + int64(payment.LosesAnswers)
	i, err := s.Create(t.Context(), o)
	require.NoError(t, err)
	_, err = s.Confirm(t.Context(), o, i.Reference)
	require.Error(t, err)
	i, err = s.Confirm(t.Context(), o, i.Reference)
	require.NoError(t, err)
	require.Equal(t, paid.Succeeded, i.State)
}

func TestTheSandboxHasOneIntentAPayment(t *testing.T) {
	s := sandbox(t, t.TempDir(), nil)
	defer s.Close()
	o := order()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			i, err := s.Create(t.Context(), o)
			if err == nil {
				_, _ = s.Confirm(t.Context(), o, i.Reference)
			}
		})
	}
	all.Wait()
	i, err := s.Create(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, paid.Succeeded, i.State)
	_, err = s.Look(t.Context(), "sandbox_pi_unknown")
	var refusal *paid.RefusedError
	require.ErrorAs(t, err, &refusal)
	_, err = s.Look(t.Context(), "../../etc/passwd")
	require.ErrorAs(t, err, &refusal)
	_, err = s.Event([]byte("{}"), "")
	require.ErrorIs(t, err, paid.ErrSignature)
}
