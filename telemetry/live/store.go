package live

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
)

// Store is the live state of the fleet. It is safe for concurrent use. Give it a client with ContextTimeoutEnabled, or the
// deadline of a call does not reach Redis.
type Store struct {
	redis   redis.UniversalClient
	prefix  string
	silence time.Duration
	thick   *thickness
}

// Silence is how long a scooter may be silent before it counts as offline, unless OfflineAfter says otherwise.
const Silence = 3 * time.Minute

// New returns the live state in the given Redis; prefix goes before every key.
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{redis: client, prefix: prefix, silence: Silence, thick: &thickness{}}
}

// OfflineAfter returns the same store for which a scooter is back when it was silent for longer than d.
func (s *Store) OfflineAfter(d time.Duration) *Store {
	other := *s
	other.silence = d
	return &other
}

// hash is the key of a scooter. Each lives in a slot of its own, for they have nothing to share but the map.
func (s *Store) hash(plate string) string { return s.prefix + "live:{" + url.QueryEscape(plate) + "}" }

// What is kept of all scooters together: the map, the map of those that riders may take, when each was last heard, those
// that the books have, and what changed.
func (s *Store) places() string  { return s.prefix + "live-places" }
func (s *Store) open() string    { return s.prefix + "live-open" }
func (s *Store) heard() string   { return s.prefix + "live-heard" }
func (s *Store) fleet() string   { return s.prefix + "live-fleet" }
func (s *Store) changes() string { return s.prefix + "live-changes" }

// Get is the last known state of a scooter; false: it was never heard of.
func (s *Store) Get(ctx context.Context, plate string) (State, bool, error) {
	hash, err := s.redis.HGetAll(ctx, s.hash(plate)).Result()
	if err != nil {
		return State{}, false, fmt.Errorf("read the live state of a scooter: %w", err)
	}
	return stateOf(plate, hash), len(hash) > 0, nil
}

// Online is when those of the scooters that are online were heard last.
func (s *Store) Online(ctx context.Context, plates []string) (map[string]time.Time, error) {
	states, err := s.GetAll(ctx, plates)
	online, now := make(map[string]time.Time, len(states)), time.Now()
	for plate, state := range states {
		if state.Online(now, s.silence) {
			online[plate] = state.Seen
		}
	}
	return online, err
}

// GetAll is the last known state of many scooters in one round trip; those never heard of are not in it.
func (s *Store) GetAll(ctx context.Context, plates []string) (map[string]State, error) {
	if len(plates) == 0 {
		return map[string]State{}, nil
	}
	hashes := make([]*redis.MapStringStringCmd, len(plates))
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, plate := range plates {
			hashes[i] = p.HGetAll(ctx, s.hash(plate))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the live state of %d scooters: %w", len(plates), err)
	}
	states := make(map[string]State, len(plates))
	for i, plate := range plates {
		if hash := hashes[i].Val(); len(hash) > 0 {
			states[plate] = stateOf(plate, hash)
		}
	}
	return states, nil
}
