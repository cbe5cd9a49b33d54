package postgres

import (
	"context"
	"time"

	"rodada/domain/rider"
)

// FinishSelf notes that a session is its rider's own, who has typed the code that was mailed: rider.ErrCode.
func (s *Store) FinishSelf(ctx context.Context, riderID, session, id string, hash []byte, now time.Time) error {
	return s.prove(ctx, rider.ToProveSelf, id, hash, now, func(tx executor, p proofRow) error {
		if p.RiderID.String != riderID || !isID(session) {
			return rider.ErrCode
		}
		_, err := tx.ExecContext(ctx, `UPDATE sessions SET proved_at = $3 WHERE family = $1 AND subject = $2`, session, riderID, now)
		return err
	})
}

// Shown is how a rider has shown who they are in a session since some time.
func (s *Store) Shown(ctx context.Context, riderID, session string, since time.Time) (shown rider.Shown, err error) {
	if !isID(riderID) || !isID(session) {
		return shown, nil
	}
	var row struct {
		LoggedIn bool `db:"logged_in"`
		Code     bool `db:"code"`
	}
	err = s.once(ctx, "how a rider has shown who they are", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `
			SELECT started_at > $3 AS logged_in, coalesce(proved_at > $3, false) AS code
			FROM sessions WHERE family = $1 AND subject = $2 AND ended_at IS NULL`, session, riderID, since), nil)
	})
	return rider.Shown(row), err
}
