package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"rodada/domain/fare"
	"rodada/domain/pricing"
	"rodada/domain/staff"
)

// StandardTariff is the ID of the tariff where no rule and no model says another.
const StandardTariff = pricing.Standard

// CreateTariff stores the next version of a tariff, the first when its ID is new, and returns it with its number. It is in
// force for rentals opened from now on.
func (s *Store) CreateTariff(ctx context.Context, t fare.Tariff) (fare.Tariff, error) {
	e, err := s.addVersion(ctx, "create tariff", t, time.Time{}, func(executor) error { return nil }, staff.Deed{Action: "tariff.version"})
	return e.Tariff, err
}

// NewTariff stores the first version of a tariff, which holds from a moment on, or from now: pricing.ErrTariffTaken.
func (s *Store) NewTariff(ctx context.Context, t fare.Tariff, from time.Time, reason string) (pricing.Edition, error) {
	fresh := func(tx executor) error {
		var taken bool
		if err := tx.GetContext(ctx, &taken, `SELECT EXISTS (SELECT FROM tariffs WHERE id = $1)`, t.ID); err != nil || !taken {
			return err
		}
		return pricing.ErrTariffTaken
	}
	return s.addVersion(ctx, "new tariff", t, from, fresh, staff.Deed{Action: "tariff.create", Reason: reason})
}

// NewTariffVersion stores the next version of a tariff, which holds from a moment on, or from now: pricing.ErrTariffUnknown.
func (s *Store) NewTariffVersion(ctx context.Context, t fare.Tariff, from time.Time, reason string) (pricing.Edition, error) {
	known := func(tx executor) error {
		var id string
		return orElse(tx.GetContext(ctx, &id, `SELECT id FROM tariffs WHERE id = $1`, t.ID), pricing.ErrTariffUnknown)
	}
	return s.addVersion(ctx, "new version of a tariff", t, from, known, staff.Deed{Action: "tariff.version", Reason: reason})
}

func (s *Store) addVersion(
	ctx context.Context, what string, t fare.Tariff, from time.Time, may func(executor) error, d staff.Deed,
) (e pricing.Edition, err error) {
	err = s.atomically(ctx, what, func(tx executor) error {
		if err := changePrices(ctx, tx); err != nil {
			return err
		}
		if err := may(tx); err != nil {
			return err
		}
		err := tx.GetContext(ctx, &t.Version, `
			INSERT INTO tariffs (id, version) VALUES ($1, 1)
			ON CONFLICT (id) DO UPDATE SET version = tariffs.version + 1 RETURNING version`, t.ID)
		if err != nil {
			return err
		}
		plan, err := jsonText(&t)
		if err != nil {
			return err
		}
		var row tariffRow
		err = tx.GetContext(ctx, &row, `
			INSERT INTO tariff_versions (tariff_id, version, name, currency, plan, starts_at)
			VALUES ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp())) RETURNING plan, starts_at, created_at, withdrawn_at`,
			t.ID, t.Version, t.Name, t.Currency, plan, nullTime(from))
		if err != nil {
			return err
		}
		if e, err = row.edition(); err != nil {
			return err
		}
		d.Subject, d.After = tariffSubject(t.ID), facts{"plan": t, "starts_at": e.StartsAt}
		return audit(ctx, tx, d)
	})
	return e, err
}

// WithdrawTariff takes back a version of a tariff that has not begun: pricing.ErrVersionUnknown, pricing.ErrBegun, pricing.ErrWithdrawn.
func (s *Store) WithdrawTariff(ctx context.Context, id string, version int, reason string) (e pricing.Edition, err error) {
	err = s.atomically(ctx, "withdraw tariff", func(tx executor) error {
		if err := changePrices(ctx, tx); err != nil {
			return err
		}
		var row tariffRow
		err := tx.GetContext(ctx, &row, `
			UPDATE tariff_versions SET withdrawn_at = clock_timestamp() WHERE tariff_id = $1 AND version = $2
			RETURNING plan, starts_at, created_at, withdrawn_at`, id, version)
		if err != nil {
			return orElse(err, pricing.ErrVersionUnknown)
		}
		if e, err = row.edition(); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "tariff.withdraw", Subject: tariffSubject(id), Before: facts{"version": version, "starts_at": e.StartsAt}, Reason: reason,
		})
	})
	return e, err
}

func tariffSubject(id string) string { return "tariff/" + id }

// changePrices makes whoever changes prices wait for whoever does so already.
func changePrices(ctx context.Context, tx executor) error {
	_, err := tx.ExecContext(ctx, `SELECT FROM price_book FOR UPDATE`)
	return err
}

// AssignTariff gives a model a tariff of its own, or with an empty ID the standard one again.
func (s *Store) AssignTariff(ctx context.Context, modelID int64, tariffID string) error {
	return s.once(ctx, "assign tariff", func(db executor) error {
		_, err := db.ExecContext(ctx, `UPDATE models SET tariff_id = $2 WHERE id = $1`, modelID, nullText(tariffID))
		return err
	})
}

// Tariffs lists every version of every tariff, or of one, by ID and the newest first.
func (s *Store) Tariffs(ctx context.Context, id string) ([]pricing.Edition, error) {
	var rows []tariffRow
	err := s.once(ctx, "tariffs", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT plan, starts_at, created_at, withdrawn_at FROM tariff_versions
			WHERE $1::text IS NULL OR tariff_id = $1 ORDER BY tariff_id, version DESC`, nullText(id))
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 && id != "" {
		return nil, pricing.ErrTariffUnknown
	}
	list := make([]pricing.Edition, len(rows))
	for i, r := range rows {
		if list[i], err = r.edition(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

type tariffRow struct {
	Plan      []byte       `db:"plan"`
	Starts    time.Time    `db:"starts_at"`
	Created   time.Time    `db:"created_at"`
	Withdrawn sql.NullTime `db:"withdrawn_at"`
}

func (r tariffRow) term() pricing.Term {
	return pricing.Term{CreatedAt: r.Created.UTC(), StartsAt: r.Starts.UTC(), WithdrawnAt: timeOf(r.Withdrawn)}
}

func (r tariffRow) edition() (pricing.Edition, error) {
	e := pricing.Edition{Term: r.term()}
	return e, json.Unmarshal(r.Plan, &e.Tariff)
}

// CurrentTariff is the tariff of a model where no rule says another: pricing.ErrNone.
func (s *Store) CurrentTariff(ctx context.Context, modelID int64) (fare.Tariff, error) {
	book, err := s.Prices(ctx)
	if err != nil {
		return fare.Tariff{}, err
	}
	book = &pricing.Book{Tariffs: book.Tariffs, Models: book.Models}
	return book.For(pricing.Case{ModelID: modelID, At: time.Now()})
}

var errNoBook = errors.New("postgres: the book of prices is lost")
