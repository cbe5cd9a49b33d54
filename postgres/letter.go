package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/letter"
)

// post puts a letter on its way. It goes out when the transaction is done, and not if it fails. One without an ID is none.
func post(ctx context.Context, tx executor, riderID string, e letter.Envelope) error {
	if e.ID == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO letters (id, rider_id, kind, language, content, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.ID, nullText(riderID), e.Kind, e.Language, e.Content, nullTime(e.ExpiresAt))
	return err
}

type letterRow struct {
	ID        string       `db:"id"`
	Kind      letter.Kind  `db:"kind"`
	Language  string       `db:"language"`
	Content   string       `db:"content"`
	ExpiresAt sql.NullTime `db:"expires_at"`
	Attempts  int          `db:"attempts"`
}

// DueLetters takes letters that are due. Each is nobody else's for a while, and one attempt is counted, so that a crash costs
// an attempt and no letter.
func (s *Store) DueLetters(ctx context.Context, limit int, mine time.Duration) ([]letter.Envelope, error) {
	var rows []letterRow
	err := s.once(ctx, "due letters", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			UPDATE letters SET due_at = now() + $2::interval, attempts = attempts + 1
			WHERE id IN (SELECT id FROM letters WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
			RETURNING id, kind, language, content, expires_at, attempts`, limit, mine.String())
	})
	list := make([]letter.Envelope, len(rows))
	for i, r := range rows {
		list[i] = letter.Envelope{
			ID: r.ID, Kind: r.Kind, Language: r.Language, Content: r.Content, ExpiresAt: timeOf(r.ExpiresAt), Attempts: r.Attempts,
		}
	}
	return list, err
}

// LetterSent notes that a letter has gone out, and forgets what was in it.
func (s *Store) LetterSent(ctx context.Context, id string) error {
	return s.once(ctx, "letter sent", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE letters SET sent_at = now(), due_at = NULL, content = '', trouble = '' WHERE id = $1 AND due_at IS NOT NULL`, id)
		return err
	})
}

// LetterNotSent notes why an attempt failed, and when the next one is due; the zero time: never, and what was in it is forgotten.
func (s *Store) LetterNotSent(ctx context.Context, id, trouble string, next time.Time) error {
	return s.once(ctx, "letter not sent", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE letters SET trouble = $2, due_at = $3, content = CASE WHEN $3::timestamptz IS NULL THEN '' ELSE content END
			WHERE id = $1 AND due_at IS NOT NULL`, id, trouble, nullTime(next))
		return err
	})
}

// ForgetLetters deletes what is over and older than a time.
func (s *Store) ForgetLetters(ctx context.Context, before time.Time) error {
	return s.once(ctx, "forget letters", func(db executor) error {
		_, err := db.ExecContext(ctx, `DELETE FROM letters WHERE due_at IS NULL AND created_at < $1`, before)
		return err
	})
}
