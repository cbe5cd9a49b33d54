package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"

	"rodada/activities"
	"rodada/domain/debt"
	"rodada/domain/payment"
	"rodada/internal/testkit"
	"rodada/worker"
	"rodada/workflows"
)

// owings are what is recorded of debts.
var owings = map[string]func(*purse){
	"debt": func(*purse) {},
	"debt-declined": func(p *purse) {
		p.bank = func(int, int64) (payment.Failure, time.Duration) { return payment.Declined, 0 }
	},
	"debt-no-card": func(p *purse) { p.noCard = true },
	"debt-slow": func(p *purse) {
		p.bank = func(int, int64) (payment.Failure, time.Duration) { return "", 4 * time.Second }
	},
	"debt-waits": func(p *purse) { p.blocked = true },
	"debt-lost": func(p *purse) {
		p.lose = func(call string) (bool, bool) { return false, p.calls[call] == 1 }
	},
}

func TestRecordDebts(t *testing.T) {
	if !*record {
		t.Skip("records only when told to: -record")
	}
	c, queue := testkit.Temporal(t)
	for name, set := range owings {
		t.Run(name, func(t *testing.T) {
			p := newPurse(t, -450)
			p.now = time.Now
			set(p)
			worked := sdk.New(c, queue+name, sdk.Options{Identity: "worker"})
			worker.Register(worked, worker.Options{Debts: &activities.Debts{
				Books: p, Collectors: begins{p}, GiveUp: p.GiveUp, Provider: "till", Currency: "EUR", Country: "ES", Steps: debt.Steps{2 * time.Second, 4 * time.Second},
				Safe: p.keys, Now: time.Now,
			}})
			require.NoError(t, worked.Start())
			defer worked.Stop()
			id := workflows.DebtID(uuid.NewString())
			run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: queue + name}, workflows.DebtName, workflows.DebtInput{RiderID: riderID})
			require.NoError(t, err)
			news := func() { _ = c.SignalWorkflow(context.Background(), id, "", workflows.SignalDebtNews, nil) }
			news()
			if p.blocked {
				time.AfterFunc(3*time.Second, func() {
					p.mu.Lock()
					p.blocked = false
					p.mu.Unlock()
					news()
				})
			}
			require.NoError(t, run.Get(t.Context(), nil))
			save(t, c, id, name)
		})
	}
}
