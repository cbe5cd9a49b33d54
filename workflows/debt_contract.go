package workflows

import (
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// DebtName is the workflow type that collects what one rider owes.
const DebtName = "Debt"

const debtPrefix = "debt/"

// DebtID is the workflow ID of the debts of a rider: there is one at a time, and what is owed meanwhile joins it.
func DebtID(riderID string) string { return debtPrefix + riderID }

// DebtRider is the inverse of DebtID.
func DebtRider(workflowID string) (riderID string, ok bool) {
	return strings.CutPrefix(workflowID, debtPrefix)
}

// DebtInput is who owes. All else is in the books.
type DebtInput struct {
	RiderID string `json:"rider_id"`
}

// SignalDebtNews says that something may have changed: look at the books. It carries nothing.
const SignalDebtNews = "debt-news"

// DebtStart is how the collection of a rider's debt is started: beside none that runs, and again after any that does not.
func DebtStart(queue string, in DebtInput) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       DebtID(in.RiderID),
		TaskQueue:                queue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            "Collects what a rider owes",
		TypedSearchAttributes:    temporal.NewSearchAttributes(AttributeRider.ValueSet(in.RiderID)),
	}
}
