package api

import (
	"context"
	"errors"
	"log/slog"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/fault"
	"rodada/domain/payment"
	"rodada/workflows"
)

// paymentEvent is POST /v1/webhooks/{provider}.
type paymentEvent struct{ *payments }

type paymentEventIn struct {
	Provider  string `path:"provider" maxLength:"20" example:"stripe"`
	Signature string `header:"Stripe-Signature" required:"false" doc:"Of the body, with its time."`
	RawBody   []byte `contentType:"application/json"`
}

// maxEvent is how many bytes an event may have: of those that matter none comes near it, but one refused is sent again for days.
const maxEvent = 1 << 20

func (paymentEvent) Meta() meta {
	return meta{
		ID: "payment-event", Class: classHook, Summary: "What the payment provider tells", UploadLimit: maxEvent,
		Upload: &huma.RequestBody{Content: map[string]*huma.MediaType{typeJSON: {Schema: &huma.Schema{Type: huma.TypeObject}}}},
		Description: "For the provider alone, which signs what it says. The same event changes something once, and events in any order lead to the same " +
			"end. What is about nothing here is taken and changes nothing.",
		Faults: []*fault.Error{payment.ErrSignature, payment.ErrEvent, payment.ErrProvider, fault.ErrAway},
	}
}

func (e paymentEvent) Execute(ctx context.Context, in *paymentEventIn) (*struct{}, error) {
	if e.provider == nil || e.provider.Name() != in.Provider {
		return nil, payment.ErrProvider
	}
	told, err := e.provider.Event(in.RawBody, in.Signature)
	if err != nil || told.PaymentID == "" {
		return nil, err
	}
	p, err := e.store.Payment(ctx, "", told.PaymentID)
	if errors.Is(err, payment.ErrUnknown) { // another system's, at the same provider
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	news, ours := e.read(ctx, p, told.Intent)
	if !ours {
		return nil, nil
	}
	fresh, err := e.store.TakeEvent(ctx, in.Provider, told, news)
	if err == nil && fresh {
		e.nudge(ctx, p.ID)
	}
	return nil, err
}

// read is what of an event is final enough to be believed as it is; for the rest the workflow looks. An event of an intent that is not
// the one we made is not ours, whatever it says.
func (s *payments) read(ctx context.Context, p payment.Payment, i payment.Intent) (news payment.News, ours bool) {
	if p.Reference != "" {
		reference, err := s.sealer.Open(p.Reference, payment.ReferencePurpose(p.ID))
		if err == nil && reference != i.Reference {
			logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "an event names a payment of ours and another intent", slog.String("payment", p.ID))
			return news, false
		}
	}
	switch {
	case i.State == payment.Succeeded && i.Amount == p.Amount, i.State == payment.Processing, i.State == payment.Failed && !i.Open:
		return payment.News{State: i.State, Failure: i.Failure}, true
	}
	return payment.News{}, true
}

// nudge has the workflow look at once. It looks by itself too, so it does not matter that one is not there.
func (s *payments) nudge(ctx context.Context, paymentID string) {
	nudgePayment(ctx, s.temporal, paymentID)
}

func nudgePayment(ctx context.Context, temporal Temporal, paymentID string) {
	if err := temporal.SignalWorkflow(ctx, workflows.TopUpID(paymentID), "", workflows.SignalPaymentNews, nil); err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelDebug, "nobody waits for news of a payment", slog.String("payment", paymentID), slog.String("error", err.Error()))
	}
}
