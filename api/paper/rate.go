package paper

import (
	"fmt"

	"rodada/domain/fare"
	"rodada/domain/money"
)

// rate is what an interval of a line is, and what it costs where all of them cost the same.
func (w writer) rate(item string, t fare.Tariff) (unit string, rate *Money) {
	var segments []fare.Segment
	of := "min"
	switch item {
	case "pass":
		return of, nil
	case "riding":
		segments = t.Riding
	case "paused":
		segments = t.Paused
	case "distance":
		segments, of = t.Distance, "km"
	}
	if len(segments) != 1 || segments[0].Interval == 0 {
		return "", nil
	}
	each := w.money(money.Of(segments[0].Rate, t.Currency))
	return fmt.Sprintf("%d %s", segments[0].Interval, of), &each
}

// remark is how often a line counts, and what.
func (l BillLine) remark(lang string) string {
	switch {
	case l.Rate != nil:
		return fmt.Sprintf("%d × %s %s %s", l.Quantity, l.Unit, wordAt.in(lang), l.Rate.Text)
	case l.Unit != "":
		return fmt.Sprintf("%d %s", l.Quantity, l.Unit)
	}
	return fmt.Sprintf("× %d", l.Quantity)
}
