package live

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"rodada/geo"
)

// Near is the scooters whose last known place is at most radius metres from a point, the nearest first, at most limit.
// The map chooses them and their own state decides: two bridges may have moved a scooter on the map in the wrong order.
func (s *Store) Near(ctx context.Context, center geo.Point, radius float64, limit int) ([]State, error) {
	if limit <= 0 || radius <= 0 || !center.Valid() {
		return nil, nil
	}
	center.Lat = min(max(center.Lat, -mapLimit), mapLimit)
	plates, err := s.redis.GeoSearch(ctx, s.places(), &redis.GeoSearchQuery{
		Latitude: center.Lat, Longitude: center.Lng, Radius: onMap(radius), RadiusUnit: "m", Sort: "ASC", Count: limit,
	}).Result()
	if err != nil {
		return nil, fmt.Errorf("look for scooters on the map: %w", err)
	}
	states, err := s.GetAll(ctx, plates)
	if err != nil {
		return nil, err
	}
	near := make([]found, 0, len(states))
	for _, state := range states {
		if p, _, _, ok := state.Position(); ok {
			if away := geo.Distance(center, p); away <= radius {
				near = append(near, found{state, away})
			}
		}
	}
	return nearest(near, limit), nil
}

const (
	// mapNoise is how far, in metres, a scooter may be from where the map shows it.
	mapNoise = 6
	// mapStretch is how much farther apart two places may be on the map's round Earth, and a little more.
	mapStretch = 1.007
)

// onMap is how far to look on the map for what is so many metres away at most.
func onMap(meters float64) float64 { return meters*mapStretch + mapNoise }

// found is a scooter and how far away it is.
type found struct {
	State
	away float64
}

func nearest(near []found, limit int) []State {
	slices.SortFunc(near, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.away, b.away), cmp.Compare(a.Plate, b.Plate))
	})
	out := make([]State, min(len(near), limit))
	for i := range out {
		out[i] = near[i].State
	}
	return out
}
