package fare

import (
	"time"

	"rodada/domain/money"
)

// Usage is what a ride used.
type Usage struct {
	Riding time.Duration `json:"riding"`
	Paused time.Duration `json:"paused"`
	Meters int64         `json:"meters"`
}

// Line is one line of a bill.
type Line struct {
	Item     string `json:"item"`     // unlock, riding, paused, distance, promotion, pass, zone
	Quantity int64  `json:"quantity"` // intervals charged; minutes of a pass; 1 of unlock, promotion and zone
	Amount   int64  `json:"amount"`   // minor units; below zero where a promotion, a pass or a zone takes some off
}

// Bill is a price with its parts; Total is the sum of Lines.
type Bill struct {
	Lines []Line       `json:"lines"`
	Total money.Amount `json:"total"`
}

// Quote is the price of a usage under a tariff, with what the zone of its end does to it, if anything, as a line of its own.
func Quote(t Tariff, u Usage, zone ...Adjustment) Bill { return QuoteWith(nil, t, u, zone...) }

// QuoteWith is Quote with a discount, if there is one, on the ride alone: what the zone of its end does is worked out of what is
// left, so that its price for bad parking stays.
func QuoteWith(d *Discount, t Tariff, u Usage, zone ...Adjustment) Bill {
	minute := int64(time.Minute)
	lines := []Line{{Item: "unlock", Quantity: 1, Amount: t.Unlock}}
	for _, part := range []struct {
		item     string
		used     int64
		unit     int64
		segments []Segment
	}{
		{"riding", int64(u.Riding), minute, t.Riding},
		{"paused", int64(u.Paused), minute, t.Paused},
		{"distance", u.Meters, 1000, t.Distance},
	} {
		if n, amount := charge(part.segments, part.used, part.unit); n > 0 {
			lines = append(lines, Line{Item: part.item, Quantity: n, Amount: amount})
		}
	}
	if d != nil {
		if line := d.line(t, u, lines); line.Amount < 0 {
			lines = append(lines, line)
		}
	}
	bill := Bill{Lines: lines, Total: money.Of(0, t.Currency)}
	for _, l := range lines {
		bill.Total.Minor += l.Amount
	}
	for _, a := range zone {
		if amount := a.of(bill.Total.Minor); amount != 0 {
			bill.Lines = append(bill.Lines, Line{Item: "zone", Quantity: 1, Amount: amount})
			bill.Total.Minor += amount
		}
	}
	return bill
}

// charge counts the intervals begun by used (in parts of which unit makes one minute or kilometre) and what they cost.
func charge(segments []Segment, used, unit int64) (intervals, amount int64) {
	for _, s := range segments {
		from, to := int64(s.Start)*unit, used
		if s.End > 0 {
			to = min(to, int64(s.End)*unit)
		}
		if to <= from {
			continue
		}
		n := int64(1)
		if s.Interval > 0 {
			every := int64(s.Interval) * unit
			n = (to - from + every - 1) / every
		}
		intervals += n
		amount += n * s.Rate
	}
	return intervals, amount
}

// Pauses is what of the bill is for pauses, before any discount.
func (b Bill) Pauses() int64 { return max(0, min(b.sum("paused"), b.Total.Minor+b.Discount())) }

// Discount is what a promotion or a pass has taken off.
func (b Bill) Discount() int64 { return b.Promotion() + b.Pass() }

// Promotion is what a promotion has taken off.
func (b Bill) Promotion() int64 { return -b.sum("promotion") }

// Pass is what a pass has taken off.
func (b Bill) Pass() int64 { return -b.sum("pass") }

func (b Bill) sum(item string) (sum int64) {
	for _, l := range b.Lines {
		if l.Item == item {
			sum += l.Amount
		}
	}
	return sum
}
