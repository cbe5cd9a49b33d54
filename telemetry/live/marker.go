package live

import (
	"context"
	"fmt"
	"time"
)

// marker is the key that says that this Redis has had its state brought back. It goes when Redis loses what it holds.
func (s *Store) marker() string { return s.prefix + "live-rebuilt" }

// Rebuilt reports whether the state was brought back since this Redis was empty.
func (s *Store) Rebuilt(ctx context.Context) (bool, error) {
	n, err := s.redis.Exists(ctx, s.marker()).Result()
	if err != nil {
		return false, fmt.Errorf("look whether the live state was brought back: %w", err)
	}
	return n > 0, nil
}

// MarkRebuilt says that it was.
func (s *Store) MarkRebuilt(ctx context.Context, at time.Time) error {
	if err := s.redis.Set(ctx, s.marker(), at.UTC().Format(time.RFC3339), 0).Err(); err != nil {
		return fmt.Errorf("note that the live state was brought back: %w", err)
	}
	return nil
}
