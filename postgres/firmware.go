package postgres

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
)

const imageFields = `i.id, i.model_id, m.name AS model, i.version, i.notes, i.size, i.sha256, i.key_name, i.signature, i.downgrade,
	i.created_at, c.email AS created_by, i.retired_at, coalesce(r.email, '') AS retired_by, i.retire_reason `

const fromImages = `
	FROM firmware_images i JOIN models m ON m.id = i.model_id JOIN staff c ON c.id = i.staff_id LEFT JOIN staff r ON r.id = i.retired_by `

type imageRow struct {
	ID           string       `db:"id"`
	ModelID      int64        `db:"model_id"`
	Model        string       `db:"model"`
	Version      string       `db:"version"`
	Notes        string       `db:"notes"`
	Size         int          `db:"size"`
	SHA256       string       `db:"sha256"`
	Key          string       `db:"key_name"`
	Signature    []byte       `db:"signature"`
	Downgrade    bool         `db:"downgrade"`
	CreatedAt    time.Time    `db:"created_at"`
	CreatedBy    string       `db:"created_by"`
	RetiredAt    sql.NullTime `db:"retired_at"`
	RetiredBy    string       `db:"retired_by"`
	RetireReason string       `db:"retire_reason"`
	Place        string       `db:"place"`
}

func (r imageRow) image() firmware.Image {
	return firmware.Image{
		ID: r.ID, ModelID: r.ModelID, Model: r.Model, Version: r.Version, Notes: r.Notes, Size: r.Size, SHA256: r.SHA256,
		Key: r.Key, Signature: r.Signature, Downgrade: r.Downgrade, CreatedAt: r.CreatedAt.UTC(), CreatedBy: r.CreatedBy,
		RetiredAt: timeOf(r.RetiredAt), RetiredBy: r.RetiredBy, RetireReason: r.RetireReason,
	}
}

// CreateImage stores an image with its bytes, for good, in the name of a member of staff: fleet.ErrModelUnknown,
// firmware.ErrVersion, ErrVersionTaken, ErrSize, and ErrOlder when the model has a newer image that may be installed and the
// image does not say that it is a downgrade. Uploads for one model wait for each other.
func (s *Store) CreateImage(ctx context.Context, i firmware.Image, by string, bytes []byte) (firmware.Image, error) {
	err := s.atomically(ctx, "create firmware image", func(tx executor) error {
		if err := tx.GetContext(ctx, &i.Model, `SELECT name FROM models WHERE id = $1 FOR NO KEY UPDATE`, i.ModelID); err != nil {
			return orElse(err, fleet.ErrModelUnknown)
		}
		var versions []string
		err := tx.SelectContext(ctx, &versions, `SELECT version FROM firmware_images WHERE model_id = $1 AND retired_at IS NULL`, i.ModelID)
		if err != nil {
			return err
		}
		if len(versions) > 0 && !i.Downgrade {
			if newest := slices.MaxFunc(versions, firmware.Compare); firmware.Compare(i.Version, newest) < 0 {
				return firmware.ErrOlder.With("newest", newest)
			}
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO firmware_bytes (sha256, size, bytes) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING`, i.SHA256, i.Size, bytes)
		if err != nil {
			return err
		}
		err = tx.GetContext(ctx, &i.CreatedAt, `
			INSERT INTO firmware_images (id, model_id, version, notes, size, sha256, key_name, signature, downgrade, staff_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING created_at`,
			i.ID, i.ModelID, i.Version, i.Notes, i.Size, i.SHA256, i.Key, i.Signature, i.Downgrade, by)
		if err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "firmware.upload", Subject: i.ID, After: facts{
			"model": i.Model, "version": i.Version, "size": i.Size, "sha256": i.SHA256, "key": i.Key, "downgrade": i.Downgrade,
		}})
	})
	if err != nil {
		return i, err
	}
	return s.Image(ctx, i.ID)
}

// Image finds an image: firmware.ErrImageUnknown.
func (s *Store) Image(ctx context.Context, id string) (firmware.Image, error) {
	if !isID(id) {
		return firmware.Image{}, firmware.ErrImageUnknown
	}
	var row imageRow
	err := s.once(ctx, "find firmware image", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT `+imageFields+fromImages+`WHERE i.id = $1`, id), firmware.ErrImageUnknown)
	})
	return row.image(), err
}

// ImageBytes are what a scooter is to run, byte for byte as they were uploaded: firmware.ErrImageUnknown. Those of a retired
// image too, for upgrades that had begun.
func (s *Store) ImageBytes(ctx context.Context, id string) (bytes []byte, err error) {
	if !isID(id) {
		return nil, firmware.ErrImageUnknown
	}
	err = s.once(ctx, "firmware bytes", func(db executor) error {
		err := db.GetContext(ctx, &bytes, `
			SELECT b.bytes FROM firmware_images i JOIN firmware_bytes b ON b.sha256 = i.sha256 WHERE i.id = $1`, id)
		return orElse(err, firmware.ErrImageUnknown)
	})
	return bytes, err
}

var imageColumns = map[string]column{
	"created": {"i.created_at", "timestamptz"},
	"model":   {"m.name", "text"},
	"version": {"i.version", "text"},
}

// Images is one page of the images that a filter picks, each with its place in the order, and with one more when there is a
// next page; and how many it picks in all.
func (s *Store) Images(ctx context.Context, f firmware.ImageFilter, q listing.Query) (list []firmware.Image, places []listing.Place, total int, err error) {
	p, err := pageOf(q, imageColumns, "i.id", "uuid", 3)
	if err != nil {
		return nil, nil, 0, err
	}
	const matching = fromImages + `WHERE ($1::bigint IS NULL OR i.model_id = $1) AND ($2::boolean IS NULL OR (i.retired_at IS NOT NULL) = $2) `
	value, id := after(q)
	args := []any{nullInt(f.ModelID), f.Retired, value, id, p.limit}
	var rows []imageRow
	err = s.once(ctx, "list firmware images", func(db executor) error {
		rows = nil
		if err := db.GetContext(ctx, &total, `SELECT count(*)`+matching, args[:2]...); err != nil {
			return err
		}
		return orCursor(db.SelectContext(ctx, &rows,
			`SELECT `+imageFields+`, `+p.place+` AS place`+matching+`AND `+p.beyond+p.order+` LIMIT $5`, args...))
	})
	for _, r := range rows {
		list, places = append(list, r.image()), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

// RetireImage lets nobody install an image any more, in the name of a member of staff: firmware.ErrImageUnknown, ErrRetired.
// Upgrades that go on end with it all the same.
func (s *Store) RetireImage(ctx context.Context, id, by, reason string) (firmware.Image, error) {
	if !isID(id) {
		return firmware.Image{}, firmware.ErrImageUnknown
	}
	err := s.atomically(ctx, "retire firmware image", func(tx executor) error {
		var row imageRow
		if err := tx.GetContext(ctx, &row, `SELECT `+imageFields+fromImages+`WHERE i.id = $1 FOR UPDATE OF i`, id); err != nil {
			return orElse(err, firmware.ErrImageUnknown)
		}
		if row.RetiredAt.Valid {
			return firmware.ErrRetired
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE firmware_images SET retired_at = now(), retired_by = $2, retire_reason = $3 WHERE id = $1`, id, by, reason)
		if err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "firmware.retire", Subject: id, Reason: reason, Before: facts{"model": row.Model, "version": row.Version},
		})
	})
	if err != nil {
		return firmware.Image{}, err
	}
	return s.Image(ctx, id)
}
