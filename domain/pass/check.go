package pass

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rodada/domain/fare"
)

// Checked is the product with its names as they are kept, or ErrInvalid with the field that is wrong.
func (p Product) Checked() (Product, error) {
	p.NameES, p.NameEN = strings.TrimSpace(p.NameES), strings.TrimSpace(p.NameEN)
	p.Models = slices.Compact(slices.Sorted(slices.Values(p.Models)))
	within := func(n, least, most int) bool { return least <= n && n <= most }
	for _, rule := range []struct {
		field string
		holds bool
	}{
		{"name_es", named(p.NameES)},
		{"name_en", named(p.NameEN)},
		{"price", 0 < p.Price.Minor && p.Price.Minor <= fare.MaxAmount},
		{"days", within(p.Days, 1, MaxDays)},
		{"allowance", p.Allowance == Minutes || p.Allowance == Rides},
		{"minutes", within(p.Minutes, 1, MaxMinutes)},
		{"rides", p.Allowance == Rides && within(p.Rides, 1, MaxRides) || p.Allowance == Minutes && p.Rides == 0},
		{"sale_until", p.SaleUntil.IsZero() || p.SaleUntil.After(p.SaleFrom)},
	} {
		if !rule.holds {
			return p, ErrInvalid.With("field", rule.field)
		}
	}
	return p, nil
}

func named(name string) bool {
	n := utf8.RuneCountInString(name)
	return n >= 1 && n <= 60 && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}
