package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// epoch is the key of a word that nobody changes: it is another one when Redis has lost what it held.
func (s *Store) epoch() string { return s.prefix + "live-epoch" }

// Epoch is a word that stays the same until Redis loses what it holds. Whoever wrote everything under another one writes it again.
func (s *Store) Epoch(ctx context.Context) (string, error) {
	var is *redis.StringCmd
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, s.epoch(), rand.Text(), 0)
		is = p.Get(ctx, s.epoch())
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("look whether Redis has lost the live state: %w", err)
	}
	return is.Val(), nil
}

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
