package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rodada/domain/pricing"
	"rodada/domain/staff"
)

const (
	priceRulesSubject = "price-rules"
	ruleColumns       = `version, plan, starts_at, created_at, withdrawn_at`
)

type rulesRow struct {
	Version int    `db:"version"`
	Plan    []byte `db:"plan"`
	termRow
}

func (r rulesRow) assignment() (pricing.Assignment, error) {
	a := pricing.Assignment{Version: r.Version, Term: r.term()}
	return a, json.Unmarshal(r.Plan, &a.Plan)
}

// PriceRules lists the versions of the rules that say which tariff a ride has, the oldest first.
func (s *Store) PriceRules(ctx context.Context) ([]pricing.Assignment, error) {
	var rows []rulesRow
	err := s.once(ctx, "rules of prices", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `SELECT `+ruleColumns+` FROM price_rules ORDER BY version`)
	})
	if err != nil {
		return nil, err
	}
	list := make([]pricing.Assignment, len(rows))
	for i, r := range rows {
		if list[i], err = r.assignment(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// SetPriceRules stores the rules that follow a version (0: the first), which hold from a moment on, or from now: pricing.ErrRules,
// pricing.ErrStart, pricing.ErrChanged when there is a newer version already.
func (s *Store) SetPriceRules(ctx context.Context, after int, p pricing.Plan, from time.Time, reason string) (made pricing.Assignment, err error) {
	if p, err = p.Checked(); err != nil {
		return made, err
	}
	err = s.changePrices(ctx, "set rules of prices", func(tx executor) error {
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
		if err := beginsLater(ctx, tx, from); err != nil {
			return err
		}
		text, err := jsonText(&p)
		if err != nil {
			return err
		}
		var row rulesRow
		err = tx.GetContext(ctx, &row, `
			INSERT INTO price_rules (version, plan, starts_at) VALUES ($1, $2, coalesce($3, clock_timestamp())) RETURNING `+ruleColumns,
			after+1, text, nullTime(from))
		if err != nil {
			return err
		}
		if made, err = row.assignment(); err != nil {
			return err
		}
		d := staff.Deed{
			Action: "price.rules", Subject: priceRulesSubject, Reason: reason,
			After: facts{"version": made.Version, "starts_at": made.StartsAt, "plan": p},
		}
		if after > 0 {
			var was []byte
			if err := tx.GetContext(ctx, &was, `SELECT plan FROM price_rules WHERE version = $1`, after); err != nil {
				return err
			}
			d.Before = facts{"version": after, "plan": json.RawMessage(was)}
		}
		return audit(ctx, tx, d)
	})
	return made, err
}

// WithdrawPriceRules takes back a version of the rules that has not begun: pricing.ErrVersionUnknown, pricing.ErrBegun,
// pricing.ErrWithdrawn.
func (s *Store) WithdrawPriceRules(ctx context.Context, version int, reason string) (a pricing.Assignment, err error) {
	err = s.changePrices(ctx, "withdraw rules of prices", func(tx executor) error {
		var row rulesRow
		err := tx.GetContext(ctx, &row, `
			UPDATE price_rules SET withdrawn_at = clock_timestamp() WHERE version = $1 RETURNING `+ruleColumns, version)
		if err != nil {
			return orElse(err, pricing.ErrVersionUnknown)
		}
		if a, err = row.assignment(); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "price.withdraw", Subject: priceRulesSubject, Before: facts{"version": version, "starts_at": a.StartsAt}, Reason: reason,
		})
	})
	return a, err
}

// rulesKnown is pricing.ErrRules when rules name a tariff, a zone or a model that there is not.
func rulesKnown(ctx context.Context, tx executor, p pricing.Plan) error {
	var tariffs []string
	if err := tx.SelectContext(ctx, &tariffs, `SELECT id FROM tariffs`); err != nil {
		return err
	}
	var zones, models []int64
	if err := tx.SelectContext(ctx, &zones, `SELECT id FROM zones`); err != nil {
		return err
	}
	if err := tx.SelectContext(ctx, &models, `SELECT id FROM models`); err != nil {
		return err
	}
	var wrong []pricing.Flaw
	for i, r := range p.Rules {
		at := fmt.Sprintf("rules[%d].", i)
		if !slices.Contains(tariffs, r.TariffID) {
			wrong = append(wrong, pricing.Flaw{Field: at + "tariff_id", What: pricing.FlawNoTariff, Said: strconv.Quote(r.TariffID)})
		}
		wrong = append(wrong, unknownIDs(at+"zone_ids", r.Zones, zones)...)
		wrong = append(wrong, unknownIDs(at+"model_ids", r.Models, models)...)
	}
	if len(wrong) > 0 {
		return pricing.ErrRules.With("flaws", wrong)
	}
	return nil
}

func unknownIDs(field string, ids, known []int64) (wrong []pricing.Flaw) {
	for i, id := range ids {
		if !slices.Contains(known, id) {
			wrong = append(wrong, pricing.Flaw{Field: fmt.Sprintf("%s[%d]", field, i), What: pricing.FlawNone, Said: strconv.FormatInt(id, 10)})
		}
	}
	return wrong
}
