package live

import (
	"context"
	"fmt"
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
	firstRing  = 150  // metres: in a city's middle that is enough, and asking for all of a city costs in proportion
	ringGrows  = 3    // times
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
	ring, count := min(firstRing, q.Radius), pageSize
	for {
		plates, err := s.redis.GeoSearch(ctx, s.open(), &redis.GeoSearchQuery{
			Latitude: center.Lat, Longitude: center.Lng, Radius: ring*1.001 + mapNoise, RadiusUnit: "m", Sort: "ASC", Count: count,
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
		for _, state := range states {
			if away := geo.Distance(q.Center, state.Fix.Is); away <= q.Radius && q.admits(state) {
				near = append(near, found{state, away})
			}
		}
		switch {
		case len(near) >= q.Limit || len(looked) >= mostLooked:
			return nearest(near, q.Limit), nil
		case len(plates) == count: // the ring holds more of them
			count *= 4
		case ring < q.Radius:
			ring = min(ring*ringGrows, q.Radius)
		default:
			return nearest(near, q.Limit), nil
		}
	}
}

func (q Query) admits(s State) bool {
	return s.Fix.Known() && !s.Fix.At.Before(q.FixedAfter) && !s.Seen.Before(q.SeenAfter) && s.Battery.Or(-1) >= q.Battery
}

var offerFields = []string{seen, "fix", "battery"}

// offers reads what of a scooter a rider's list shows.
func (s *Store) offers(ctx context.Context, plates []string) ([]State, error) {
	if len(plates) == 0 {
		return nil, nil
	}
	rows := make([]*redis.SliceCmd, len(plates))
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, plate := range plates {
			rows[i] = p.HMGet(ctx, s.hash(plate), offerFields...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read where %d free scooters are: %w", len(plates), err)
	}
	states := make([]State, len(plates))
	for i, row := range rows {
		hash := make(map[string]string, len(offerFields))
		for j, value := range row.Val() {
			if text, ok := value.(string); ok {
				hash[offerFields[j]] = text
			}
		}
		states[i] = stateOf(plates[i], hash)
	}
	return states, nil
}
