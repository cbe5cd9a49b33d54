package postgres

import (
	"context"
	"encoding/json"
	"time"

	"rodada/domain/pass"
	"rodada/geo"
)

// takes holds for a rental r that has what its pass paid: one that came to nothing or was given back whole has nothing of it.
const takes = `(` + spends + ` AND NOT coalesce((
	SELECT bool_or(t.kind = 'refund') AND sum(e.minor) >= 0 FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
		JOIN ledger_accounts a ON a.id = e.account_id
	WHERE t.rental_id = r.id AND t.kind IN ('ride', 'refund') AND a.rider_id = r.rider_id), false))`

// passUse is what rides have taken of a pass p, by their bills.
const passUse = `LATERAL (
	SELECT count(*)::int AS used_rides, coalesce(sum((l ->> 'quantity')::int), 0)::int AS used_minutes
	FROM rentals r, jsonb_array_elements(r.bill -> 'lines') l WHERE r.pass_id = p.id AND l ->> 'item' = 'pass' AND ` + takes + `) u`

// current holds for a pass p that is good now.
const current = `(p.revoked_at IS NULL AND p.starts_at <= now() AND p.ends_at > now())`

// nextPass is the pass that pays for the next ride of a rider with a scooter of a model that opens at a moment: of those that have
// something left the one that ends first. Of those for a city, the ones that are for the place are named. All are parameters or
// columns of the statement.
func nextPass(rider, model, local, at string) string {
	return `
	SELECT p.id, jsonb_build_object('pass_id', p.id, 'unlock', d.unlock,
		'minutes', CASE d.allowance WHEN 'rides' THEN d.minutes ELSE d.minutes - u.used_minutes END) AS discount
	FROM passes p JOIN pass_products d ON d.id = p.product_id, ` + passUse + `
	WHERE p.rider_id = ` + rider + ` AND p.revoked_at IS NULL AND p.starts_at <= ` + at + ` AND p.ends_at > ` + at + `
		AND (d.models = '{}' OR ` + model + ` = ANY(d.models)) AND (d.city = '' OR p.id = ANY(` + local + `))
		AND CASE d.allowance WHEN 'rides' THEN u.used_rides < d.rides ELSE u.used_minutes < d.minutes END
	ORDER BY p.ends_at, p.starts_at, p.id LIMIT 1 `
}

// localPasses are the passes of the rider $1 that are for a city and good at a moment, as a document.
func localPasses(at string) string {
	return `(
	SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'area', d.area)), 'null')
	FROM passes p JOIN pass_products d ON d.id = p.product_id
	WHERE p.rider_id = $1 AND d.city <> '' AND p.revoked_at IS NULL AND p.starts_at <= ` + at + ` AND p.ends_at > ` + at + `)`
}

// passesHere is the IDs of a rider's passes that are for the city of a place.
func passesHere(ctx context.Context, db executor, riderID string, place *geo.Point, at time.Time) ([]string, error) {
	if place == nil {
		return []string{}, nil
	}
	var text []byte
	if err := db.GetContext(ctx, &text, `SELECT `+localPasses("$2"), riderID, at); err != nil {
		return nil, err
	}
	var local []pass.Local
	if err := json.Unmarshal(text, &local); err != nil {
		return nil, err
	}
	return pass.Here(local, place)
}
