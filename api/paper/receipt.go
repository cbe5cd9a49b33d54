package paper

import (
	"fmt"
	"strings"
	"time"

	"rodada/domain/money"
	"rodada/domain/receipt"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// Receipt is a receipt in a language.
type Receipt struct {
	Number       string            `json:"number" example:"R-000412" doc:"Without gaps among all receipts."`
	Issued       time.Time         `json:"issued_at" doc:"When it was asked for first."`
	RentalID     string            `json:"rental_id" format:"uuid"`
	Language     string            `json:"language" enum:"es,en"`
	Operator     ReceiptOperator   `json:"operator"`
	Rider        string            `json:"rider,omitempty" doc:"The name; absent once the account is deleted."`
	Code         string            `json:"code" example:"RD-7K2M9Q" doc:"What is printed on the scooter."`
	Model        string            `json:"model"`
	Began        time.Time         `json:"began_at" doc:"When the meter started."`
	Ended        time.Time         `json:"ended_at" doc:"When the meter stopped."`
	Seconds      int64             `json:"riding_seconds"`
	Paused       int64             `json:"paused_seconds"`
	Meters       int64             `json:"meters"`
	Tariff       RiddenTariff      `json:"tariff"`
	ZonesVersion int64             `json:"zones_version,omitempty" doc:"The version of the zones that judged where the ride ended; absent when none did."`
	Lines        []BillLine        `json:"lines" nullable:"false" doc:"They sum to the total."`
	Total        Money             `json:"total"`
	State        receipt.State     `json:"state" enum:"due,paid,partly_refunded,refunded,waived"`
	StateText    string            `json:"state_text"`
	Movements    []ReceiptMovement `json:"movements" nullable:"false" doc:"What was charged, given back or waived, in its order."`
	Cost         Money             `json:"cost" doc:"What the ride costs after all: what was charged, less what was given back."`
	Tax          *IncludedTax      `json:"tax,omitempty" doc:"That the cost has in it."`
}

// ReceiptOperator is who gives the receipt.
type ReceiptOperator struct {
	Name    string `json:"name"`
	TaxID   string `json:"tax_id,omitempty"`
	Address string `json:"address,omitempty"`
	Contact string `json:"contact,omitempty"`
}

// RiddenTariff is the tariff of a ride: a version never changes.
type RiddenTariff struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Name    string `json:"name"`
}

// BillLine is one line of a bill.
type BillLine struct {
	Item     string `json:"item"`
	Label    string `json:"label" doc:"With the code of a promotion."`
	Quantity int64  `json:"quantity" doc:"Intervals charged; minutes of a pass."`
	Unit     string `json:"unit,omitempty" example:"1 min" doc:"How long or far an interval is, and what a pass counts."`
	Rate     *Money `json:"rate,omitempty" doc:"Of an interval, where all cost the same."`
	Amount   Money  `json:"amount"`
}

// ReceiptMovement is something that happened to the money of a ride.
type ReceiptMovement struct {
	Kind   wallet.Kind `json:"kind"`
	Label  string      `json:"label"`
	At     time.Time   `json:"at"`
	Amount Money       `json:"amount" doc:"What the wallet got; below zero, what it gave."`
}

// IncludedTax is a tax that is included.
type IncludedTax struct {
	Name    string `json:"name"`
	Percent string `json:"percent" example:"21"`
	Net     Money  `json:"net" doc:"The cost without it."`
	Amount  Money  `json:"amount"`
}

