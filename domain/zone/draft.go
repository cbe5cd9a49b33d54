package zone

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rodada/domain/fare"
	"rodada/domain/wording"
)

// What a draft may hold.
const (
	maxName  = 100
	maxOrder = 1_000_000
	maxRules = 50
	maxKmh   = 200
)

// Checked is the draft with its name tidied, or the fault in it. The geometry is judged when it is read.
func (d Draft) Checked() (Draft, error) {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "" || utf8.RuneCountInString(d.Name) > maxName || !wording.Readable(d.Name):
		return d, ErrDraft.Saying("A zone has a name of 1 to %d characters that can be read, in one line.", maxName).With("field", "name")
	case d.Order < 0 || d.Order > maxOrder:
		return d, ErrDraft.Saying("The order of a zone is 0 to %d.", maxOrder).With("field", "order")
	case !d.Ends.IsZero() && !d.Ends.After(d.Starts):
		return d, ErrDraft.Saying("A zone ends after it starts.").With("field", "end")
	case len(d.Rules) == 0 || len(d.Rules) > maxRules:
		return d, ErrDraft.Saying("A zone has 1 to %d rules.", maxRules).With("field", "rules")
	case !d.Price.Valid():
		return d, ErrDraft.Saying("A zone changes a price by -100 to %d percent, and by an amount within ±%d minor units.",
			fare.MaxPercent, fare.MaxAmount).With("field", "price")
	}
	for i, r := range d.Rules {
		switch {
		case r.MaxKmh < 0 || r.MaxKmh > maxKmh:
			return d, ErrDraft.Saying("The maximum speed of a rule is 1 to %d km/h; without it, the scooter's own.", maxKmh).
				With("field", fmt.Sprintf("rules[%d].maximum_speed_kph", i))
		case !r.RideEnd && r.StationParking:
			return d, ErrDraft.Saying("Where a ride may not end, it does not end at a station either.").
				With("field", fmt.Sprintf("rules[%d].station_parking", i))
		}
	}
	return d, nil
}

// Drawn is a fault for a draft that is over already, unless it was drawn to end then before.
func (d Draft) Drawn(now time.Time, was *Draft) error {
	if !d.Over(now) || was != nil && d.Ends.Equal(was.Ends) {
		return nil
	}
	return ErrDraft.Saying("A zone ends in the future.").With("field", "end")
}

// Over reports whether the rules hold no more, and never will again.
func (d Draft) Over(now time.Time) bool { return !d.Ends.IsZero() && !now.Before(d.Ends) }

// ModelIDs are all the models that the rules name.
func (d Draft) ModelIDs() []string {
	var ids []string
	for _, r := range d.Rules {
		ids = append(ids, r.Models...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
