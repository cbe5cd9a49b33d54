package live

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/geo"
)

// update: KEYS hash; ARGV name, time, text, …: a value is written unless a newer one is there. A value of the same time
// replaces: the later message wins. It returns
//
//	the place to show on the map, "lat,lng", when this report moved it by more than a receiver's noise, or the books spoke
//	"1" when that place is a satellite's
//	"1" when something changed that a map shows
//	when it was seen before
//	"1" when riders may take it, "0" when not, as far as the books go; "" when they have not said
const update = `
local quiet = {seen = 1, voltage = 1, trip = 1, signal = 1, fix = 1, cell = 1, limit = 1}
local moved, booked, changed, first = false, false, false, false
local was = redis.call('HGET', KEYS[1], 'seen')
for i = 1, #ARGV, 3 do
  local name, at, text = ARGV[i], ARGV[i+1], ARGV[i+2]
  local had = redis.call('HGET', KEYS[1], name)
  if not had or tonumber(string.match(had, '^%-?%d+') or 0) <= tonumber(at) then
    redis.call('HSET', KEYS[1], name, at .. ' ' .. text)
    local other = not had or string.match(had, '^%-?%d+ (.*)$') ~= text
    if other and not quiet[name] then changed = true end
    if other and name == 'hold' then redis.call('HSET', KEYS[1], 'since', at) end
    if name == 'fix' and not had then first = true end
    if name == 'fix' or (name == 'cell' and redis.call('HEXISTS', KEYS[1], 'fix') == 0) then moved = text end
    if name == 'service' or name == 'hold' then booked = true end
  end
end
local now = redis.call('HMGET', KEYS[1], 'shown', 'service', 'hold', 'fix', 'cell')
if moved and now[1] and not first then
  local y, x = string.match(now[1], '(.*),(.*)')
  local lat, lng = string.match(moved, '(.*),(.*)')
  if math.abs(y - lat) < 0.00003 and math.abs(x - lng) < 0.00003 then moved = false end
end
if moved then
  redis.call('HSET', KEYS[1], 'shown', moved)
  changed = true
end
if booked and not moved then moved = string.match(now[4] or now[5] or '', '^%-?%d+ (.*)$') end
local open = ''
if now[2] then
  open = '0'
  if string.match(now[2], ' in_service$') and string.match(now[3] or '', ' free$') then open = '1' end
end
return {moved or '', now[4] and '1' or '', changed and '1' or '', was or '', open}
`

// outcome is what the script says of a report.
type outcome struct {
	place   geo.Point
	placed  bool
	byGPS   bool
	changed bool
	was     time.Time
	open    string
}

func outcomeOf(cmd *redis.Cmd) (o outcome, err error) {
	said, err := cmd.StringSlice()
	if err != nil {
		return o, err
	}
	o.place, o.placed = parsePoint(said[0])
	o.byGPS, o.changed, o.open = said[1] == "1", said[2] == "1", said[4]
	o.was, _, _ = split(said[3])
	return o, nil
}

// Update writes a batch of reports in two round trips: the scooters, then what is kept of all of them together.
func (s *Store) Update(ctx context.Context, reports []Report) error {
	if len(reports) == 0 {
		return nil
	}
	said := make([]*redis.Cmd, len(reports))
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range reports {
			// Not by its hash: in a pipeline nobody could answer that the script is not known.
			said[i] = p.Eval(ctx, update, []string{s.hash(reports[i].Plate)}, reports[i].arguments()...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the live state of %d reports: %w", len(reports), err)
	}
	together := batch{seen: map[string]time.Time{}, places: map[string]geo.Point{}, open: map[string]geo.Point{}, shut: map[string]bool{}, changed: map[string]bool{}}
	for i, cmd := range said {
		o, err := outcomeOf(cmd)
		if err != nil {
			return fmt.Errorf("write the live state of a scooter: %w", err)
		}
		together.add(reports[i], o, s.silence)
	}
	return s.share(ctx, together)
}

// batch is what a batch of reports changes of the keys that all scooters share. The last word on a scooter counts.
type batch struct {
	seen         map[string]time.Time
	places, open map[string]geo.Point
	shut         map[string]bool
	booked, gone []any
	changed      map[string]bool
}

func (b *batch) add(r Report, o outcome, silence time.Duration) {
	if r.Seen.After(b.seen[r.Plate]) {
		b.seen[r.Plate] = r.Seen
	}
	// One that comes back after a silence is news, with nothing else changed.
	back := !r.Seen.IsZero() && r.Seen.Sub(o.was) > silence
	if o.changed || back {
		b.changed[r.Plate] = true
	}
	if r.Service.Known() {
		if r.Booked() {
			b.booked = append(b.booked, r.Plate)
		} else {
			b.gone = append(b.gone, r.Plate)
		}
	}
	indexed := o.placed && o.place.Lat > -mapLimit && o.place.Lat < mapLimit
	if indexed {
		b.places[r.Plate] = o.place
	}
	switch {
	case o.open == "1" && indexed && o.byGPS:
		b.open[r.Plate] = o.place
		delete(b.shut, r.Plate)
	case o.open == "0":
		b.shut[r.Plate] = true
		delete(b.open, r.Plate)
	}
}

// mapLimit is the latitude up to which Redis can index a place.
const mapLimit = 85.05

// share writes the indexes, and then tells of the changes: who hears of one finds it.
func (s *Store) share(ctx context.Context, b batch) error {
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		if heard := scores(b.seen); len(heard) > 0 {
			p.ZAddGT(ctx, s.heard(), heard...)
		}
		if places := located(b.places); len(places) > 0 {
			p.GeoAdd(ctx, s.places(), places...)
		}
		if open := located(b.open); len(open) > 0 {
			p.GeoAdd(ctx, s.open(), open...)
		}
		if len(b.shut) > 0 {
			p.ZRem(ctx, s.open(), members(b.shut)...)
		}
		if len(b.booked) > 0 {
			p.SAdd(ctx, s.fleet(), b.booked...)
		}
		if len(b.gone) > 0 {
			p.SRem(ctx, s.fleet(), b.gone...)
			p.ZRem(ctx, s.places(), b.gone...)
		}
		if len(b.changed) > 0 {
			p.XAdd(ctx, &redis.XAddArgs{
				Stream: s.changes(), MaxLen: changesKept, Approx: true, Values: []any{changedPlates, joined(b.changed)},
			})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the map and the changes of the fleet: %w", err)
	}
	return nil
}

func scores(seen map[string]time.Time) []redis.Z {
	list := make([]redis.Z, 0, len(seen))
	for plate, at := range seen {
		list = append(list, redis.Z{Score: float64(at.UnixMilli()), Member: plate})
	}
	return list
}

func located(places map[string]geo.Point) []*redis.GeoLocation {
	list := make([]*redis.GeoLocation, 0, len(places))
	for plate, p := range places {
		list = append(list, &redis.GeoLocation{Name: plate, Latitude: p.Lat, Longitude: p.Lng})
	}
	return list
}

func members(plates map[string]bool) []any {
	list := make([]any, 0, len(plates))
	for plate := range plates {
		list = append(list, plate)
	}
	return list
}

func joined(plates map[string]bool) string {
	list := make([]string, 0, len(plates))
	for plate := range plates {
		list = append(list, plate)
	}
	return strings.Join(list, plateBreak)
}
