package api

import (
	"context"
	"errors"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// adminWalletStore is what staff's work on money needs of the books.
type adminWalletStore interface {
	BookByStaff(ctx context.Context, riderID, currency string, t wallet.Transaction) (wallet.Movement, money.Amount, error)
	RefundRental(ctx context.Context, q wallet.RefundRequest) (wallet.Settlement, error)
	RentalForStaff(ctx context.Context, id string) (rental.Rental, error)
}

// adminWallets is staff's work on riders' money.
type adminWallets struct {
	store    adminWalletStore
	currency string
	debts    *debtors
}

// staffKey is the key under which a member of staff books: nobody meets the key of another.
func staffKey(ctx context.Context, key string) string { return subjectFrom(ctx) + "/" + digest(key) }

// orReused says of a key that booked something else what every key says that is used for two things.
func orReused(err error) error {
	if errors.Is(err, wallet.ErrKeyConflict) {
		return rental.ErrKeyReused.Because(err)
	}
	return err
}

// adjustWallet is POST /admin/v1/riders/{id}/adjustments.
type adjustWallet struct{ *adminWallets }

type adjustWalletIn struct {
	Keyed
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Kind   wallet.Kind `json:"kind" enum:"adjustment,bonus" doc:"A bonus is a present; an adjustment puts something right, either way."`
		Amount int64       `json:"amount" minimum:"-1000000" maximum:"1000000" example:"500" doc:"In minor units. Below zero it takes out of the wallet, which may go below zero."`
		Reason Reason      `json:"reason" minLength:"3" maxLength:"500" example:"The charging cable was missing." doc:"Kept with the entry and in the audit log; the rider does not see it."`
	}
}

type adjustWalletOut struct {
	Body struct {
		Entry   Movement     `json:"entry"`
		Balance money.Amount `json:"balance" doc:"Of the wallet, after."`
	}
}

func (adjustWallet) Meta() meta {
	return meta{
		ID: "adjust-wallet", Summary: "Put a rider's wallet right, or give a bonus", Status: http.StatusCreated, Needs: staff.Money,
		Description: "Books once for the Idempotency-Key, with a row in the audit log.",
		Faults:      []*fault.Error{wallet.ErrRider, wallet.ErrAmount, rental.ErrKeyReused, rental.ErrKeyMissing, rental.ErrKeyInvalid},
	}
}

func (e adjustWallet) Execute(ctx context.Context, in *adjustWalletIn) (*adjustWalletOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	sum, book := money.Of(in.Body.Amount, e.currency), wallet.Adjust
	if in.Body.Kind == wallet.Bonus {
		book = wallet.Give
	}
	if sum.Minor == 0 || sum.Minor < 0 && in.Body.Kind == wallet.Bonus {
		return nil, wallet.ErrAmount
	}
	t := book(staffKey(ctx, key), in.ID, sum, string(in.Body.Reason))
	m, balance, err := e.store.BookByStaff(ctx, in.ID, e.currency, t)
	if err != nil {
		return nil, orReused(err)
	}
	e.debts.follow(ctx, in.ID)
	out := &adjustWalletOut{}
	out.Body.Entry, out.Body.Balance = showMovement(m), balance
	return out, nil
}

// refundRental is POST /admin/v1/rentals/{id}/refund.
type refundRental struct{ *adminWallets }

type refundRentalIn struct {
	Keyed
	RentalRef
	Body struct {
		Amount int64  `json:"amount,omitempty" minimum:"1" example:"150" doc:"In minor units; absent: all that is left of the charge."`
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The brake was broken." doc:"Kept with the entry and in the audit log; the rider does not see it."`
	}
}

// RideMoney is how a ride stands in the books, in minor units.
type RideMoney struct {
	RentalID string `json:"rental_id" format:"uuid"`
	Charged  int64  `json:"charged"`
	Refunded int64  `json:"refunded" doc:"Of what was charged."`
	Waived   bool   `json:"waived" doc:"It was not charged yet, and will not be."`
	PassBack bool   `json:"pass_given_back,omitempty" doc:"A pass has back what it paid of the ride."`
}

type refundRentalOut struct{ Body RideMoney }

func (refundRental) Meta() meta {
	return meta{
		ID: "refund-rental", Summary: "Give the price of a ride back", Needs: staff.Money,
		Description: "All of it or a part, back into the wallet, and never more than was charged in all. What a pass paid goes back to it with all of the ride. All of a ride that is not charged yet is " +
			"void instead: it will not be charged. Happens once for the Idempotency-Key, with a row in the audit log.",
		Faults: []*fault.Error{
			rental.ErrUnknown, rental.ErrState, wallet.ErrNotCharged, wallet.ErrNothingLeft, wallet.ErrRefundTooHigh, rental.ErrKeyReused,
			rental.ErrKeyMissing, rental.ErrKeyInvalid,
		},
	}
}

func (e refundRental) Execute(ctx context.Context, in *refundRentalIn) (*refundRentalOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	s, err := e.store.RefundRental(ctx, wallet.RefundRequest{
		Key: staffKey(ctx, key), RentalID: in.ID, Minor: in.Body.Amount, Why: string(in.Body.Reason),
	})
	if err != nil {
		return nil, orReused(err)
	}
	if r, err := e.store.RentalForStaff(ctx, in.ID); err == nil { // what can't be read now is found by the worker
		e.debts.follow(ctx, r.RiderID)
	}
	return &refundRentalOut{Body: rideMoney(in.ID, s)}, nil
}

func rideMoney(id string, s wallet.Settlement) RideMoney {
	return RideMoney{RentalID: id, Charged: s.Charged, Refunded: s.Refunded, Waived: s.Waived, PassBack: s.PassBack}
}
