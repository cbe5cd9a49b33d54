package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/rider"
)

// OpenSession stores a new session with its first refresh token, and forgets those of its subject that ran out.
func (s *Store) OpenSession(ctx context.Context, n rider.Session) error {
	return s.once(ctx, "open session", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			WITH over AS (
				DELETE FROM sessions WHERE subject = $2 AND expires_at < now()
			), opened AS (
				INSERT INTO sessions (family, subject, audience, expires_at, agent, address, started_at)
				VALUES ($1, $2, $3, $5, $6, $7, coalesce($8, now())) RETURNING family, expires_at
			)
			INSERT INTO session_tokens (hash, family, expires_at) SELECT $4, family, expires_at FROM opened`,
			n.Family, n.Subject, n.Audience, n.Hash, n.ExpiresAt, n.Agent, n.Address, nullTime(n.StartedAt))
		return err
	})
}

type tokenRow struct {
	Family   string         `db:"family"`
	Subject  string         `db:"subject"`
	Audience rider.Audience `db:"audience"`
	Expires  time.Time      `db:"expires_at"`
	Spent    sql.NullTime   `db:"spent_at"`
	Ended    sql.NullTime   `db:"ended_at"`
}

// RotateSession spends a refresh token and puts the next in its place. A token is good once: a spent one was stolen, or its
// thief was faster, so its whole session ends. Whatever is wrong with a token is rider.ErrToken.
func (s *Store) RotateSession(ctx context.Context, hash, next []byte, now, expires time.Time) (family, subject string, audience rider.Audience, err error) {
	var row tokenRow
	good := false
	err = s.atomically(ctx, "rotate session", func(tx executor) error {
		row, good = tokenRow{}, false
		err := tx.GetContext(ctx, &row, `
			SELECT t.family, s.subject, s.audience, t.expires_at, t.spent_at, s.ended_at
			FROM session_tokens t JOIN sessions s USING (family) WHERE t.hash = $1 FOR UPDATE`, hash)
		switch {
		case err != nil:
			return orElse(err, rider.ErrToken)
		case row.Spent.Valid:
			return endSession(ctx, tx, row.Family, now)
		case row.Ended.Valid || !now.Before(row.Expires):
			return nil
		}
		good = true
		return replaceToken(ctx, tx, row.Family, hash, next, now, expires)
	})
	if err == nil && !good {
		err = rider.ErrToken
	}
	if err != nil {
		return "", "", "", err
	}
	return row.Family, row.Subject, row.Audience, nil
}

func replaceToken(ctx context.Context, tx executor, family string, hash, next []byte, now, expires time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE session_tokens SET spent_at = $2 WHERE hash = $1`, hash, now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		WITH old AS (
			DELETE FROM session_tokens WHERE family = $1 AND expires_at < $3
		), longer AS (
			UPDATE sessions SET expires_at = $4, used_at = $3 WHERE family = $1
		)
		INSERT INTO session_tokens (hash, family, expires_at) VALUES ($2, $1, $4)`, family, next, now, expires)
	return err
}

func endSession(ctx context.Context, tx executor, family string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE sessions SET ended_at = $2 WHERE family = $1 AND ended_at IS NULL`, family, at)
	return err
}

// CloseSession ends the session that a refresh token, spent or not, belongs to; an unknown token ends nothing.
func (s *Store) CloseSession(ctx context.Context, hash []byte) error {
	return s.once(ctx, "close session", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE sessions SET ended_at = now()
			WHERE family = (SELECT family FROM session_tokens WHERE hash = $1) AND ended_at IS NULL`, hash)
		return err
	})
}

// endSessions ends every session of a subject, except one if that has a name.
func endSessions(ctx context.Context, tx executor, subject, except string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE sessions SET ended_at = now() WHERE subject = $1 AND ended_at IS NULL AND family IS DISTINCT FROM $2::uuid`, subject, nullText(except))
	return err
}
