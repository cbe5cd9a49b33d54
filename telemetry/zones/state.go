package zones

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/zone"
	"rodada/geo"
)

// state is what is known of one ride.
type state struct {
	RentalID string    `json:"rental"`
	At       time.Time `json:"at"` // of the latest fix
	// Here is where fixes of that time were: clocks of boxes count whole seconds, and one of the same place comes again.
	Here []geo.Point `json:"here,omitempty"`
	Set  int64       `json:"set"`
	// In is what is in force, and Told what the ride knows of; telling: it is being told, and nobody knows of what it has heard.
	In   zone.Crossing `json:"in"`
	Told string        `json:"told"`
	// Beyond is what the latest fixes lay in, clearly, when that is something else, and Count how many.
	Beyond string `json:"beyond,omitempty"`
	Count  int    `json:"count,omitempty"`
	// Way is since the ride was last clearly in what is in force.
	Way way `json:"way,omitempty"`
}

// telling stands for what a ride knows while it is being told.
const telling = "?"

// begin is a ride of which nothing is known yet: nothing is in force.
func begin(rentalID string) state {
	return state{RentalID: rentalID, In: zone.Crossing{Force: zone.Force{Through: true}}}
}

// mostHere is how many places one time may have.
const mostHere = 8

// repeats reports whether a fix tells nothing new: it is of before the latest, or came already.
func (s *state) repeats(p geo.Point, at time.Time) bool {
	switch {
	case at.After(s.At):
		return false
	case at.Before(s.At) || len(s.Here) >= mostHere:
		return true
	}
	return slices.ContainsFunc(s.Here, func(q geo.Point) bool { return micro(p.Lat) == micro(q.Lat) && micro(p.Lng) == micro(q.Lng) })
}

// micro is how finely places are written down.
func micro(degrees float64) float64 { return math.Round(degrees * 1e6) }

// move takes a fix. It returns the zones that were passed on the way; nothing changes with a fix that repeats what is known.
func (s *state) move(set zone.Set, p geo.Point, at time.Time, model int64) []zone.Crossing {
	if s.repeats(p, at) {
		return nil
	}
	if at.After(s.At) {
		s.Here = nil
	}
	s.Here = append(s.Here, p)
	first, renewed := s.At.IsZero(), s.Set != set.Version
	c := zone.Case{ModelID: model, At: at}
	here := inForce(set, p, c)
	k, was := key(here), key(s.In)
	if first || renewed || at.Sub(s.At) > passGap {
		s.Way = nil
	}
	switch {
	case k == was:
		s.Beyond, s.Count = "", 0
	case first || renewed || within(set, p, c, k, deep):
		s.enter(here, at)
	case within(set, p, c, k, clearly):
		if s.Beyond != k {
			s.Beyond, s.Count = k, 0
		}
		if s.Count++; s.Count >= several {
			s.enter(here, at)
		}
	}
	s.At, s.Set = at, set.Version
	return s.goOn(set, c, mark{p, at}, k, was)
}

// goOn takes a fix into the way. Once it is clearly where the ride is, what was passed on the way is told.
func (s *state) goOn(set zone.Set, c zone.Case, m mark, k, was string) (passes []zone.Crossing) {
	if k != key(s.In) || !within(set, m.Point, c, k, clearly) {
		s.Way = s.Way.and(m)
		return nil
	}
	if len(s.Way) > 0 {
		passes = append(s.Way, m).passed(set, c, was, k)
	}
	for i := range passes {
		passes[i].RentalID = s.RentalID
	}
	s.Way = way{m}
	return passes
}

// enter tells a crossing from the one before by its time, for a ride goes by that.
func (s *state) enter(here zone.Crossing, at time.Time) {
	if !at.After(s.In.At) {
		at = s.In.At.Add(time.Microsecond)
	}
	s.In, s.Beyond, s.Count = here, "", 0
	s.In.RentalID, s.In.At = s.RentalID, at
	s.Told = telling
}

// store keeps the states.
type store struct {
	redis  redis.UniversalClient
	prefix string
}

// forget is how long a state outlives its last fix.
const forget = 24 * time.Hour

func (s store) key(plate string) string { return s.prefix + "zone:{" + url.QueryEscape(plate) + "}" }

// swap: KEYS state; ARGV what was read, what to write, seconds: written only when nobody has written since.
const swap = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
`

// read gives the states as they are stored, and what was read, by plate.
func (s store) read(ctx context.Context, plates []string) (map[string]string, error) {
	texts := make([]*redis.StringCmd, len(plates))
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, plate := range plates {
			texts[i] = p.Get(ctx, s.key(plate))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read where rides are: %w", err)
	}
	found := make(map[string]string, len(plates))
	for i, plate := range plates {
		if err := texts[i].Err(); err != nil && !errors.Is(err, redis.Nil) {
			return nil, fmt.Errorf("read where a ride is: %w", err)
		}
		found[plate] = texts[i].Val()
	}
	return found, nil
}

// write stores states and returns those that somebody else has written since they were read.
func (s store) write(ctx context.Context, was map[string]string, now map[string]state) (lost []string, err error) {
	done := make(map[string]*redis.Cmd, len(now))
	_, err = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for plate, st := range now {
			text, err := json.Marshal(st)
			if err != nil {
				return err
			}
			done[plate] = p.Eval(ctx, swap, []string{s.key(plate)}, was[plate], text, int(forget.Seconds()))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("write where rides are: %w", err)
	}
	for plate, cmd := range done {
		if n, err := cmd.Int(); err != nil || n == 0 {
			lost = append(lost, plate)
		}
	}
	return lost, nil
}
