package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/pricing"
	"rodada/domain/staff"
)

// StandardTariff is the ID of the tariff where no rule and no model says another.
const StandardTariff = pricing.Standard

// CreateTariff stores the next version of a tariff, the first when its ID is new, and returns it with its number. It is in
// force for rentals opened from now on.
func (s *Store) CreateTariff(ctx context.Context, t fare.Tariff) (fare.Tariff, error) {
	var e pricing.Edition
	err := s.changePrices(ctx, "create tariff", func(tx executor) (err error) {
		e, err = addVersion(ctx, tx, t, time.Time{}, "")
		return err
	})
	return e.Tariff, err
}

// PriceTariff stores the version of a tariff that follows a version (0: the first), which holds from a moment on, or from now:
// pricing.ErrTariff, pricing.ErrStart, pricing.ErrTariffTaken, pricing.ErrTariffUnknown, or pricing.ErrChanged when there is a newer version already.
func (s *Store) PriceTariff(ctx context.Context, after int, t fare.Tariff, from time.Time, reason string) (e pricing.Edition, err error) {
	if t, err = pricing.Checked(t); err != nil {
		return e, err
	}
	err = s.changePrices(ctx, "price tariff", func(tx executor) error {
		var newest int
		err := tx.GetContext(ctx, &newest, `SELECT coalesce((SELECT version FROM tariffs WHERE id = $1), 0)`, t.ID)
		switch {
		case err != nil:
			return err
		case newest > 0 && after == 0:
			return pricing.ErrTariffTaken
		case newest == 0 && after > 0:
			return pricing.ErrTariffUnknown
		case newest != after:
			return pricing.ErrChanged.With("version", newest)
		}
		if err := beginsLater(ctx, tx, from); err != nil {
			return err
		}
		e, err = addVersion(ctx, tx, t, from, reason)
		return err
	})
	return e, err
}

func addVersion(ctx context.Context, tx executor, t fare.Tariff, from time.Time, reason string) (e pricing.Edition, err error) {
	err = tx.GetContext(ctx, &t.Version, `
		INSERT INTO tariffs (id, version) VALUES ($1, 1)
		ON CONFLICT (id) DO UPDATE SET version = tariffs.version + 1 RETURNING version`, t.ID)
	if err != nil {
		return e, err
	}
	plan, err := jsonText(&t)
	if err != nil {
		return e, err
	}
	var row tariffRow
	err = tx.GetContext(ctx, &row, `
		INSERT INTO tariff_versions (tariff_id, version, name, currency, plan, starts_at)
		VALUES ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp())) RETURNING `+tariffColumns,
		t.ID, t.Version, t.Name, t.Currency, plan, nullTime(from))
	if err != nil {
		return e, err
	}
	if e, err = row.edition(); err != nil {
		return e, err
	}
	d := staff.Deed{Action: "tariff.create", Subject: tariffSubject(t.ID), After: facts{"plan": t, "starts_at": e.StartsAt}, Reason: reason}
	if t.Version > 1 {
		var was []byte
		err := tx.GetContext(ctx, &was, `SELECT plan FROM tariff_versions WHERE tariff_id = $1 AND version = $2`, t.ID, t.Version-1)
		if err != nil {
			return e, err
		}
		d.Action, d.Before = "tariff.version", facts{"plan": json.RawMessage(was)}
	}
	return e, audit(ctx, tx, d)
}

// WithdrawTariff takes back a version of a tariff that has not begun: pricing.ErrVersionUnknown, pricing.ErrBegun, pricing.ErrWithdrawn.
func (s *Store) WithdrawTariff(ctx context.Context, id string, version int, reason string) (e pricing.Edition, err error) {
	err = s.changePrices(ctx, "withdraw tariff", func(tx executor) error {
		var row tariffRow
		err := tx.GetContext(ctx, &row, `
			UPDATE tariff_versions SET withdrawn_at = clock_timestamp() WHERE tariff_id = $1 AND version = $2 RETURNING `+tariffColumns, id, version)
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
func (s *Store) changePrices(ctx context.Context, what string, change func(tx executor) error) error {
	return s.atomically(ctx, what, func(tx executor) error {
		if _, err := tx.ExecContext(ctx, `SELECT FROM price_book FOR UPDATE`); err != nil {
			return err
		}
		return change(tx)
	})
}

// beginsLater is pricing.ErrStart for a moment that is over.
func beginsLater(ctx context.Context, tx executor, from time.Time) error {
	var over bool
	err := tx.GetContext(ctx, &over, `SELECT coalesce($1 < clock_timestamp(), false)`, nullTime(from))
	if err == nil && over {
		err = pricing.ErrStart
	}
	return err
}

// AssignTariff gives a model a tariff of its own, or with an empty ID the standard one again: pricing.ErrTariffUnknown,
// fleet.ErrModelUnknown.
func (s *Store) AssignTariff(ctx context.Context, modelID int64, tariffID, reason string) error {
	return s.changePrices(ctx, "assign tariff", func(tx executor) error {
		var was struct {
			Name   string `db:"name"`
			Tariff string `db:"tariff"`
		}
		err := tx.GetContext(ctx, &was, `SELECT name, coalesce(tariff_id, '') AS tariff FROM models WHERE id = $1 FOR UPDATE`, modelID)
		if err != nil {
			return orElse(err, fleet.ErrModelUnknown)
		}
		if was.Tariff == tariffID {
			return nil
		}
		_, err = tx.ExecContext(ctx, `UPDATE models SET tariff_id = $2, updated_at = now() WHERE id = $1`, modelID, nullText(tariffID))
		if err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "model.tariff", Subject: was.Name, Before: facts{"tariff": was.Tariff}, After: facts{"tariff": tariffID}, Reason: reason,
		})
	})
}

// Tariffs lists every version of every tariff, or of one, by ID and the oldest first: pricing.ErrTariffUnknown.
func (s *Store) Tariffs(ctx context.Context, id string) ([]pricing.Edition, error) {
	var rows []tariffRow
	err := s.once(ctx, "tariffs", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT `+tariffColumns+` FROM tariff_versions WHERE $1::text IS NULL OR tariff_id = $1 ORDER BY tariff_id, version`, nullText(id))
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

const tariffColumns = `plan, starts_at, created_at, withdrawn_at`

type tariffRow struct {
	Plan []byte `db:"plan"`
	termRow
}

func (r tariffRow) edition() (pricing.Edition, error) {
	e := pricing.Edition{Term: r.term()}
	return e, json.Unmarshal(r.Plan, &e.Tariff)
}

type termRow struct {
	Starts    time.Time    `db:"starts_at"`
	Created   time.Time    `db:"created_at"`
	Withdrawn sql.NullTime `db:"withdrawn_at"`
}

func (r termRow) term() pricing.Term {
	return pricing.Term{CreatedAt: r.Created.UTC(), StartsAt: r.Starts.UTC(), WithdrawnAt: timeOf(r.Withdrawn)}
}
