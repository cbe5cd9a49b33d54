package api

import (
	"context"

	"rodada/domain/limit"
	"rodada/domain/payment"
	"rodada/domain/rider"
)

// cardTries are the tries of cards: who has stolen some looks here which of them pay.
const cardTries rider.Audience = "cards"

// card counts a try of a card, by the rider and by the address that asks: payment.ErrLimited when it must wait.
func (t *tries) card(ctx context.Context) error {
	if t.throttle == nil || t.backoff.Tries == 0 {
		return nil
	}
	if wait := t.throttle.Try(ctx, t.login(ctx, subjectFrom(ctx)), t.backoff); wait > 0 {
		return limit.In(payment.ErrLimited, wait)
	}
	return nil
}

// good takes back a try of a card that was not declined.
func (t *tries) good(ctx context.Context) { t.right(ctx, subjectFrom(ctx)) }
