// Package series is what scooters said over time: which spans may be asked for and how finely, and what one point of each
// series holds. It is kept apart from where the points are stored, so that who asks and who answers mean the same.
package series

import (
	"time"

	"rodada/domain/fault"
)

// The bounds of an answer.
const (
	Longest    = 31 * 24 * time.Hour // between the ends of a span
	Usual      = 24 * time.Hour      // how far back a span without a beginning goes
	Finest     = time.Second         // between two points
	MostPoints = 5000                // in one answer
	fewPoints  = 500                 // about as many as a chart shows; nobody asked for more
)

// Faults of asking.
var (
	ErrSpan     = fault.Declare(fault.Invalid, "span_invalid", "The time from must be before the time to.")
	ErrSpanLong = fault.Declare(fault.Invalid, "span_too_long", "That is too long a time for one answer.")
	ErrSpanAway = fault.Declare(fault.Invalid, "span_beyond", "The history has times from the year 1700 to 2200 only.")
	ErrEvery    = fault.Declare(fault.Invalid, "every_too_small", "That is too fine: the answer would have too many points.")
	// ErrAway is the answer while the history can't be read.
	ErrAway = fault.Declare(fault.Unavailable, "history_away", "The history is not available at the moment. Try again.")
)

// The times that the history is asked about: nanoseconds since 1970 in 64 bits reach a little further.
var (
	earliest = time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Span is a time that is asked about, from included and to not, and how far apart the points of the answer are.
type Span struct {
	From, To time.Time
	Every    time.Duration
}

// steps are what people expect between two points.
var steps = []time.Duration{
	time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour,
}

// Ask fills what was left out — the end is now, the beginning a day before the end, the distance what a chart shows — and
// refuses what would be too much or can't be stored: ErrSpan, ErrSpanLong, ErrSpanAway, ErrEvery.
func Ask(from, to time.Time, every time.Duration, now time.Time) (Span, error) {
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-Usual)
	}
	length := to.Sub(from)
	switch {
	case length <= 0:
		return Span{}, ErrSpan
	case length > Longest:
		return Span{}, ErrSpanLong.With("longest_seconds", int64(Longest/time.Second))
	case from.Before(earliest) || to.After(latest):
		return Span{}, ErrSpanAway
	}
	least := atLeast(length, MostPoints)
	if every == 0 {
		every = comfortable(length)
	}
	if every < least {
		return Span{}, ErrEvery.With("least_seconds", int64(least/time.Second))
	}
	return Span{From: from.UTC(), To: to.UTC(), Every: every}, nil
}

// atLeast is the smallest distance in whole seconds that makes no more than so many points of a length. Windows begin at
// multiples of their distance, so that a length may touch one more than it holds.
func atLeast(length time.Duration, points int64) time.Duration {
	every := (length + time.Duration(points-1) - 1) / time.Duration(points-1)
	return max(Finest, (every + time.Second - 1).Truncate(time.Second))
}

func comfortable(length time.Duration) time.Duration {
	least := atLeast(length, fewPoints)
	for _, step := range steps {
		if step >= least {
			return step
		}
	}
	return least
}

// Within is the part of a span between two times, of which a zero one is no bound; false: there is none.
func (s Span) Within(from, to time.Time) (Span, bool) {
	if from.After(s.From) {
		s.From = from.UTC()
	}
	if !to.IsZero() && to.Before(s.To) {
		s.To = to.UTC()
	}
	return s, s.From.Before(s.To)
}

// Whole is a span that is asked for as finely as an answer may be.
func Whole(from, to time.Time) Span {
	return Span{From: from.UTC(), To: to.UTC(), Every: atLeast(to.Sub(from), MostPoints)}
}
