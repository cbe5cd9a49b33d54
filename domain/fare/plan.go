package fare

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"rodada/domain/fault"
)

// ErrPlan is the answer to a price list that can't be; its details name every field that is wrong.
var ErrPlan = fault.Declare(fault.Invalid, "tariff_invalid", "The tariff has a value that can't be; see fields.")

// What a tariff may hold.
const (
	maxName        = 100
	maxSegments    = 20
	maxSpan        = 1_000_000 // minutes or kilometres
	maxReservation = 24 * 60 * 60
)

var tariffID = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// Checked is the tariff with its name tidied, or ErrPlan with what is wrong with each field.
func (t Tariff) Checked() (Tariff, error) {
	t.Name = strings.TrimSpace(t.Name)
	wrong := map[string]string{}
	bound := func(field string, n, most int64) {
		if n < 0 || n > most {
			wrong[field] = fmt.Sprintf("expected 0 to %d", most)
		}
	}
	if !tariffID.MatchString(t.ID) {
		wrong["id"] = "expected 1 to 64 of a-z, 0-9, - and _"
	}
	if n := utf8.RuneCountInString(t.Name); n == 0 || n > maxName || !utf8.ValidString(t.Name) || strings.ContainsFunc(t.Name, hidden) {
		wrong["name"] = fmt.Sprintf("expected 1 to %d characters that can be read, in one line", maxName)
	}
	bound("unlock", t.Unlock, MaxAmount)
	bound("minimum_balance", t.MinimumBalance, MaxAmount)
	bound("reservation_seconds", int64(t.ReservationSeconds), maxReservation)
	for field, segments := range map[string][]Segment{"per_minute": t.Riding, "per_minute_paused": t.Paused, "per_km": t.Distance} {
		if len(segments) > maxSegments {
			wrong[field] = fmt.Sprintf("expected at most %d segments", maxSegments)
			continue
		}
		for i, s := range segments {
			at := fmt.Sprintf("%s[%d].", field, i)
			bound(at+"start", int64(s.Start), maxSpan)
			bound(at+"interval", int64(s.Interval), maxSpan)
			bound(at+"end", int64(s.End), maxSpan)
			bound(at+"rate", s.Rate, MaxAmount)
			if s.End > 0 && s.End <= s.Start {
				wrong[at+"end"] = "expected more than start, or 0 for no end"
			}
		}
	}
	if len(wrong) > 0 {
		return t, ErrPlan.With("fields", wrong)
	}
	return t, nil
}

func hidden(r rune) bool { return !unicode.IsGraphic(r) }
