package api

import (
	"cmp"
	"slices"
	"strconv"

	"rodada/domain/fleet"
	"rodada/domain/listing"
)

// liveOrder is the value that a list is sorted by when it is not in the books; nil: it is.
func liveOrder(by string) func(fleet.Key, Sighting) int64 {
	switch by {
	case "battery":
		return func(k fleet.Key, seen Sighting) int64 { return int64(batteryOf(k, seen)) }
	case "seen":
		return func(_ fleet.Key, seen Sighting) int64 { return max(0, seen.Seen.UnixMicro()) }
	}
	return nil
}

// sortLive sorts keys by a live value and then by ID, and marks those that come after the page before.
func sortLive(keys []fleet.Key, states map[string]Sighting, q listing.Query, value func(fleet.Key, Sighting) int64) error {
	type place struct{ value, id int64 }
	compare := func(a, b place) int {
		c := cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.id, b.id))
		if q.Descending {
			return -c
		}
		return c
	}
	var from *place
	if q.After != nil {
		v, errValue := strconv.ParseInt(q.After.Value, 10, 64)
		id, errID := strconv.ParseInt(q.After.ID, 10, 64)
		if errValue != nil || errID != nil {
			return listing.ErrCursor
		}
		from = &place{v, id}
	}
	places := make(map[int64]place, len(keys))
	for i, k := range keys {
		p := place{value(k, states[k.Plate]), k.ID}
		places[k.ID] = p
		keys[i].Place, keys[i].After = itoa(p.value), from == nil || compare(*from, p) < 0
	}
	slices.SortFunc(keys, func(a, b fleet.Key) int { return compare(places[a.ID], places[b.ID]) })
	return nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
