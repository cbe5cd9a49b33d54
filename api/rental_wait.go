package api

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"rodada/domain/fault"
	"rodada/domain/rental"
)

// A holder that is just closing refuses everybody for some milliseconds; one that still refuses after so many tries has
// the scooter.
const (
	refusalsBelieved = 5
	firstPause       = 50 * time.Millisecond
	longestPause     = time.Second
)

// ask puts a question to the holder of a scooter, such as to begin, and waits until it is answered.
type ask func(ctx context.Context) error

// settle asks until the rental is as done says, or the API's own deadline comes, and returns its row: whatever became of
// the question, the row is the truth. Temporal being away, or the holder closing, is asked again.
func (s *rentals) settle(ctx context.Context, r rental.Rental, ask ask, done func(rental.Rental, error) bool) (rental.Rental, error) {
	wait, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	for refusals, pause := 0, firstPause; ; pause = min(2*pause, longestPause) {
		asked := ask(wait)
		row, err := s.read(ctx, r)
		if err != nil || done(row, asked) || wait.Err() != nil {
			return row, err
		}
		switch {
		case errors.Is(asked, errRejected):
			return s.abandon(ctx, row, rental.NotStarted, asked)
		case errors.Is(asked, rental.ErrOver):
			if refusals++; refusals == refusalsBelieved {
				row, err = s.abandon(ctx, row, rental.HeldElsewhere, asked)
				if err != nil || done(row, asked) {
					return row, err
				}
			}
		case isFault(asked):
			return row, asked
		}
		if asked != nil {
			logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "asking again", slog.String("rental", r.ID), slog.String("error", asked.Error()))
		}
		select {
		case <-wait.Done():
			return row, nil
		case <-time.After(pause):
		}
	}
}

// abandon gives a rental up that no workflow ever began. One that did begin meanwhile stays as it is.
func (s *rentals) abandon(ctx context.Context, r rental.Rental, why rental.Reason, cause error) (rental.Rental, error) {
	logFrom(ctx).LogAttrs(ctx, slog.LevelError, "rental abandoned", slog.String("rental", r.ID),
		slog.String("reason", string(why)), slog.String("error", cause.Error()))
	if err := s.store.VoidUnstarted(ctx, r.ID, why, s.now()); err != nil && !errors.Is(err, rental.ErrState) {
		return r, err
	}
	return s.read(ctx, r)
}

func (s *rentals) read(ctx context.Context, r rental.Rental) (rental.Rental, error) {
	return s.store.Rental(ctx, r.RiderID, r.ID, s.orphanAfter())
}

func isFault(err error) bool {
	_, ok := fault.From(err)
	return ok
}
