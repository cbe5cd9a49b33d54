package api

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/rental"
	"rodada/internal/config"
	"rodada/workflows"
)

// paymentStore is what payments need of the books.
type paymentStore interface {
	OpenPayment(ctx context.Context, n payment.New) (payment.Payment, error)
	Payment(ctx context.Context, riderID, id string) (payment.Payment, error)
	WaitingPayments(ctx context.Context, riderID, methodID string) ([]string, error)
	Payments(ctx context.Context, riderID string, limit int, before string) ([]payment.Payment, error)
	StaffPayments(ctx context.Context, f payment.Filter, q listing.Query) (list []payment.Payment, places []string, total int, err error)
	TakeEvent(ctx context.Context, provider string, e payment.Event, news payment.News) (fresh bool, err error)
}

// payments is what comes in from outside.
type payments struct {
	store    paymentStore
	wallets  *wallets
	provider payment.Provider // nil: there is none
	sealer   Sealer
	temporal Temporal
	queue    string
	rules    config.Payment
	deadline time.Duration
	debts    *debtors
	tries    *tries // of cards
}

// Payment is one sum that is collected, or was to be.
type Payment struct {
	ID         string          `json:"id" format:"uuid"`
	Purpose    payment.Purpose `json:"purpose" enum:"topup,debt" doc:"A debt is collected by us, without its rider."`
	State      payment.State   `json:"state" enum:"created,needs_action,processing,failed,succeeded"`
	Failure    payment.Failure `json:"failure,omitempty" enum:"declined,no_funds,expired,authentication,abandoned,card_gone,impossible,unreachable" doc:"Why it failed."`
	Amount     money.Amount    `json:"amount"`
	Card       payment.Card    `json:"card"`
	CreatedAt  time.Time       `json:"created_at"`
	SettledAt  *time.Time      `json:"settled_at,omitempty" doc:"When it was over."`
	NextAction *NextAction     `json:"next_action,omitempty" doc:"In the state needs_action: what the app has the rider do."`
}

// NextAction is what the provider's library in the app needs to have a payment confirmed.
type NextAction struct {
	Provider     string `json:"provider" example:"stripe"`
	ClientSecret string `json:"client_secret" doc:"For this rider's app alone, at once; it is kept nowhere."`
}

func showPayment(p payment.Payment) Payment {
	return Payment{
		ID: p.ID, Purpose: p.Purpose, State: p.State, Failure: p.Failure, Amount: p.Amount, Card: p.Card, CreatedAt: p.CreatedAt.UTC(), SettledAt: happened(p.SettledAt),
	}
}

// detailed is a payment with what the app has to do for it, which the provider is asked for.
func (s *payments) detailed(ctx context.Context, p payment.Payment) (Payment, error) {
	shown := showPayment(p)
	if p.State != payment.NeedsAction || p.Purpose != payment.TopUp || s.provider == nil || s.provider.Name() != p.Provider {
		return shown, nil
	}
	reference, err := s.sealer.Open(p.Reference, payment.ReferencePurpose(p.ID))
	if err != nil {
		return shown, err
	}
	intent, err := s.provider.Look(ctx, reference)
	if err != nil {
		return shown, payment.ErrAway.Because(err)
	}
	if intent.State == payment.NeedsAction {
		shown.NextAction = &NextAction{Provider: p.Provider, ClientSecret: intent.ClientSecret}
	}
	return shown, nil
}

// topUp is POST /v1/wallet/topups.
type topUp struct{ *payments }

type topUpIn struct {
	Keyed
	Body struct {
		Amount int64  `json:"amount" minimum:"1" example:"2000" doc:"In minor units."`
		CardID string `json:"card_id,omitempty" format:"uuid" doc:"Of a saved card; absent: the default one."`
	}
}

type topUpOut struct {
	Status int
	Body   struct {
		Payment Payment      `json:"payment"`
		Balance money.Amount `json:"balance" doc:"Of the wallet, now."`
	}
}

func (topUp) Meta() meta {
	return meta{
		ID: "top-up", Summary: "Put money into your wallet",
		Description: "Collects the amount from a saved card, once for the Idempotency-Key, and answers when it is known what became of it. With 202 it is not " +
			"yet: in the state needs_action the rider has to confirm it with the bank, by the provider's library in the app and next_action; in any " +
			"other, ask /v1/payments/{id} again. The money is in the wallet with the state succeeded, and never before.",
		Also: map[int]string{http.StatusAccepted: "It is not over yet."},
		Faults: []*fault.Error{
			rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused, payment.ErrOff, payment.ErrAmount, payment.ErrNoCard, payment.ErrCardUnknown,
			payment.ErrFailed, payment.ErrAway, payment.ErrLimited,
		},
	}
}

