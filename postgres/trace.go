package postgres

import "context"

// TraceKey is the key of all traces, as it is sealed, and what it is sealed for. Whoever is first brings it.
func (s *Store) TraceKey(ctx context.Context, id, secret string) (keptID, kept string, err error) {
	var row struct {
		ID     string `db:"id"`
		Secret string `db:"secret"`
	}
	err = s.atomically(ctx, "key of traces", func(tx executor) error {
		if id != "" {
			_, err := tx.ExecContext(ctx, `INSERT INTO trace_keys (id, secret) VALUES ($1, $2) ON CONFLICT ON CONSTRAINT trace_keys_one DO NOTHING`, id, secret)
			if err != nil {
				return err
			}
		}
		return orElse(tx.GetContext(ctx, &row, `SELECT id, secret FROM trace_keys`), nil)
	})
	return row.ID, row.Secret, err
}

// KeepTraces keeps what a rider will be known by, for good.
func (s *Store) KeepTraces(ctx context.Context, riderID string, traces []string) error {
	return s.once(ctx, "keep traces", func(db executor) error {
		_, err := db.ExecContext(ctx, `INSERT INTO rider_traces (trace, rider_id) SELECT unnest($2::text[]), $1 ON CONFLICT DO NOTHING`, riderID, traces)
		return err
	})
}

// same are the accounts that share a trace with a rider, and the rider's own.
func same(rider string) string {
	return `(SELECT o.rider_id FROM rider_traces m JOIN rider_traces o ON o.trace = m.trace WHERE m.rider_id = ` + rider + ` UNION SELECT ` + rider + `::uuid)`
}
