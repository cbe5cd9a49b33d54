package lease

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"rodada/protocol"
)

// Sighting is a message of a scooter that somebody may wait for.
type Sighting struct {
	Plate string
	Code  protocol.Code // of an answer; 0 when only the scooter's being there counts
}

// Wanted is whether a claim is worth its round trip.
type Wanted struct {
	Ack   bool // somebody waits for this answer
	Heard bool // somebody waits to hear of this scooter
}

// Wanted looks up a batch of sightings in one round trip. It takes nothing away.
func (s *Store) Wanted(ctx context.Context, batch []Sighting) ([]Wanted, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	heard := make(map[string]*redis.IntCmd, len(batch))
	acks := make(map[Sighting]*redis.IntCmd)
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, b := range batch {
			if heard[b.Plate] == nil {
				heard[b.Plate] = p.Exists(ctx, s.heard(b.Plate))
			}
			if b.Code != 0 && acks[b] == nil {
				acks[b] = p.Exists(ctx, s.of(b.Plate, b.Code)[0])
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look up who waits: %w", err)
	}
	wanted := make([]Wanted, len(batch))
	for i, b := range batch {
		wanted[i].Heard = heard[b.Plate].Val() > 0
		wanted[i].Ack = acks[b] != nil && acks[b].Val() > 0
	}
	return wanted, nil
}