// Write puts a receipt into words. rider is the name of who rode.
func Write(r rental.Rental, rider string, of receipt.Receipt, by receipt.Operator, lang string) Receipt {
	if lang != "es" {
		lang = "en"
	}
	w := newWriter(lang, by.Country)
	out := Receipt{
		Number: fmt.Sprintf("R-%06d", of.Issue.Number), Issued: of.Issue.At.In(by.Zone),
		RentalID: r.ID, Language: lang, Rider: strings.TrimSpace(rider), Code: r.Code, Model: r.Model,
		Operator: ReceiptOperator{Name: by.Name, TaxID: by.TaxID, Address: by.Address, Contact: by.Contact},
		Began:    r.UnlockedAt.In(by.Zone), Ended: r.StoppedAt.In(by.Zone),
		Seconds: int64(r.Usage.Riding / time.Second), Paused: int64(r.Usage.Paused / time.Second), Meters: r.Usage.Meters,
		Tariff: RiddenTariff{ID: r.Tariff.ID, Version: r.Tariff.Version, Name: r.Tariff.Name}, ZonesVersion: r.ZoneVersion,
		Lines: []BillLine{}, Total: w.money(of.Total), State: of.State, StateText: states[of.State].in(lang), Movements: []ReceiptMovement{}, Cost: w.money(of.Cost),
	}
	for _, l := range of.Lines {
		label := wordOther.in(lang) + ": " + l.Item
		if known, is := items[l.Item]; is {
			label = known.in(lang)
		}
		if l.Item == "promotion" && r.Discount != nil {
			label = strings.TrimSpace(label + " " + r.Discount.Code)
		}
		line := BillLine{Item: l.Item, Label: label, Quantity: l.Quantity, Amount: w.money(money.Of(l.Amount, of.Total.Currency))}
		line.Unit, line.Rate = w.rate(l.Item, r.Tariff)
		out.Lines = append(out.Lines, line)
	}
	for _, m := range of.Movements {
		label := string(m.Kind)
		if known, is := movements[m.Kind]; is {
			label = known.in(lang)
		}
		out.Movements = append(out.Movements, ReceiptMovement{Kind: m.Kind, Label: label, At: m.At.In(by.Zone), Amount: w.money(m.Amount)})
	}
	if of.Tax.Hundredths > 0 {
		out.Tax = &IncludedTax{
			Name: of.Tax.Name, Percent: w.decimal(float64(of.Tax.Hundredths)/100, 2),
			Net: w.money(money.Of(of.Cost.Minor-of.Included, of.Cost.Currency)), Amount: w.money(money.Of(of.Included, of.Cost.Currency)),
		}
	}
	return out
}

// facts is what of the ride stands above its bill.
func (r Receipt) facts() [][2]string {
	w := newWriter(r.Language, "")
	say := func(what words, text string) [2]string { return [2]string{what.in(r.Language), text} }
	list := [][2]string{say(wordNumber, r.Number), say(wordIssued, r.moment(r.Issued)), say(wordRide, r.RentalID)}
	if r.Rider != "" {
		list = append(list, say(wordRider, r.Rider))
	}
	list = append(list,
		say(wordScooter, r.Code+", "+r.Model), say(wordBegan, r.moment(r.Began)), say(wordEnded, r.moment(r.Ended)), say(wordRode, span(r.Seconds)),
	)
	if r.Paused > 0 {
		list = append(list, say(wordPaused, span(r.Paused)))
	}
	if r.Meters > 0 {
		list = append(list, say(wordDistance, w.decimal(float64(r.Meters)/1000, 1)+" km"))
	}
	version := wordVersion.in(r.Language)
	list = append(list, say(wordTariff, fmt.Sprintf("%s (%s), %s %d", r.Tariff.Name, r.Tariff.ID, version, r.Tariff.Version)))
	if r.ZonesVersion != 0 {
		list = append(list, say(wordZones, fmt.Sprintf("%s %d", version, r.ZonesVersion)))
	}
	return list
}

func (r Receipt) moment(t time.Time) string {
	if r.Language == "es" {
		return t.Format("02/01/2006 15:04:05 MST")
	}
	return t.Format("2006-01-02 15:04:05 MST")
}

// span is a time by the clock: hours, minutes, seconds.
func span(seconds int64) string {
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
