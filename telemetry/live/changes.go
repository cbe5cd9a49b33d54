package live

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// changesKept is how many batches of changes can be read again, about.
	changesKept   = 20_000
	changedPlates = "plates"
	plateBreak    = "\n" // no plate has a control character
	changesAtOnce = 500
)

// Cursor is how far somebody has read the changes of the fleet. It sorts as they happened and tells when. The zero one is
// before all.
type Cursor string

// Now is the cursor of the latest change.
func (s *Store) Now(ctx context.Context) (Cursor, error) {
	last, err := s.redis.XRevRangeN(ctx, s.changes(), "+", "-", 1).Result()
	if err != nil {
		return "", fmt.Errorf("look for the latest change: %w", err)
	}
	if len(last) == 0 {
		return "0-0", nil
	}
	return Cursor(last[0].ID), nil
}

// Since is the scooters that changed after a cursor, each once, and the cursor of the last of these changes.
func (s *Store) Since(ctx context.Context, after Cursor) (plates []string, last Cursor, err error) {
	known := map[string]bool{}
	for last = after; ; {
		some, err := s.redis.XRangeN(ctx, s.changes(), "("+string(last), "+", changesAtOnce).Result()
		if err != nil {
			return nil, after, fmt.Errorf("read the changes of the fleet: %w", err)
		}
		for _, change := range some {
			last = Cursor(change.ID)
			text, _ := change.Values[changedPlates].(string)
			for plate := range strings.SplitSeq(text, plateBreak) {
				if !known[plate] {
					known[plate] = true
					plates = append(plates, plate)
				}
			}
		}
		if len(some) < changesAtOnce {
			return plates, last, nil
		}
	}
}

// ErrForgotten means that the changes after a cursor are not all there any more, or that the cursor is none of ours: who has
// it must look at all scooters again.
var ErrForgotten = errors.New("live: the changes since then are forgotten")

// Kept is nil while every change after the cursor can be read.
func (s *Store) Kept(ctx context.Context, after Cursor) error {
	first, err := s.redis.XRangeN(ctx, s.changes(), "-", "+", 1).Result()
	if err != nil {
		return fmt.Errorf("look how far back the changes go: %w", err)
	}
	last, err := s.Now(ctx)
	if err != nil {
		return err
	}
	if _, _, ok := after.parts(); !ok || last.before(after) || len(first) > 0 && after.before(Cursor(first[0].ID)) {
		return ErrForgotten
	}
	return nil
}

func (c Cursor) before(other Cursor) bool {
	at, n, _ := c.parts()
	otherAt, otherN, _ := other.parts()
	return at < otherAt || at == otherAt && n < otherN
}

// Time is when the change of the cursor was written.
func (c Cursor) Time() time.Time {
	at, _, _ := c.parts()
	return time.UnixMilli(at).UTC()
}

func (c Cursor) parts() (at, n int64, ok bool) {
	first, second, found := strings.Cut(string(c), "-")
	at, err := strconv.ParseInt(first, 10, 64)
	n, err2 := strconv.ParseInt(second, 10, 64)
	return at, n, found && err == nil && err2 == nil && at >= 0 && n >= 0
}

// LastHeard is the scooters whose latest message came after one time and not after another. With the times of a moment ago
// and now, less the time that a scooter may be silent, these are those that have just gone offline.
func (s *Store) LastHeard(ctx context.Context, after, until time.Time) ([]string, error) {
	plates, err := s.redis.ZRangeByScore(ctx, s.heard(), &redis.ZRangeBy{
		Min: "(" + strconv.FormatInt(after.UnixMilli(), 10), Max: strconv.FormatInt(until.UnixMilli(), 10),
	}).Result()
	if err != nil {
		return nil, fmt.Errorf("look for scooters that are silent: %w", err)
	}
	return plates, nil
}

// Fleet is every scooter that the books have, as far as Follow has told.
func (s *Store) Fleet(ctx context.Context) ([]string, error) {
	plates, err := s.redis.SMembers(ctx, s.fleet()).Result()
	if err != nil {
		return nil, fmt.Errorf("list the fleet: %w", err)
	}
	return plates, nil
}
