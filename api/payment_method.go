package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/payment"
	"rodada/domain/rental"
)

// methodStore is what cards need of the books.
type methodStore interface {
	Customer(ctx context.Context, riderID, provider string) (sealed string, err error)
	KeepCustomer(ctx context.Context, riderID, provider, sealed string) (kept string, err error)
	BeginMethod(ctx context.Context, m payment.Method) error
	Method(ctx context.Context, riderID, id string) (payment.Method, error)
	Methods(ctx context.Context, riderID string) ([]payment.Method, error)
	ReferMethod(ctx context.Context, m payment.Method) error
	SaveMethod(ctx context.Context, m payment.Method) (payment.Method, error)
	PreferMethod(ctx context.Context, riderID, id string) (payment.Method, error)
	RemoveMethod(ctx context.Context, riderID, id string) error
}

// methods is the riders' cards, which the provider has.
type methods struct {
	store       methodStore
	provider    payment.Provider // nil: there is none
	sealer      Sealer
	publishable string
	debts       *debtors
	tries       *tries // of cards
	payments    paymentStore
	temporal    Temporal
}

// SavedCard is a saved card.
type SavedCard struct {
	ID string `json:"id" format:"uuid"`
	payment.Card
	Default bool      `json:"default" doc:"What is paid with unless a request names another, and what debts are collected from."`
	SavedAt time.Time `json:"saved_at"`
}

func showCard(m payment.Method) SavedCard {
	return SavedCard{ID: m.ID, Card: m.Card, Default: m.Default, SavedAt: m.SavedAt.UTC()}
}

type cardOut struct{ Body SavedCard }

type cardRef struct {
	ID string `path:"id" format:"uuid"`
}

// listMethods is GET /v1/payment-methods.
type listMethods struct{ *methods }

type methodsOut struct {
	Body struct {
		Cards []SavedCard `json:"cards" nullable:"false" doc:"The oldest first."`
	}
}

func (listMethods) Meta() meta {
	return meta{ID: "list-payment-methods", Summary: "Your cards", Suspended: true, Description: "Those that the provider has which collects payments here."}
}

func (e listMethods) Execute(ctx context.Context, _ *struct{}) (*methodsOut, error) {
	list, err := e.store.Methods(ctx, subjectFrom(ctx))
	list = slices.DeleteFunc(list, func(m payment.Method) bool { return e.provider == nil || m.Provider != e.provider.Name() })
	out := &methodsOut{}
	out.Body.Cards = each(list, showCard)
	return out, err
}

// beginMethod is POST /v1/payment-methods.
type beginMethod struct{ *methods }

// CardSetup is what the provider's library in the app needs to take a card.
type CardSetup struct {
	ID             string `json:"id" format:"uuid" doc:"Of the card to be: confirm it when the provider has it."`
	Provider       string `json:"provider" example:"stripe"`
	ClientSecret   string `json:"client_secret" doc:"For this rider's app alone, at once; it is kept nowhere."`
	PublishableKey string `json:"publishable_key,omitempty"`
}

type beginMethodIn struct{ MaybeKeyed }

type beginMethodOut struct{ Body CardSetup }

func (beginMethod) Meta() meta {
	return meta{
		ID: "begin-payment-method", Summary: "Begin to save a card", Suspended: true, Status: http.StatusCreated,
		Description: "The rider types the card into the provider's library in the app, which takes the client secret; its number never comes here. " +
			"Then confirm it.",
		Faults: []*fault.Error{payment.ErrOff, payment.ErrAway, payment.ErrTooMany, payment.ErrTooOften, payment.ErrLimited, rental.ErrKeyInvalid, rental.ErrKeyReused},
	}
}

func (e beginMethod) Execute(ctx context.Context, in *beginMethodIn) (*beginMethodOut, error) {
	key, err := in.key()
	switch {
	case err != nil:
		return nil, err
	case e.provider == nil:
		return nil, payment.ErrOff
	}
	m := payment.Method{ID: uuid.NewString(), RiderID: subjectFrom(ctx), Provider: e.provider.Name()}
	if key != "" {
		m.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("card\x00"+m.RiderID+"\x00"+key)).String()
		if out, err := e.again(ctx, m); out != nil || err != nil {
			return out, err
		}
	}
	customer, err := e.customer(ctx, m.RiderID)
	if err != nil {
		return nil, err
	}
	if err := e.store.BeginMethod(ctx, m); err != nil { // counted before the provider is asked
		return nil, err
	}
	if err := e.tries.card(ctx); err != nil {
		return nil, err
	}
	setup, err := e.provider.BeginSetup(ctx, m.ID, customer)
	if err != nil {
		return nil, payment.ErrAway.Because(err)
	}
	if m.Reference, err = e.sealer.Seal(setup.Reference, payment.MethodPurpose(m.ID)); err != nil {
		return nil, err
	}
	if err := e.store.ReferMethod(ctx, m); err != nil {
		return nil, err
	}
	return e.begun(m, setup), nil
}

func (s *methods) begun(m payment.Method, setup payment.Setup) *beginMethodOut {
	return &beginMethodOut{Body: CardSetup{ID: m.ID, Provider: m.Provider, ClientSecret: setup.ClientSecret, PublishableKey: s.publishable}}
}

