package live

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"rodada/geo"
)

// update: KEYS hash; ARGV name, time, text, …: a value is written unless a newer one is there. It returns the place to
// show on the map, "lat,lng", when this report moved it. A value of the same time replaces: the later message wins.
const update = `
local moved
for i = 1, #ARGV, 3 do
  local had = redis.call('HGET', KEYS[1], ARGV[i])
  if not had or tonumber(string.match(had, '^%-?%d+') or 0) <= tonumber(ARGV[i+1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i+1] .. ' ' .. ARGV[i+2])
    if ARGV[i] == 'fix' or (ARGV[i] == 'cell' and redis.call('HEXISTS', KEYS[1], 'fix') == 0) then moved = ARGV[i+2] end
  end
end
return moved or false
`

// Update writes a batch of reports: one round trip, and one more when some of them moved a scooter on the map.
func (s *Store) Update(ctx context.Context, reports []Report) error {
	if len(reports) == 0 {
		return nil
	}
	moved := make([]*redis.Cmd, len(reports))
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range reports {
			// Not by its hash: in a pipeline nobody could answer that the script is not known.
			moved[i] = p.Eval(ctx, update, []string{s.hash(reports[i].Plate)}, reports[i].arguments()...)
		}
		return nil
	})
	if err != nil && !isNil(err) {
		return fmt.Errorf("write the live state of %d reports: %w", len(reports), err)
	}
	places := make(map[string]geo.Point)
	for i, cmd := range moved {
		text, err := cmd.Text()
		if isNil(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("write the live state of a scooter: %w", err)
		}
		if p, ok := parsePoint(text); ok {
			places[reports[i].Plate] = p
		}
	}
	return s.show(ctx, places)
}

// mapLimit is the latitude up to which Redis can index a place.
const mapLimit = 85.05

func (s *Store) show(ctx context.Context, places map[string]geo.Point) error {
	members := make([]*redis.GeoLocation, 0, len(places))
	for plate, p := range places {
		if p.Lat > -mapLimit && p.Lat < mapLimit {
			members = append(members, &redis.GeoLocation{Name: plate, Latitude: p.Lat, Longitude: p.Lng})
		}
	}
	if len(members) == 0 {
		return nil
	}
	if err := s.redis.GeoAdd(ctx, s.places(), members...).Err(); err != nil {
		return fmt.Errorf("move %d scooters on the map: %w", len(members), err)
	}
	return nil
}
