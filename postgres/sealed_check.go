package postgres

import (
	"context"
	"fmt"
)

// SealedTrouble is how many values of a column can't be opened though their key is known: they are not what was sealed, or not with this key.
type SealedTrouble struct {
	Column SealedColumn
	Key    string
	Values int
}

// TrySealed opens every value of a column that lies under one of the keys, and says of how many that fails, by key.
func (s *Store) TrySealed(ctx context.Context, c SealedColumn, keys []string, open func(sealed, purpose string) error) ([]SealedTrouble, error) {
	const some = 500
	failed := map[string]int{}
	type row struct {
		sealedRow
		Key string `db:"key"`
	}
	for last := (row{sealedRow: sealedRow{ID: "00000000-0000-0000-0000-000000000000"}}); ; {
		var rows []row
		err := s.once(ctx, "try what is sealed", func(db executor) error {
			rows = nil
			return db.SelectContext(ctx, &rows, fmt.Sprintf(`
				SELECT %[1]s AS id, %[2]s AS value, split_part(%[2]s, ':', 2) AS key FROM %[3]s
				WHERE (%[1]s, %[2]s) > ($1, $2) AND %[2]s LIKE 'sealed:%%' AND split_part(%[2]s, ':', 2) = ANY ($3) ORDER BY 1, 2 LIMIT $4`,
				c.ID, c.Column, c.Table), last.ID, last.Value, keys, some)
		})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if open(r.Value, c.Purpose(r.ID)) != nil {
				failed[r.Key]++
			}
		}
		if len(rows) < some {
			break
		}
		last = rows[some-1]
	}
	var troubles []SealedTrouble
	for _, key := range keys {
		if failed[key] > 0 {
			troubles = append(troubles, SealedTrouble{c, key, failed[key]})
		}
	}
	return troubles, nil
}
