package live

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/geo"
)

// Query asks for scooters that a rider could take.
type Query struct {
	Center     geo.Point
	Radius     float64 // metres
	Limit      int
	Battery    int       // percent, or more
	SeenAfter  time.Time // heard of since
	FixedAfter time.Time // a satellite saw it since
}

const (
	firstRing  = 150  // metres, where nothing is known: in a city's middle that is about enough, and asking for all of a city costs in proportion
	growsLeast = 1.25 // times, from one ring to the next
	growsMost  = 4
	pageSize   = 160  // scooters that are looked at in one go
	mostLooked = 4096 // scooters that are looked at in all: as many low or silent ones around one place end the search
)

// Offered is the scooters that a rider could take, the nearest first, at most q.Limit: free and in service as far as the books
// have told, with enough in the battery, online, and where a satellite saw them lately. Those that are taken cost nothing: they are
// not on this map. Of each it reads the place, the battery and when it was seen, and no more.
func (s *Store) Offered(ctx context.Context, q Query) ([]State, error) {
	if q.Limit <= 0 || q.Radius <= 0 || !q.Center.Valid() {
		return nil, nil
	}
	center := q.Center
	center.Lat = min(max(center.Lat, -mapLimit), mapLimit)
	looked := map[string]bool{}
	var near []found
	ring, count := min(s.thick.ring(center, q.Limit), q.Radius), pageSize
	for {
		plates, err := s.redis.GeoSearch(ctx, s.open(), &redis.GeoSearchQuery{
			Latitude: center.Lat, Longitude: center.Lng, Radius: onMap(ring), RadiusUnit: "m", Sort: "ASC", Count: count,
		}).Result()
		if err != nil {
			return nil, fmt.Errorf("look for free scooters on the map: %w", err)
		}
		fresh := make([]string, 0, len(plates))
		for _, plate := range plates {
			if !looked[plate] {
				looked[plate] = true
				fresh = append(fresh, plate)
			}
		}
		states, err := s.offers(ctx, fresh)
		if err != nil {
			return nil, err
		}
		reach := 0.0
		for _, state := range states {
			away := geo.Distance(q.Center, state.Fix.Is)
			reach = max(reach, away)
			if away <= q.Radius && q.admits(state) {
				near = append(near, found{state, away})
			}
		}
		if len(plates) < count {
			reach = ring
		}
		s.thick.saw(center, len(near), reach)
		switch {
		case len(near) >= q.Limit || len(looked) >= mostLooked:
			return nearest(near, q.Limit), nil
		case len(plates) == count: // the ring holds more of them
			count *= 4
		case ring < q.Radius:
			ring = min(wider(ring, len(near), q.Limit), q.Radius)
		default:
			return nearest(near, q.Limit), nil
		}
	}
}

// wider is the next ring: one that holds enough, and some more, if they stand as thick there as in this one.
func wider(ring float64, has, wants int) float64 {
	grows := float64(growsMost)
	if has > 0 {
		grows = math.Sqrt(enough(wants) / float64(has))
	}
	return ring * min(max(grows, growsLeast), growsMost)
}

func (q Query) admits(s State) bool {
	return s.Fix.Known() && !s.Fix.At.Before(q.FixedAfter) && !s.Seen.Before(q.SeenAfter) && s.Battery.Or(-1) >= q.Battery
}

// offerColumns are read beside when a scooter was seen.
var offerColumns = slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return c.name != "fix" && c.name != "battery" })

// offers reads what of a scooter a rider's list shows.
func (s *Store) offers(ctx context.Context, plates []string) ([]State, error) {
	if len(plates) == 0 {
		return nil, nil
	}
	fields := []string{seen}
	for _, c := range offerColumns {
		fields = append(fields, c.name)
	}
	rows := make([]*redis.SliceCmd, len(plates))
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, plate := range plates {
			rows[i] = p.HMGet(ctx, s.hash(plate), fields...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read where %d free scooters are: %w", len(plates), err)
	}
	states := make([]State, len(plates))
	for i, row := range rows {
		said := func(j int) string { text, _ := row.Val()[j].(string); return text }
		states[i].Plate = plates[i]
		states[i].Seen, _, _ = split(said(0))
		for j, c := range offerColumns {
			c.take(&states[i].Values, said(j+1))
		}
	}
	return states, nil
}
