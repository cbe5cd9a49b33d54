package live

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"rodada/domain/fleet"
)

// Books are where it stands who has a scooter and whether it serves.
type Books interface {
	// Standings is the scooters whose row changed since, or all of them for the zero time.
	Standings(ctx context.Context, since time.Time) ([]fleet.Standing, error)
}

// Pace is how often Follow looks at the books.
type Pace struct {
	Look time.Duration // at what changed lately. Default: 1 s
	All  time.Duration // at everything, which also finds what is gone. Default: 5 min, and at once when Redis lost what it held
}

// overlap is how much longer than its row says a change may take to be seen: the time of a row is that of its transaction's
// beginning. What takes longer still is found with all.
const overlap = 15 * time.Second

// Follow copies service and hold from the books until ctx ends. Any number of processes may do so at once: what is read later
// counts, by the clock of the books.
func (s *Store) Follow(ctx context.Context, books Books, pace Pace, log *slog.Logger) {
	if pace.Look <= 0 {
		pace.Look = time.Second
	}
	if pace.All <= 0 {
		pace.All = 5 * time.Minute
	}
	ticker := time.NewTicker(pace.Look)
	defer ticker.Stop()
	var (
		whole, read time.Time // when all was read last; and the clock of the books at the last reading
		under       string    // the epoch in which all was written
		told        map[string]fleet.Standing
		failed      bool
	)
	for {
		epoch, err := s.Epoch(ctx)
		switch begun := time.Now(); {
		case err != nil:
		case epoch != under || begun.Sub(whole) >= pace.All:
			if read, err = s.followAll(ctx, books); err == nil {
				whole, under = begun, epoch
			}
		default:
			read, told, err = s.follow(ctx, books, read, told)
		}
		if err != nil && ctx.Err() == nil && !failed {
			log.Warn("the live state does not follow the books", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// follow copies what changed since the books were read last, less what was told already, and says when they were read now.
func (s *Store) follow(
	ctx context.Context, books Books, read time.Time, told map[string]fleet.Standing,
) (time.Time, map[string]fleet.Standing, error) {
	changed, err := books.Standings(ctx, read.Add(-overlap))
	if err != nil || len(changed) == 0 {
		return read, told, err
	}
	read = changed[0].At
	lately := make(map[string]fleet.Standing, len(changed))
	news := changed[:0]
	for _, standing := range changed {
		before, known := told[standing.Plate]
		lately[standing.Plate] = standing
		if !known || before.Service != standing.Service || before.Hold != standing.Hold {
			news = append(news, standing)
		}
	}
	if err := s.Stand(ctx, news); err != nil {
		return read, nil, err
	}
	return read, lately, nil
}

func (s *Store) followAll(ctx context.Context, books Books) (time.Time, error) {
	before, err := s.Fleet(ctx) // before the books: one that is registered meanwhile is not gone
	if err != nil {
		return time.Time{}, err
	}
	all, err := books.Standings(ctx, time.Time{})
	if err != nil {
		return time.Time{}, err
	}
	read := time.Now()
	if len(all) > 0 {
		read = all[0].At
	}
	there := make(map[string]bool, len(all))
	for _, standing := range all {
		there[standing.Plate] = true
	}
	for _, plate := range before {
		if !there[plate] {
			all = append(all, fleet.Standing{Plate: plate, At: read})
		}
	}
	return read, s.Stand(ctx, all)
}

// Stand writes what the books say of scooters. One without a service is not in them any more.
func (s *Store) Stand(ctx context.Context, standings []fleet.Standing) error {
	for some := range slices.Chunk(standings, 1000) {
		reports := make([]Report, len(some))
		for i, standing := range some {
			reports[i] = Report{Plate: standing.Plate, Values: Values{
				Service: said(standing.Service, standing.At), Hold: said(standing.Hold, standing.At),
			}}
		}
		if err := s.Update(ctx, reports); err != nil {
			return err
		}
	}
	return nil
}
