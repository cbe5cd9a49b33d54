package postgres

import (
	"context"
	"database/sql"

	"rodada/domain/letter"
	"rodada/domain/rider"
)

type standingRow struct {
	Language    string       `db:"language"`
	SuspendedAt sql.NullTime `db:"suspended_at"`
	SessionOver bool         `db:"session_over"`
}

// Standing is what the bearer of a token may do, where the token names a session too: rider.ErrToken when there is no such rider,
// or none any more.
func (s *Store) Standing(ctx context.Context, riderID, session string) (rider.Standing, error) {
	if !isID(riderID) || session != "" && !isID(session) {
		return rider.Standing{}, rider.ErrToken
	}
	var row standingRow
	err := s.once(ctx, "standing", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `
			SELECT r.language, r.suspended_at, $2::uuid IS NOT NULL AND (s.family IS NULL OR s.ended_at IS NOT NULL) AS session_over
			FROM riders r LEFT JOIN sessions s ON s.family = $2 AND s.subject = r.id WHERE r.id = $1 AND r.deleted_at IS NULL`,
			riderID, nullText(session)), rider.ErrToken)
	})
	return rider.Standing{Language: row.Language, SuspendedAt: timeOf(row.SuspendedAt), SessionOver: row.SessionOver}, err
}

// ChangeRider changes what a rider may change without a proof; what is nil stays.
func (s *Store) ChangeRider(ctx context.Context, id string, e rider.Edit) (rider.Rider, error) {
	err := s.once(ctx, "change rider", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE riders SET first_name = coalesce($2, first_name), last_name = coalesce($3, last_name), phone = coalesce($4, phone),
				language = coalesce($5, language)
			WHERE id = $1 AND deleted_at IS NULL`, id, e.FirstName, e.LastName, e.Phone, e.Language)
		return err
	})
	if err != nil {
		return rider.Rider{}, err
	}
	return s.RiderByID(ctx, id)
}

// ChangePassword gives a rider another password and ends all sessions but one.
func (s *Store) ChangePassword(ctx context.Context, id, hash, session string, e letter.Envelope) error {
	return s.atomically(ctx, "change password", func(tx executor) error {
		if err := setPassword(ctx, tx, id, hash, session); err != nil {
			return err
		}
		return post(ctx, tx, id, e)
	})
}

// setPassword also makes codes for another password useless.
func setPassword(ctx context.Context, tx executor, id, hash, session string) error {
	done, err := tx.ExecContext(ctx, `UPDATE riders SET password_hash = $2 WHERE id = $1 AND deleted_at IS NULL`, id, hash)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return rider.ErrToken.Because(err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM proofs WHERE rider_id = $1 AND purpose = $2`, id, rider.ToResetPassword); err != nil {
		return err
	}
	return endSessions(ctx, tx, id, session)
}
