package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/geo"
)

// memory is what must be remembered of a scooter between looks.
type memory struct {
	Free    time.Time `json:"free,omitzero"`    // since when nobody has it
	Left    geo.Point `json:"left,omitzero"`    // where it was left
	LeftAt  time.Time `json:"left_at,omitzero"` // zero: not known yet
	Rest    geo.Point `json:"rest,omitzero"`    // where it was seen last within the noise
	RestAt  time.Time `json:"rest_at,omitzero"` // since when
	Outside time.Time `json:"outside,omitzero"` // since when it is out of the area; zero: it is not
	Off     time.Time `json:"off,omitzero"`     // since when it is switched off; zero: it is not
}

// Notes keep in Redis, beside the live state, what a watch remembers, for the one that watches after it: where scooters were left
// above all. They change seldom: a scooter that stands writes none.
type Notes struct {
	redis redis.UniversalClient
	key   string // a field per scooter
}

// NewNotes are the notes under a prefix.
func NewNotes(client redis.UniversalClient, prefix string) *Notes {
	return &Notes{redis: client, key: prefix + "alerts:notes"}
}

// notesAtOnce bounds what Redis is asked in one go.
const notesAtOnce = 1000

// read is all of them. One that can't be read is as if it were not there.
func (n *Notes) read(ctx context.Context) (map[string]*memory, error) {
	all := map[string]*memory{}
	for cursor := uint64(0); ; {
		fields, next, err := n.redis.HScan(ctx, n.key, cursor, "", notesAtOnce).Result()
		if err != nil {
			return nil, fmt.Errorf("read what the watch remembers: %w", err)
		}
		for i := 0; i+1 < len(fields); i += 2 {
			var m memory
			if json.Unmarshal([]byte(fields[i+1]), &m) == nil {
				all[fields[i]] = &m
			}
		}
		if cursor = next; cursor == 0 {
			return all, nil
		}
	}
}

// write keeps these, and drops those that are nil.
func (n *Notes) write(ctx context.Context, notes map[string]*memory) error {
	var keep []any
	var drop []string
	for plate, m := range notes {
		if m == nil {
			drop = append(drop, plate)
			continue
		}
		text, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("write what the watch remembers: %w", err)
		}
		keep = append(keep, plate, text)
	}
	_, err := n.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		if len(keep) > 0 {
			p.HSet(ctx, n.key, keep...)
		}
		if len(drop) > 0 {
			p.HDel(ctx, n.key, drop...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write what the watch remembers: %w", err)
	}
	return nil
}

// remember reads what the watch before this one remembered.
func (w *Watch) remember(ctx context.Context) error {
	if w.memory != nil {
		return nil
	}
	notes, err := w.Notes.read(ctx)
	if err != nil {
		return err
	}
	w.memory, w.news = notes, make(map[string]*memory)
	return nil
}

// note writes down what is new, which is most often nothing.
func (w *Watch) note(ctx context.Context) error {
	if len(w.news) == 0 {
		return nil
	}
	if err := w.Notes.write(ctx, w.news); err != nil {
		return err
	}
	clear(w.news)
	return nil
}

func (w *Watch) forget(plate string) {
	if w.memory[plate] != nil {
		delete(w.memory, plate)
		w.news[plate] = nil
	}
}
