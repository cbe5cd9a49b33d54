package fare

// Tax is a tax that prices have in them. The zero value is none.
type Tax struct {
	Name       string `json:"name,omitempty"`
	Hundredths int64  `json:"hundredths"` // of a percent: 2100 is 21 %
}

// Included is what of a price is tax: rounded half away from zero.
func (t Tax) Included(price int64) int64 {
	whole := 10_000 + t.Hundredths
	part := price % whole * t.Hundredths // what is left over alone: a price is larger than a product may be
	half := whole / 2
	if part < 0 {
		half = -half
	}
	return price/whole*t.Hundredths + (part+half)/whole
}
