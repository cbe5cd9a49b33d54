// Package paper writes what people keep: receipts, in their language and with amounts as their country writes them, as data and
// as PDF. The same receipt is the same file, byte by byte.
package paper

import (
	"strconv"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"rodada/domain/money"
)

// Money is an amount with how it is written.
type Money struct {
	Minor    int64  `json:"amount" doc:"In minor units."`
	Currency string `json:"currency"`
	Text     string `json:"text" example:"3,86 €" doc:"As the language and the country write it."`
}

// writer writes in a language as a country does.
type writer struct {
	language string // es or en
	amounts  *currency.Formatter
	numbers  *message.Printer
}

func newWriter(lang, country string) writer {
	tag := lang
	if country != "" {
		tag += "-" + country
	}
	amounts := currency.NewFormatter(currency.NewLocale(tag))
	return writer{language: lang, amounts: amounts, numbers: message.NewPrinter(language.Make(tag))}
}

// Amount writes an amount in a language as a country does.
func Amount(a money.Amount, lang, country string) string {
	return newWriter(lang, country).money(a).Text
}

// money writes an amount with the decimals that its currency has: none of JPY and CLP, three of KWD. (ISO 4217)
func (w writer) money(a money.Amount) Money {
	out := Money{Minor: a.Minor, Currency: a.Currency, Text: strconv.FormatInt(a.Minor, 10) + " " + a.Currency}
	if exact, err := currency.NewAmountFromInt64(a.Minor, a.Currency); err == nil { // else nobody knows how many decimals it has
		out.Text = w.amounts.Format(exact)
	}
	return out
}

// decimal writes a number with so many decimals at most.
func (w writer) decimal(n float64, most int) string {
	return w.numbers.Sprint(number.Decimal(n, number.MaxFractionDigits(most)))
}
