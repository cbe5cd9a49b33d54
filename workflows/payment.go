package workflows

import (
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
)

// Payment charges one ride to its rider's wallet. It goes on until the books have it, however long they are away; the
// ledger's key makes it happen once.
func Payment(ctx workflow.Context, in PaymentInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // a charge that somebody cancels would be a ride for nothing
	workflow.SetCurrentDetails(ctx, "Charging the wallet.")
	charge := activities.ChargeInput{RentalID: in.RentalID, RiderID: in.RiderID, Price: in.Price, Pauses: in.Pauses, Discount: in.Discount, Pass: in.Pass}
	if err := stubborn(ctx, "charge the ride", nil, wallets.Charge, charge); err != nil {
		return err
	}
	workflow.SetCurrentDetails(ctx, "Charged.")
	return nil
}
