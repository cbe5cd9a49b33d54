package fare

import (
	"math/big"
	"time"
)

// Discount is what a promotion or a pass takes off the price of a ride: of a promotion one of its fields, of a pass so many minutes.
type Discount struct {
	Code    string `json:"code,omitempty" doc:"Of the promotion."`
	Percent int    `json:"percent,omitempty" doc:"Of the ride's price, 1 to 100."`
	Amount  int64  `json:"amount,omitempty" doc:"In minor units."`
	Unlock  bool   `json:"unlock,omitempty" doc:"The unlock is free."`
	PassID  string `json:"pass_id,omitempty" format:"uuid" doc:"Of the pass that pays for the ride."`
	Minutes int    `json:"minutes,omitempty" doc:"Of a pass: how many of the first minutes ridden it pays at most."`
}

// line is what the discount does to the bill of a usage that has these lines.
func (d Discount) line(t Tariff, u Usage, lines []Line) Line {
	var total int64
	for _, l := range lines {
		total += l.Amount
	}
	item, quantity, off := "promotion", int64(1), d.off(total, t.Unlock)
	if d.PassID != "" {
		item = "pass"
		quantity, off = d.covers(t, u.Riding)
	}
	return Line{Item: item, Quantity: quantity, Amount: -max(0, min(off, total))}
}

// off is what a promotion takes off a price.
func (d Discount) off(price, unlock int64) int64 {
	part := new(big.Int).Mul(big.NewInt(price), big.NewInt(int64(d.Percent)))
	part.Quo(part.Add(part, big.NewInt(50)), big.NewInt(100)) // half away from zero
	sum := part.Int64() + d.Amount
	if d.Unlock {
		sum += unlock
	}
	return sum
}

// covers is how many of the minutes begun a pass pays, and what they cost: as much as a ride that is over after them.
func (d Discount) covers(t Tariff, riding time.Duration) (minutes, amount int64) {
	minutes = min(int64((riding+time.Minute-1)/time.Minute), int64(d.Minutes))
	_, amount = charge(t.Riding, min(int64(riding), minutes*int64(time.Minute)), int64(time.Minute))
	if d.Unlock {
		amount += t.Unlock
	}
	return minutes, amount
}

// Minimum is what a wallet must hold for a ride with a discount to begin: the tariff's minimum, less what the discount would pay of a
// ride at that price.
func (t Tariff) Minimum(d *Discount) int64 {
	if d == nil {
		return t.MinimumBalance
	}
	off := d.off(t.MinimumBalance, t.Unlock)
	if d.PassID != "" {
		_, off = d.covers(t, time.Duration(d.Minutes)*time.Minute)
	}
	return max(0, t.MinimumBalance-max(0, off))
}
