package activities

import (
	"context"
	"strconv"

	"github.com/bojanz/currency"
	"github.com/google/uuid"

	"rodada/domain/debt"
	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/payment"
)

// letter tells a rider what an attempt came to; the empty envelope: there is nothing to tell, or nobody.
func (d *Debts) letter(ctx context.Context, owed debt.Debt, o debt.Outcome) (letter.Envelope, error) {
	if o.Trouble.Own() {
		return letter.Envelope{}, nil
	}
	to, language, err := d.Books.Debtor(ctx, owed.RiderID)
	if err != nil || to == "" {
		return letter.Envelope{}, err
	}
	l := letter.Letter{ID: uuid.NewString(), Kind: letterOf(o), Language: language, To: to, Amount: d.written(owed.Owed, language)}
	return l.Close(d.Safe.Seal)
}

func letterOf(o debt.Outcome) letter.Kind {
	switch {
	case o.Next.IsZero():
		return letter.DebtLast
	case o.Trouble == debt.NoCard:
		return letter.DebtNoCard
	case o.Trouble == debt.Trouble(payment.Authentication):
		return letter.DebtConfirm
	}
	return letter.DebtFailed
}

// written is an amount as a language and the operator's country write it.
func (d *Debts) written(a money.Amount, language string) string {
	exact, err := currency.NewAmountFromInt64(a.Minor, a.Currency)
	if err != nil { // nobody knows how many decimals it has
		return strconv.FormatInt(a.Minor, 10) + " " + a.Currency
	}
	return currency.NewFormatter(currency.NewLocale(language + "-" + d.Country)).Format(exact)
}
