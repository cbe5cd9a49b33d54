package api

import (
	"context"
	"log/slog"
	"time"

	"rodada/api/paper"
	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/promotion"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// exportStore is what an export gathers beside the account.
type exportStore interface {
	Rentals(ctx context.Context, f rental.Filter, limit int, before string) ([]rental.Rental, error)
	Movements(ctx context.Context, riderID, currency string, limit int, before string) ([]wallet.Movement, error)
	Methods(ctx context.Context, riderID string) ([]payment.Method, error)
	Redemptions(ctx context.Context, riderID string) ([]promotion.Redemption, error)
	Payments(ctx context.Context, riderID string, limit int, before string) ([]payment.Payment, error)
	Logins(ctx context.Context, riderID string) ([]rider.Login, error)
	Links(ctx context.Context, riderID string) ([]rider.Link, error)
	DeleteRider(ctx context.Context, id string, forfeit money.Amount, e letter.Envelope) error
}

// leaving is how riders take their data and go.
type leaving struct {
	*accounts
	books      exportStore
	country    string // whose way amounts are written
	passes     *passes
	promotions *promotions
	traces     *traces
}

// Export is all that is kept of a rider.
type Export struct {
	ExportedAt time.Time     `json:"exported_at"`
	Account    Rider         `json:"account"`
	Rentals    []Rental      `json:"rentals" nullable:"false" doc:"All, the newest first. The way of each is at /v1/rentals/{id}/route, as long as the history of scooters is kept."`
	Cards      []SavedCard   `json:"cards" nullable:"false" doc:"As far as they are kept here: the provider has the rest."`
	Payments   []Payment     `json:"payments" nullable:"false" doc:"All that was collected from cards or was to be, the newest first."`
	Wallet     []Movement    `json:"wallet" nullable:"false" doc:"All that was paid, charged and given back, the newest first."`
	Promotions []Redemption  `json:"promotions" nullable:"false" doc:"The codes that you redeemed, the newest first."`
	Logins     []PastSession `json:"logins" nullable:"false" doc:"The sessions that are kept, the newest first."`
	Passes     []Pass        `json:"passes" nullable:"false" doc:"All that you had, the newest first."`
	Services   []PastLink    `json:"services" nullable:"false" doc:"The other services that log you in."`
}

// PastLink is another service that opens the account, and its own name of the rider.
type PastLink struct {
	Service  string    `json:"service"`
	Subject  string    `json:"subject"`
	LinkedAt time.Time `json:"linked_at"`
}

// PastSession is one session.
type PastSession struct {
	StartedAt time.Time  `json:"started_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Agent     string     `json:"user_agent,omitempty" doc:"What the client said it is."`
	Address   string     `json:"address,omitempty" doc:"Of the client."`
}

type exportOut struct {
	Disposition string `header:"Content-Disposition"`
	Body        Export
}

// exportMe is GET /v1/me/export.
type exportMe struct{ *leaving }

func (exportMe) Meta() meta {
	return meta{ID: "export-me", Class: classWrite, Suspended: true, Summary: "All that is kept of you", Description: "As one JSON document: your data, every ride and every payment."}
}

// exportPage is how much is read at once.
const exportPage = 500

func (e exportMe) Execute(ctx context.Context, _ *struct{}) (*exportOut, error) {
	own, err := me{e.accounts}.Execute(ctx, nil)
	if err != nil {
		return nil, err
	}
	id := own.Body.ID
	out := &exportOut{Disposition: `attachment; filename="rodada.json"`, Body: Export{ExportedAt: e.now().UTC(), Account: own.Body}}
	out.Body.Rentals, err = everything(func(before string) ([]Rental, error) {
		page, err := e.books.Rentals(ctx, rental.Filter{RiderID: id}, exportPage, before)
		return each(page, stored), err
	}, func(r Rental) string { return r.ID })
	if err != nil {
		return nil, err
	}
	out.Body.Wallet, err = everything(func(before string) ([]Movement, error) {
		page, err := e.books.Movements(ctx, id, e.currency, exportPage, before)
		return each(page, showMovement), err
	}, func(m Movement) string { return m.ID })
	if err != nil {
		return nil, err
	}
	out.Body.Payments, err = everything(func(before string) ([]Payment, error) {
		page, err := e.books.Payments(ctx, id, exportPage, before)
		return each(page, showPayment), err
	}, func(p Payment) string { return p.ID })
	if err != nil {
		return nil, err
	}
	redeemed, err := e.books.Redemptions(ctx, id)
	if err != nil {
		return nil, err
	}
	out.Body.Promotions = each(redeemed, e.promotions.show)
	cards, err := e.books.Methods(ctx, id)
	if err != nil {
		return nil, err
	}
	out.Body.Cards = each(cards, showCard)
	logins, err := e.books.Logins(ctx, id)
	if err != nil {
		return nil, err
	}
	out.Body.Logins = each(logins, func(l rider.Login) PastSession {
		return PastSession{StartedAt: l.StartedAt, ExpiresAt: l.ExpiresAt, EndedAt: happened(l.EndedAt), Agent: l.Agent, Address: l.Address}
	})
	if out.Body.Passes, err = e.passes.of(ctx, id); err != nil {
		return nil, err
	}
	links, err := e.books.Links(ctx, id)
	out.Body.Services = each(links, func(l rider.Link) PastLink { return PastLink(l) })
	return out, err
}

// everything reads page after page until one is not full.
func everything[T any](page func(before string) ([]T, error), id func(T) string) ([]T, error) {
	all, before := []T{}, ""
	for {
		next, err := page(before)
		if err != nil {
			return nil, err
		}
		all = append(all, next...)
		if len(next) < exportPage {
			return all, nil
		}
		before = id(next[len(next)-1])
	}
}

func each[T, U any](list []T, show func(T) U) []U {
	shown := make([]U, len(list))
	for i, one := range list {
		shown[i] = show(one)
	}
	return shown
}

// deleteMe is DELETE /v1/me.
type deleteMe struct{ *leaving }

type deleteMeIn struct {
	Body *struct {
		PasswordProof
		Forfeit bool `json:"forfeit,omitempty" doc:"Gives up what is left in the wallet."`
	}
}

func (deleteMe) Meta() meta {
	return meta{
		ID: "delete-me", Class: classPassword, Summary: "Delete your account",
		Description: "Erases your personal data and ends every session, for good; the email is free again. What must be kept of rides and payments stays " +
			"under an ID that stands for nobody. Money that is left in the wallet is given up if you say so; support pays it back before. Not while a ride runs or is not charged yet, a payment is under way, or in debt." + proofDoc,
		Faults: append(proofFaults(), rental.ErrRiderBusy, rider.ErrUnsettled, payment.ErrUnderWay, wallet.ErrDebt, rider.ErrLeft),
	}
}

func (e deleteMe) Execute(ctx context.Context, in *deleteMeIn) (*struct{}, error) {
	password, forfeit := "", false
	if in.Body != nil {
		password, forfeit = in.Body.Password, in.Body.Forfeit
	}
	r, err := e.proven(ctx, password)
	if err != nil {
		return nil, err
	}
	left, err := e.store.Balance(ctx, wallet.Rider(r.ID), e.currency)
	if err != nil {
		return nil, err
	}
	last := letter.Letter{Kind: letter.Deleted, Language: r.Language, To: r.Email}
	switch {
	case left.Minor <= 0:
		left = money.Amount{}
	case !forfeit:
		return nil, rider.ErrLeft.With("balance", left)
	default:
		last.Kind, last.Amount = letter.DeletedLeft, paper.Amount(left, r.Language, e.country)
	}
	var mail letter.Envelope
	if r.Email != "" {
		if mail, err = e.proofs.envelope(last); err != nil {
			return nil, err
		}
	}
	if err := e.traces.keep(ctx, r.ID); err != nil { // which keeps nobody here
		logFrom(ctx).LogAttrs(ctx, slog.LevelError, "the traces of a rider who leaves are not kept", slog.String("error", err.Error()))
	}
	return nil, e.books.DeleteRider(ctx, r.ID, left, mail)
}
