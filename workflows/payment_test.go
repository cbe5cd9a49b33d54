package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/geo"
	"rodada/workflows"
)

// books is a ledger that fails for a while, and keeps one transaction a key.
type books struct {
	failures []error
	booked   map[string]wallet.Transaction
	calls    int
	waived   bool
	spent    bool // the rider's failed rides
	trip     rental.Trip
	failed   rental.FailedRule
}

func (b *books) Book(_ context.Context, t wallet.Transaction) error {
	b.calls++
	if len(b.failures) > 0 {
		err := b.failures[0]
		b.failures = b.failures[1:]
		return err
	}
	b.booked[t.Key] = t
	return nil
}

func (b *books) Waived(context.Context, string) (bool, error) { return b.waived, nil }

func (b *books) WaiveUnmoved(_ context.Context, id string, rule rental.FailedRule) (bool, error) {
	if b.spent || !rule.Unmoved(b.trip) {
		return false, nil
	}
	t := wallet.Waive(id, riderID, "EUR", rental.FailedUnmoved)
	b.booked[t.Key] = t
	return true, nil
}

func pay(b *books) error {
	b.booked = map[string]wallet.Transaction{}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflowWithOptions(workflows.Payment, workflow.RegisterOptions{Name: workflows.PaymentName})
	env.RegisterActivity(&activities.Wallets{Ledger: b, Failed: b.failed})
	env.ExecuteWorkflow(workflows.PaymentName, workflows.PaymentInput{RentalID: rentalID, RiderID: riderID, Price: money.Of(450, "EUR")})
	return env.GetWorkflowError()
}

func TestPayment(t *testing.T) {
	away := errors.New("connection refused")
	for name, failures := range map[string][]error{
		"at once": nil,
		"later":   {away, away, away},
	} {
		t.Run(name, func(t *testing.T) {
			b := &books{failures: failures}
			require.NoError(t, pay(b))
			require.Len(t, b.booked, 1)
			charge := b.booked["rental/"+rentalID]
			require.NoError(t, charge.Validate())
			require.Equal(t, rentalID, charge.RentalID)
			require.Equal(t, len(failures)+1, b.calls)
		})
	}
	t.Run("waived before", func(t *testing.T) {
		b := &books{failures: []error{wallet.ErrKeyConflict}, waived: true}
		require.NoError(t, pay(b))
		require.Equal(t, 1, b.calls)
		require.Empty(t, b.booked)
	})
	t.Run("the scooter did not move", func(t *testing.T) {
		here := &geo.Point{Lat: 40.4, Lng: -3.7}
		b := &books{trip: rental.Trip{From: here, To: here}, failed: rental.FailedRule{Under: time.Minute, Within: 200}}
		require.NoError(t, pay(b))
		require.Equal(t, wallet.Void, b.booked["rental/"+rentalID].Kind)
		b = &books{trip: b.trip, failed: b.failed, spent: true}
		require.NoError(t, pay(b))
		require.Equal(t, wallet.Ride, b.booked["rental/"+rentalID].Kind, "one too many lately")
	})
	t.Run("refused", func(t *testing.T) {
		b := &books{failures: []error{wallet.ErrKeyConflict}}
		requireFault(t, wallet.ErrKeyConflict, pay(b))
		require.Equal(t, 1, b.calls, "a refusal is not tried again")
		require.Empty(t, b.booked)
	})
}
