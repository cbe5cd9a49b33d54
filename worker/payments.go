package worker

import (
	"context"
	"errors"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"rodada/activities"
	"rodada/workflows"
)

// Payments begins payments on a task queue.
type Payments struct {
	Client    client.Client
	TaskQueue string
}

// StartPayment begins the payment of a rental, unless it runs or has succeeded; one that failed is begun again.
func (p Payments) StartPayment(ctx context.Context, in activities.SettleInput) error {
	_, err := p.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.PaymentID(in.RentalID),
		TaskQueue:                p.TaskQueue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "Charge of the ride on " + in.Plate,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			workflows.AttributePlate.ValueSet(in.Plate), workflows.AttributeRider.ValueSet(in.RiderID),
			workflows.AttributeRental.ValueSet(in.RentalID)),
	}, workflows.PaymentName, workflows.PaymentInput{RentalID: in.RentalID, RiderID: in.RiderID, Price: in.Price, Pauses: in.Pauses, Discount: in.Discount, Pass: in.Pass})
	var begun *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &begun) {
		return nil
	}
	return err
}
