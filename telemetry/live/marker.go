package live

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

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

// marker is the key that says under which epoch the state was brought back.
func (s *Store) marker() string { return s.prefix + "live-rebuilt" }

// Rebuilt reports whether the state was brought back under an epoch.
func (s *Store) Rebuilt(ctx context.Context, epoch string) (bool, error) {
	under, err := s.redis.Get(ctx, s.marker()).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("look whether the live state was brought back: %w", err)
	}
	return err == nil && under == epoch, nil
}

// MarkRebuilt says that it was. The epoch must be the one of before the first word was written: if Redis has lost some of them
// since, the epoch is another one and the mark says nothing.
func (s *Store) MarkRebuilt(ctx context.Context, epoch string) error {
	if err := s.redis.Set(ctx, s.marker(), epoch, 0).Err(); err != nil {
		return fmt.Errorf("note that the live state was brought back: %w", err)
	}
	return nil
}
