package workflows_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"

	"rodada/activities"
	"rodada/domain/payment"
	"rodada/internal/testkit"
	"rodada/worker"
	"rodada/workflows"
)

// collections are what is recorded of payments.
var collections = map[string]func(*till){
	"topup":           func(*till) {},
	"topup-declined":  func(b *till) { b.onTake = payment.Failed },
	"topup-confirmed": func(b *till) { b.onTake, b.then, b.settleAt = payment.NeedsAction, payment.Succeeded, 2 },
	"topup-abandoned": func(b *till) { b.onTake = payment.NeedsAction },
	"topup-lost": func(b *till) {
		b.lose = func(call string) (bool, bool) { return false, call == "confirm" && b.calls[call] == 1 }
	},
}

func TestRecordTopUps(t *testing.T) {
	if !*record {
		t.Skip("records only when told to: -record")
	}
	c, queue := testkit.Temporal(t)
	for name, set := range collections {
		t.Run(name, func(t *testing.T) {
			b := newTill(t)
			set(b)
			worked := sdk.New(c, queue+name, sdk.Options{Identity: "worker"})
			worker.Register(worked, worker.Options{Cashier: &activities.Cashier{Provider: b, Books: tillBooks{b}, Safe: b.keys}})
			require.NoError(t, worked.Start())
			defer worked.Stop()
			id := workflows.TopUpID(uuid.NewString())
			run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: queue + name}, workflows.TopUpName, workflows.TopUpInput{
				PaymentID: paymentID, RiderID: riderID, Limits: workflows.TopUpLimits{Announce: time.Minute, Action: 5 * time.Second},
			})
			require.NoError(t, err)
			require.NoError(t, c.SignalWorkflow(t.Context(), id, "", workflows.SignalPaymentNews, nil))
			require.NoError(t, run.Get(t.Context(), nil))
			save(t, c, id, name)
		})
	}
}
