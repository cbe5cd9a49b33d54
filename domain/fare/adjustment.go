package fare

import "math/big"

// Adjustment is what the zone where a ride ended does to its bill: a part of it in percent, and an amount. Both may be below
// zero, the bill never is.
type Adjustment struct {
	Percent int   `json:"percent,omitempty"` // of the rest of the bill; -20 is a fifth off
	Amount  int64 `json:"amount,omitempty"`  // minor units of the tariff's currency
}

// The bounds of an adjustment; a part is never taken off more than once.
const (
	MaxPercent = 1_000
	MaxAmount  = 1_000_000_00
)

// Valid reports whether an adjustment is within its bounds.
func (a Adjustment) Valid() bool {
	return a.Percent >= -100 && a.Percent <= MaxPercent && a.Amount >= -MaxAmount && a.Amount <= MaxAmount
}

// of is what the adjustment adds to a bill: the part rounded half away from zero, and never so little that less than nothing
// is left.
func (a Adjustment) of(total int64) int64 {
	part := new(big.Int).Mul(big.NewInt(total), big.NewInt(int64(a.Percent)))
	half := big.NewInt(50)
	if part.Sign() < 0 {
		half.Neg(half)
	}
	part.Quo(part.Add(part, half), big.NewInt(100))
	return max(part.Int64()+a.Amount, -total)
}
