package api

import (
	"context"

	"rodada/domain/fault"
	"rodada/domain/payment"
)

// cancelPayment is POST /v1/payments/{id}/cancel.
type cancelPayment struct{ *payments }

func (cancelPayment) Meta() meta {
	return meta{
		ID: "cancel-payment", Summary: "Cancel a payment that waits for you",
		Description: "In the state needs_action: nothing is taken any more, whatever the bank hears later. What was confirmed just before stays paid, and the answer " +
			"says so. One that failed already stays so.",
		Faults: []*fault.Error{payment.ErrUnknown, payment.ErrNotWaiting, payment.ErrAway},
	}
}

func (e cancelPayment) Execute(ctx context.Context, in *paymentRef) (*paymentOut, error) {
	p, err := e.store.Payment(ctx, subjectFrom(ctx), in.ID)
	switch {
	case err != nil:
		return nil, err
	case p.State == payment.Failed:
		return &paymentOut{Body: showPayment(p)}, nil
	case p.State != payment.NeedsAction || e.provider == nil || e.provider.Name() != p.Provider:
		return nil, payment.ErrNotWaiting
	}
	reference, err := e.sealer.Open(p.Reference, payment.ReferencePurpose(p.ID))
	if err != nil {
		return nil, err
	}
	if _, err := e.provider.Cancel(ctx, reference); err != nil {
		return nil, payment.ErrAway.Because(err)
	}
	if p, err = e.decided(ctx, p); err != nil { // the workflow looks what became of it
		return nil, err
	}
	return &paymentOut{Body: showPayment(p)}, nil
}

// decided waits for the workflow to find out that a payment does not wait for its rider any more.
func (s *payments) decided(ctx context.Context, p payment.Payment) (payment.Payment, error) {
	s.nudge(ctx, p.ID)
	return s.await(ctx, p, func(p payment.Payment) bool { return p.State != payment.NeedsAction })
}
