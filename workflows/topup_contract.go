package workflows

import (
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/payment"
)

// TopUpName is the workflow type that collects one payment, whether its rider asked for it or owes it.
const TopUpName = "TopUp"

const topUpPrefix = "topup/"

// TopUpID is the workflow ID of the collection of a payment.
func TopUpID(paymentID string) string { return topUpPrefix + paymentID }

// TopUpPayment is the inverse of TopUpID.
func TopUpPayment(workflowID string) (paymentID string, ok bool) {
	return strings.CutPrefix(workflowID, topUpPrefix)
}

// TopUpInput is a payment that is written down already.
type TopUpInput struct {
	PaymentID string      `json:"payment_id"`
	RiderID   string      `json:"rider_id"`
	Limits    TopUpLimits `json:"limits"`
	// Begun is what a run of before has done, after continue-as-new.
	Begun *TopUpBegun `json:"begun,omitempty"`
}

// TopUpBegun is how far a run has come.
type TopUpBegun struct {
	At    time.Time     `json:"at"` // when the provider was told to collect
	Pause time.Duration `json:"pause"`
}

// TopUpLimits are the times that a collection lives by.
type TopUpLimits struct {
	Announce time.Duration `json:"announce"` // for the provider to hear of the payment; then it is given up
	Action   time.Duration `json:"action"`   // for the rider to confirm it with the bank
}

// SignalPaymentNews says that the provider has told something of the payment: look at once. It carries nothing.
const SignalPaymentNews = "payment-news"

// TopUpOutcome is how a collection ended.
type TopUpOutcome struct {
	State payment.State `json:"state"`
}

// TopUpStart is how the collection of a payment is started: once, and again if a run was ended from outside.
func TopUpStart(queue string, in TopUpInput) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       TopUpID(in.PaymentID),
		TaskQueue:                queue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            "Collects a payment",
		TypedSearchAttributes:    temporal.NewSearchAttributes(AttributeRider.ValueSet(in.RiderID)),
	}
}
