package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rodada/domain/fare"
	"rodada/domain/pricing"
	"rodada/domain/staff"
)

// storedTerm is a term as the database writes it in JSON.
type storedTerm struct {
	Starts    time.Time  `json:"starts_at"`
	Created   time.Time  `json:"created_at"`
	Withdrawn *time.Time `json:"withdrawn_at"`
}

func (t storedTerm) term() pricing.Term {
	out := pricing.Term{CreatedAt: t.Created.UTC(), StartsAt: t.Starts.UTC()}
	if t.Withdrawn != nil {
		out.WithdrawnAt = t.Withdrawn.UTC()
	}
	return out
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

const priceRulesSubject = "price-rules"

// PriceRules lists the versions of the rules that say which tariff a ride has, the newest first.
func (s *Store) PriceRules(ctx context.Context) ([]pricing.Assignment, error) {
	var rows [][]byte
	err := s.once(ctx, "rules of prices", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `SELECT to_jsonb(r) FROM price_rules r ORDER BY version DESC`)
	})
	if err != nil {
		return nil, err
	}
	list := make([]pricing.Assignment, len(rows))
	for i, row := range rows {
		var r storedRules
		if err := json.Unmarshal(row, &r); err != nil {
			return nil, fmt.Errorf("stored rules of prices: %w", err)
		}
		list[i] = pricing.Assignment{Version: r.Version, Plan: r.Plan, Term: r.term()}
	}
	return list, nil
}

// SetPriceRules stores the rules that follow a version (0: the first), which hold from a moment on, or from now: pricing.ErrRules,
// pricing.ErrChanged when there is a newer version already.
func (s *Store) SetPriceRules(ctx context.Context, after int, p pricing.Plan, from time.Time, reason string) (pricing.Assignment, error) {
	p, err := p.Checked()
	if err != nil {
		return pricing.Assignment{}, err
	}
	made := pricing.Assignment{Version: after + 1, Plan: p}
	err = s.atomically(ctx, "set rules of prices", func(tx executor) error {
		if err := changePrices(ctx, tx); err != nil {
			return err
		}
		if err := rulesKnown(ctx, tx, p); err != nil {
			return err
		}
		var newest int
		if err := tx.GetContext(ctx, &newest, `SELECT coalesce(max(version), 0) FROM price_rules`); err != nil {
			return err
		}
		if newest != after {
			return pricing.ErrChanged.With("version", newest)
		}
		text, err := jsonText(&p)
		if err != nil {
			return err
		}
		var row struct {
			Starts  time.Time `db:"starts_at"`
			Created time.Time `db:"created_at"`
		}
		err = tx.GetContext(ctx, &row, `
			INSERT INTO price_rules (version, plan, starts_at) VALUES ($1, $2, coalesce($3, clock_timestamp()))
			RETURNING starts_at, created_at`, made.Version, text, nullTime(from))
		if err != nil {
			return err
		}
		made.Term = pricing.Term{StartsAt: row.Starts.UTC(), CreatedAt: row.Created.UTC()}
		return audit(ctx, tx, staff.Deed{
			Action: "price.rules", Subject: priceRulesSubject, Before: facts{"version": after},
			After: facts{"version": made.Version, "starts_at": made.StartsAt, "plan": p}, Reason: reason,
		})
	})
	return made, err
}

// WithdrawPriceRules takes back a version of the rules that has not begun.
func (s *Store) WithdrawPriceRules(ctx context.Context, version int, reason string) error {
	return s.atomically(ctx, "withdraw rules of prices", func(tx executor) error {
		if err := changePrices(ctx, tx); err != nil {
			return err
		}
		var starts time.Time
		err := tx.GetContext(ctx, &starts, `
			UPDATE price_rules SET withdrawn_at = clock_timestamp() WHERE version = $1 RETURNING starts_at`, version)
		if err != nil {
			return orElse(err, pricing.ErrVersionUnknown)
		}
		return audit(ctx, tx, staff.Deed{
			Action: "price.withdraw", Subject: priceRulesSubject, Before: facts{"version": version, "starts_at": starts.UTC()}, Reason: reason,
		})
	})
}

// rulesKnown is pricing.ErrRules when rules name a tariff, a zone or a model that there is not.
func rulesKnown(ctx context.Context, tx executor, p pricing.Plan) error {
	var known struct {
		Tariffs []byte `db:"tariffs"`
		Zones   []byte `db:"zones"`
		Models  []byte `db:"models"`
	}
	err := tx.GetContext(ctx, &known, `
		SELECT (SELECT coalesce(jsonb_agg(id), '[]') FROM tariffs) AS tariffs, (SELECT coalesce(jsonb_agg(id), '[]') FROM models) AS models,
			(SELECT coalesce(jsonb_agg(id), '[]') FROM zones) AS zones`)
	if err != nil {
		return err
	}
	var tariffs []string
	var zones, models []int64
	for text, list := range map[*[]byte]any{&known.Tariffs: &tariffs, &known.Zones: &zones, &known.Models: &models} {
		if err := json.Unmarshal(*text, list); err != nil {
			return err
		}
	}
	wrong := map[string]string{}
	for i, r := range p.Rules {
		at := fmt.Sprintf("rules[%d].", i)
		if !slices.Contains(tariffs, r.TariffID) {
			wrong[at+"tariff_id"] = "there is no such tariff"
		}
		for field, ids := range map[string][2][]int64{"zone_ids": {r.Zones, zones}, "model_ids": {r.Models, models}} {
			for j, id := range ids[0] {
				if !slices.Contains(ids[1], id) {
					wrong[fmt.Sprintf("%s%s[%d]", at, field, j)] = fmt.Sprintf("there is no %d", id)
				}
			}
		}
	}
	if len(wrong) > 0 {
		return pricing.ErrRules.With("fields", wrong)
	}
	return nil
}
