package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"rodada/domain/fare"
	"rodada/domain/pricing"
)

var errNoBook = errors.New("postgres: the book of prices is lost")

// loadedPrices is the newest book of prices that was read.
type loadedPrices struct {
	mu   sync.Mutex
	book *pricing.Book
}

func (l *loadedPrices) of(version int64) *pricing.Book {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.book == nil || l.book.Version < version {
		return nil
	}
	return l.book
}

func (l *loadedPrices) keep(b *pricing.Book) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.book == nil || l.book.Version < b.Version {
		l.book = b
	}
}

// Prices is every price in force or to come. It reads only a number while nothing has changed.
func (s *Store) Prices(ctx context.Context) (*pricing.Book, error) {
	var version int64
	err := s.once(ctx, "version of the prices", func(db executor) error {
		return orElse(db.GetContext(ctx, &version, `SELECT version FROM price_book`), errNoBook)
	})
	if err != nil {
		return nil, err
	}
	return s.pricesOf(ctx, version)
}

// pricesOf is the book of a version or a newer one. One statement reads it, so that it is the book of one moment.
func (s *Store) pricesOf(ctx context.Context, version int64) (*pricing.Book, error) {
	if known := s.prices.of(version); known != nil {
		return known, nil
	}
	var row struct {
		Version int64  `db:"version"`
		Tariffs []byte `db:"tariffs"`
		Rules   []byte `db:"rules"`
		Models  []byte `db:"models"`
	}
	err := s.once(ctx, "read the prices", func(db executor) error {
		// What another has taken the place of for good is left out; an hour later, for the clocks of who asks may be behind.
		return db.GetContext(ctx, &row, `
			SELECT version,
				(SELECT coalesce(jsonb_agg(to_jsonb(v) ORDER BY v.tariff_id, v.version), '[]') FROM tariff_versions v
					WHERE v.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM tariff_versions n WHERE n.tariff_id = v.tariff_id AND n.withdrawn_at IS NULL
						AND n.starts_at < now() - interval '1 hour' AND (n.starts_at, n.version) > (v.starts_at, v.version))) AS tariffs,
				(SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.version), '[]') FROM price_rules r
					WHERE r.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM price_rules n WHERE n.withdrawn_at IS NULL
						AND n.starts_at < now() - interval '1 hour' AND (n.starts_at, n.version) > (r.starts_at, r.version))) AS rules,
				(SELECT coalesce(jsonb_object_agg(m.id::text, m.tariff_id), '{}') FROM models m WHERE m.tariff_id IS NOT NULL) AS models
			FROM price_book`)
	})
	if err != nil {
		return nil, err
	}
	book := &pricing.Book{Version: row.Version, Tariffs: map[string][]pricing.Edition{}}
	var editions []storedEdition
	if err := json.Unmarshal(row.Tariffs, &editions); err != nil {
		return nil, fmt.Errorf("stored tariffs: %w", err)
	}
	for _, e := range editions {
		id := e.Plan.ID
		book.Tariffs[id] = append(book.Tariffs[id], pricing.Edition{Tariff: e.Plan, Term: e.term()})
	}
	var rules []storedRules
	if err := json.Unmarshal(row.Rules, &rules); err != nil {
		return nil, fmt.Errorf("stored rules of prices: %w", err)
	}
	for _, r := range rules {
		plan, err := r.Plan.Stored()
		if err != nil {
			return nil, fmt.Errorf("stored rules of prices, version %d: %s", r.Version, err) //nolint:errorlint // our fault: whoever asks did not send them
		}
		book.Assignments = append(book.Assignments, pricing.Assignment{Version: r.Version, Plan: plan, Term: r.term()})
	}
	if err := json.Unmarshal(row.Models, &book.Models); err != nil {
		return nil, fmt.Errorf("stored tariffs of models: %w", err)
	}
	s.prices.keep(book)
	return book, nil
}

// storedTerm is a term as the database writes it in JSON.
type storedTerm struct {
	Starts  time.Time `json:"starts_at"`
	Created time.Time `json:"created_at"`
}

func (t storedTerm) term() pricing.Term {
	return pricing.Term{CreatedAt: t.Created.UTC(), StartsAt: t.Starts.UTC()}
}

type storedEdition struct {
	Plan fare.Tariff `json:"plan"`
	storedTerm
}

type storedRules struct {
	Version int          `json:"version"`
	Plan    pricing.Plan `json:"plan"`
	storedTerm
}

// CurrentTariff is the tariff of a model where no rule says another: pricing.ErrNone.
func (s *Store) CurrentTariff(ctx context.Context, modelID int64) (fare.Tariff, error) {
	book, err := s.Prices(ctx)
	if err != nil {
		return fare.Tariff{}, err
	}
	return book.Plain(modelID, time.Now())
}