// again answers a repetition with what was begun under its key; nil: nothing was.
func (s *methods) again(ctx context.Context, m payment.Method) (*beginMethodOut, error) {
	begun, err := s.store.Method(ctx, m.RiderID, m.ID)
	switch {
	case errors.Is(err, payment.ErrCardUnknown), err == nil && begun.Reference == "":
		return nil, nil
	case err != nil:
		return nil, err
	case !begun.SavedAt.IsZero() || begun.Provider != m.Provider:
		return nil, rental.ErrKeyReused
	}
	reference, err := s.sealer.Open(begun.Reference, payment.MethodPurpose(begun.ID))
	if err != nil {
		return nil, err
	}
	setup, err := s.provider.Setup(ctx, reference)
	if err != nil {
		return nil, payment.ErrAway.Because(err)
	}
	return s.begun(begun, setup), nil
}

// customer is what the provider calls the rider, who is made known if need be.
func (s *methods) customer(ctx context.Context, riderID string) (string, error) {
	sealed, err := s.store.Customer(ctx, riderID, s.provider.Name())
	if err != nil {
		return "", err
	}
	if sealed == "" {
		reference, err := s.provider.Customer(ctx, riderID)
		if err != nil {
			return "", payment.ErrAway.Because(err)
		}
		if sealed, err = s.sealer.Seal(reference, payment.CustomerPurpose(riderID)); err != nil {
			return "", err
		}
		if sealed, err = s.store.KeepCustomer(ctx, riderID, s.provider.Name(), sealed); err != nil {
			return "", err
		}
	}
	return s.sealer.Open(sealed, payment.CustomerPurpose(riderID))
}

// confirmMethod is POST /v1/payment-methods/{id}/confirm.
type confirmMethod struct{ *methods }

func (confirmMethod) Meta() meta {
	return meta{
		ID: "confirm-payment-method", Summary: "Save a card that the provider has", Suspended: true, Description: "May be repeated. The first card is the default. What you owe is collected from the default card at once.",
		Faults: []*fault.Error{payment.ErrOff, payment.ErrAway, payment.ErrCardUnknown, payment.ErrNotGiven, payment.ErrTooMany},
	}
}

func (e confirmMethod) Execute(ctx context.Context, in *cardRef) (*cardOut, error) {
	m, err := e.store.Method(ctx, subjectFrom(ctx), in.ID)
	switch {
	case err != nil:
		return nil, err
	case !m.SavedAt.IsZero():
		return &cardOut{Body: showCard(m)}, nil
	case e.provider == nil || m.Provider != e.provider.Name():
		return nil, payment.ErrOff
	case m.Reference == "":
		return nil, payment.ErrNotGiven
	}
	reference, err := e.sealer.Open(m.Reference, payment.MethodPurpose(m.ID))
	if err != nil {
		return nil, err
	}
	setup, err := e.provider.Setup(ctx, reference)
	switch {
	case err != nil:
		return nil, payment.ErrAway.Because(err)
	case !setup.Done:
		return nil, payment.ErrNotGiven
	}
	if m.Reference, err = e.sealer.Seal(setup.Token, payment.MethodPurpose(m.ID)); err != nil {
		return nil, err
	}
	m.Card = setup.Card
	e.tries.good(ctx)
	saved, err := e.store.SaveMethod(ctx, m)
	if err != nil {
		return nil, err
	}
	e.debts.ask(ctx, m.RiderID)
	return &cardOut{Body: showCard(saved)}, nil
}

// preferMethod is POST /v1/payment-methods/{id}/default.
type preferMethod struct{ *methods }

func (preferMethod) Meta() meta {
	return meta{ID: "prefer-payment-method", Summary: "Make a card the default", Description: "What you owe is collected from it at once.", Faults: []*fault.Error{payment.ErrCardUnknown}}
}

func (e preferMethod) Execute(ctx context.Context, in *cardRef) (*cardOut, error) {
	m, err := e.store.Method(ctx, subjectFrom(ctx), in.ID)
	switch {
	case err != nil:
		return nil, err
	case e.provider == nil || m.Provider != e.provider.Name():
		return nil, payment.ErrCardUnknown
	}
	if m, err = e.store.PreferMethod(ctx, m.RiderID, in.ID); err != nil {
		return nil, err
	}
	e.debts.ask(ctx, m.RiderID)
	return &cardOut{Body: showCard(m)}, nil
}

// removeMethod is DELETE /v1/payment-methods/{id}.
type removeMethod struct{ *methods }

func (removeMethod) Meta() meta {
	return meta{
		ID: "remove-payment-method", Summary: "Remove a card",
		Description: "Nothing is collected from it any more, at once, and payments that wait for the bank to be confirmed are cancelled; the provider forgets it soon. If it was the default, the newest of the others is that now.",
		Faults:      []*fault.Error{payment.ErrCardUnknown},
	}
}

func (e removeMethod) Execute(ctx context.Context, in *cardRef) (*struct{}, error) {
	who := subjectFrom(ctx)
	if err := e.store.RemoveMethod(ctx, who, in.ID); err != nil {
		return nil, err
	}
	// What waits for the rider's bank is cancelled by its workflow, which looks at once if it can be told.
	open, err := e.payments.WaitingPayments(ctx, who, in.ID)
	if err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "payments from a card that is gone are cancelled later", slog.String("error", err.Error()))
	}
	for _, id := range open {
		nudgePayment(ctx, e.temporal, id)
	}
	return nil, nil
}
