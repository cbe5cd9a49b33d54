package pricing

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"rodada/domain/fare"
	"rodada/domain/wording"
)

// What a tariff may hold.
const (
	maxName        = 100
	maxSegments    = 20
	maxSpan        = 1_000_000 // minutes or kilometres
	maxReservation = 24 * 60 * 60
)

var tariffID = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// Checked is a tariff with its name tidied, or ErrTariff with what is wrong with each field.
func Checked(t fare.Tariff) (fare.Tariff, error) {
	t.Name = strings.TrimSpace(t.Name)
	var all flaws
	all.unless(tariffID.MatchString(t.ID), "id", FlawID)
	all.unless(named(t.Name), "name", FlawName)
	all.bound("unlock", t.Unlock, fare.MaxAmount)
	all.bound("minimum_balance", t.MinimumBalance, fare.MaxAmount)
	all.bound("reservation_seconds", int64(t.ReservationSeconds), maxReservation)
	all.segments("per_minute", t.Riding)
	all.segments("per_minute_paused", t.Paused)
	all.segments("per_km", t.Distance)
	if len(all) > 0 {
		return t, ErrTariff.With("flaws", []Flaw(all))
	}
	return t, nil
}

func (all *flaws) segments(field string, list []fare.Segment) {
	if all.unless(len(list) <= maxSegments, field, FlawMany, fmt.Sprint(maxSegments)); len(list) > maxSegments {
		return
	}
	for i, s := range list {
		at := fmt.Sprintf("%s[%d].", field, i)
		all.bound(at+"start", int64(s.Start), maxSpan)
		all.bound(at+"interval", int64(s.Interval), maxSpan)
		all.bound(at+"end", int64(s.End), maxSpan)
		all.bound(at+"rate", s.Rate, fare.MaxAmount)
		all.unless(s.End <= 0 || s.End > s.Start, at+"end", FlawEnd)
	}
}

// named reports whether a name, without blanks around it, is one.
func named(name string) bool {
	n := utf8.RuneCountInString(name)
	return n > 0 && n <= maxName && wording.Readable(name)
}