func (e topUp) Execute(ctx context.Context, in *topUpIn) (*topUpOut, error) {
	key, err := in.key()
	switch {
	case err != nil:
		return nil, err
	case e.provider == nil:
		return nil, payment.ErrOff
	case in.Body.Amount < e.rules.MinimumTopUp || in.Body.Amount > e.rules.MaximumTopUp:
		return nil, payment.ErrAmount.Saying("A top-up is of %d to %d minor units.", e.rules.MinimumTopUp, e.rules.MaximumTopUp).
			With("minimum", e.rules.MinimumTopUp).With("maximum", e.rules.MaximumTopUp)
	}
	if err := e.tries.card(ctx); err != nil {
		return nil, err
	}
	sum := money.Of(in.Body.Amount, e.wallets.currency)
	p, err := e.store.OpenPayment(ctx, payment.New{
		ID: uuid.NewString(), RiderID: subjectFrom(ctx), MethodID: in.Body.CardID, Provider: e.provider.Name(), Purpose: payment.TopUp, Amount: sum,
		Key: digest(key), Digest: digest(strconv.FormatInt(sum.Minor, 10), sum.Currency, in.Body.CardID),
	})
	if err != nil {
		e.tries.good(ctx)
		return nil, err
	}
	return e.answer(ctx, p)
}

// answer has a payment collected and says what became of it, and of the wallet.
func (s *payments) answer(ctx context.Context, p payment.Payment) (*topUpOut, error) {
	over := p.State.Final() // a repetition
	p, err := s.settle(ctx, p)
	if over || err != nil || !p.Failure.OfCard() {
		s.tries.good(ctx)
	}
	if err != nil {
		return nil, err
	}
	if p.State == payment.Failed {
		return nil, payment.ErrFailed.With("payment_id", p.ID).With("failure", string(p.Failure))
	}
	out := &topUpOut{Status: http.StatusOK}
	if p.State != payment.Succeeded {
		out.Status = http.StatusAccepted
	}
	if out.Body.Payment, err = s.detailed(ctx, p); err != nil {
		return nil, err
	}
	out.Body.Balance, err = s.wallets.balance(ctx, p.RiderID)
	return out, err
}

// How often the row of a payment is read while its workflow has it.
const (
	firstRead   = 20 * time.Millisecond
	longestRead = 500 * time.Millisecond
)

// settle has a payment collected and waits until it is known what became of it, or needs its rider, or takes longer than the API's
// deadline. What can't be begun now is begun soon: the payment is written down.
func (s *payments) settle(ctx context.Context, p payment.Payment) (payment.Payment, error) {
	if p.State.Final() {
		return p, nil
	}
	start, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	if err := s.collect(start, p); err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "a payment is begun later", slog.String("payment", p.ID), slog.String("error", err.Error()))
		return p, nil
	}
	return s.await(ctx, p, func(p payment.Payment) bool { return p.State.Final() || p.State == payment.NeedsAction })
}

// await reads a payment until it is as it shall be, or that takes longer than the API's deadline.
func (s *payments) await(ctx context.Context, p payment.Payment, until func(payment.Payment) bool) (payment.Payment, error) {
	wait, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	for pause := firstRead; ; pause = min(2*pause, longestRead) {
		select {
		case <-wait.Done():
			return p, nil
		case <-time.After(pause):
		}
		now, err := s.store.Payment(ctx, p.RiderID, p.ID)
		if err != nil {
			return p, err
		}
		if p = now; until(p) {
			return p, nil
		}
	}
}

// collect starts the workflow of a payment; one that runs has it already.
func (s *payments) collect(ctx context.Context, p payment.Payment) error {
	in := workflows.TopUpInput{PaymentID: p.ID, RiderID: p.RiderID, Limits: TopUpLimits(s.rules)}
	_, err := s.temporal.ExecuteWorkflow(ctx, workflows.TopUpStart(s.queue, in), workflows.TopUpName, in)
	return err
}

// TopUpLimits are the times of the configuration that a collection lives by.
func TopUpLimits(c config.Payment) workflows.TopUpLimits {
	return workflows.TopUpLimits{Announce: c.AnnounceWithin, Action: c.ActionWithin}
}

// getPayment is GET /v1/payments/{id}.
type getPayment struct{ *payments }

type paymentRef struct {
	ID string `path:"id" format:"uuid"`
}

type paymentOut struct{ Body Payment }

func (getPayment) Meta() meta {
	return meta{ID: "get-payment", Summary: "A payment of yours", Suspended: true, Faults: []*fault.Error{payment.ErrUnknown, payment.ErrAway}}
}

func (e getPayment) Execute(ctx context.Context, in *paymentRef) (*paymentOut, error) {
	p, err := e.store.Payment(ctx, subjectFrom(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	shown, err := e.detailed(ctx, p)
	if err != nil {
		return nil, err
	}
	return &paymentOut{Body: shown}, nil
}

// listPayments is GET /v1/payments.
type listPayments struct{ *payments }

type listPaymentsIn struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Before string `query:"before" format:"uuid" doc:"The next of the page before: only what was begun before this one."`
}

type paymentsOut struct {
	Body struct {
		Payments []Payment `json:"payments" nullable:"false" doc:"The newest first."`
		Next     string    `json:"next,omitempty" doc:"What to pass as before for the following page; absent on the last."`
	}
}

func (listPayments) Meta() meta {
	return meta{ID: "list-payments", Summary: "Your payments", Suspended: true, Description: "All that was collected from your cards, or was to be."}
}

func (e listPayments) Execute(ctx context.Context, in *listPaymentsIn) (*paymentsOut, error) {
	page, err := e.store.Payments(ctx, subjectFrom(ctx), in.Limit+1, in.Before)
	if err != nil {
		return nil, err
	}
	out := &paymentsOut{}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.Next = page[in.Limit-1].ID
	}
	out.Body.Payments = each(page, showPayment)
	return out, nil
}
