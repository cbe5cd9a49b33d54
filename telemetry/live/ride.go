package live

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"rodada/domain/rental"
)

// Ride is what watches of scooters need to know of a rental under way.
type Ride = rental.Ride

// rides is the key of the register: a field per scooter under way, "micros rental {json}", so that one call reads all of them
// or those of a batch. The time is when the ride began, in microseconds since 1970.
func (s *Store) rides() string { return s.prefix + "rides" }

// setRide: KEYS register; ARGV plate, micros, rental, text: a ride is written unless one that began later is there.
var setRide = redis.NewScript(`
local had = redis.call('HGET', KEYS[1], ARGV[1])
if had then
  local micros, rental = string.match(had, '^(%-?%d+) (%S+) ')
  if micros and rental ~= ARGV[3] and tonumber(micros) > tonumber(ARGV[2]) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
return 1
`)

// clearRide: KEYS register; ARGV plate, rental: a ride is taken out unless another one has taken its place.
var clearRide = redis.NewScript(`
local had = redis.call('HGET', KEYS[1], ARGV[1])
if had and string.match(had, '^%-?%d+ (%S+) ') == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 1
`)

// SetRide enters the ride that a scooter is on, unless it is on one that began later.
func (s *Store) SetRide(ctx context.Context, plate string, r Ride) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("enter a ride: %w", err)
	}
	if err := setRide.Run(ctx, s.redis, []string{s.rides()}, plate, r.Since.UnixMicro(), r.RentalID, text).Err(); err != nil {
		return fmt.Errorf("enter a ride: %w", err)
	}
	return nil
}

// ClearRide takes a ride out; one that took its place stays.
func (s *Store) ClearRide(ctx context.Context, plate, rentalID string) error {
	if err := clearRide.Run(ctx, s.redis, []string{s.rides()}, plate, rentalID).Err(); err != nil {
		return fmt.Errorf("take a ride out: %w", err)
	}
	return nil
}

// Rides are the rides that scooters are on, by plate; one that is on none is not in it.
func (s *Store) Rides(ctx context.Context, plates []string) (map[string]Ride, error) {
	rides := map[string]Ride{}
	if len(plates) == 0 {
		return rides, nil
	}
	fields, err := s.redis.HMGet(ctx, s.rides(), plates...).Result()
	if err != nil {
		return nil, fmt.Errorf("read the rides of %d scooters: %w", len(plates), err)
	}
	for i, field := range fields {
		if text, is := field.(string); is {
			enter(rides, plates[i], text)
		}
	}
	return rides, nil
}

// AllRides are all rides under way, by plate.
func (s *Store) AllRides(ctx context.Context) (map[string]Ride, error) {
	fields, err := s.redis.HGetAll(ctx, s.rides()).Result()
	if err != nil {
		return nil, fmt.Errorf("read the rides: %w", err)
	}
	rides := make(map[string]Ride, len(fields))
	for plate, text := range fields {
		enter(rides, plate, text)
	}
	return rides, nil
}

// enter reads a field. One that can't be read is as if it were not there.
func enter(rides map[string]Ride, plate, field string) {
	var r Ride
	parts := strings.SplitN(field, " ", 3)
	if len(parts) == 3 && json.Unmarshal([]byte(parts[2]), &r) == nil {
		rides[plate] = r
	}
}
