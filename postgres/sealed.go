package postgres

import (
	"context"
	"fmt"

	"rodada/domain/credential"
	"rodada/domain/letter"
	"rodada/domain/payment"
	"rodada/domain/promotion"
	"rodada/domain/staff"
)

// SealedColumn holds what is sealed, each value under the key that it names.
type SealedColumn struct {
	Table, Column string
	ID            string                 // the column that the purpose is made of, a UUID
	Purpose       func(id string) string // that its values are sealed for
}

func (c SealedColumn) String() string { return c.Table + "." + c.Column }

// SealedColumns are all of them: what is not listed here stays under the key that it was sealed with, and is lost with it.
func SealedColumns() []SealedColumn {
	return []SealedColumn{
		{Table: "mqtt_credentials", Column: "sealed", ID: "id", Purpose: credential.Purpose},
		{Table: "staff", Column: "totp_secret", ID: "id", Purpose: staff.FactorPurpose},
		{Table: "staff", Column: "totp_pending", ID: "id", Purpose: staff.FactorPurpose},
		{Table: "webhooks", Column: "secret", ID: "id", Purpose: staff.WebhookPurpose},
		{Table: "letters", Column: "content", ID: "id", Purpose: letter.Purpose},
		{Table: "payment_customers", Column: "reference", ID: "rider_id", Purpose: payment.CustomerPurpose},
		{Table: "payment_methods", Column: "reference", ID: "id", Purpose: payment.MethodPurpose},
		{Table: "trace_keys", Column: "secret", ID: "id", Purpose: promotion.TraceKeyPurpose},
		{Table: "payments", Column: "reference", ID: "id", Purpose: payment.ReferencePurpose},
	}
}

// SealedCount is how many values of a column lie under one key; without a name they lie there in clear.
type SealedCount struct {
	Column SealedColumn
	Key    string `db:"key"`
	Values int    `db:"values"`
}

// CountSealed counts what is sealed, by column and key.
func (s *Store) CountSealed(ctx context.Context) ([]SealedCount, error) {
	var all []SealedCount
	for _, c := range SealedColumns() {
		var rows []SealedCount
		err := s.once(ctx, "count what is sealed", func(db executor) error {
			rows = nil
			return db.SelectContext(ctx, &rows, fmt.Sprintf(`
				SELECT CASE WHEN %[1]s LIKE 'sealed:%%' THEN split_part(%[1]s, ':', 2) ELSE '' END AS key, count(*) AS values
				FROM %[2]s WHERE %[1]s <> '' GROUP BY 1 ORDER BY 1`, c.Column, c.Table))
		})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			row.Column = c
			all = append(all, row)
		}
	}
	return all, nil
}

// Reseal gives every value of a column that lies under another key than current to seal, and stores what that makes of it, some at a time.
// It may end at any moment and begin again. A value that somebody changes meanwhile is left as it was changed; one that seal can't open
// stays. It counts those that it stored.
func (s *Store) Reseal(ctx context.Context, c SealedColumn, current string, seal func(sealed, purpose string) (string, error)) (done int, err error) {
	const some = 500
	for from := "00000000-0000-0000-0000-000000000000"; ; {
		old, err := s.sealedOtherwise(ctx, c, current, from, some)
		if err != nil {
			return done, err
		}
		var ids, was, fresh []string
		for _, v := range old {
			sealed, err := seal(v.Value, c.Purpose(v.ID))
			if err != nil {
				continue
			}
			ids, was, fresh = append(ids, v.ID), append(was, v.Value), append(fresh, sealed)
		}
		stored, err := s.replaceSealed(ctx, c, ids, was, fresh)
		done += stored
		if err != nil || len(old) < some || old[len(old)-1].ID == from {
			return done, err
		}
		from = old[len(old)-1].ID // once more, for an ID may have several values
	}
}

type sealedRow struct {
	ID    string `db:"id"`
	Value string `db:"value"`
}

func (s *Store) sealedOtherwise(ctx context.Context, c SealedColumn, current, from string, limit int) (rows []sealedRow, err error) {
	err = s.once(ctx, "read what is sealed", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, fmt.Sprintf(`
			SELECT %[1]s AS id, %[2]s AS value FROM %[3]s
			WHERE %[1]s >= $1 AND %[2]s LIKE 'sealed:%%' AND split_part(%[2]s, ':', 2) <> $2 ORDER BY %[1]s LIMIT $3`, c.ID, c.Column, c.Table),
			from, current, limit)
	})
	return rows, err
}

func (s *Store) replaceSealed(ctx context.Context, c SealedColumn, ids, was, fresh []string) (stored int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	err = s.once(ctx, "seal anew", func(db executor) error {
		result, err := db.ExecContext(ctx, fmt.Sprintf(`
			UPDATE %[3]s AS t SET %[2]s = n.fresh FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, was, fresh)
			WHERE t.%[1]s = n.id AND t.%[2]s = n.was`, c.ID, c.Column, c.Table), ids, was, fresh)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		stored = int(n)
		return err
	})
	return stored, err
}
