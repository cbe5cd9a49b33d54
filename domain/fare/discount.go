package fare

import "math/big"

// Discount is what a promotion takes off the price of a ride: one of its fields.
type Discount struct {
	Code    string `json:"code" doc:"Of the promotion."`
	Percent int    `json:"percent,omitempty" doc:"Of the ride's price, 1 to 100."`
	Amount  int64  `json:"amount,omitempty" doc:"In minor units."`
	Unlock  bool   `json:"unlock,omitempty" doc:"The unlock is free."`
}

// off is what the discount takes off lines, and never more than they cost.
func (d Discount) off(lines []Line) int64 {
	var total, unlock int64
	for _, l := range lines {
		total += l.Amount
		if l.Item == "unlock" {
			unlock += l.Amount
		}
	}
	part := new(big.Int).Mul(big.NewInt(total), big.NewInt(int64(d.Percent)))
	part.Quo(part.Add(part, big.NewInt(50)), big.NewInt(100)) // half away from zero
	sum := part.Int64() + d.Amount
	if d.Unlock {
		sum += unlock
	}
	return max(0, min(sum, total))
}
