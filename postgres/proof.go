package postgres

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"encoding/json"
	"time"

	"rodada/domain/letter"
	"rodada/domain/limit"
	"rodada/domain/rider"
)

type proofRow struct {
	ID        string         `db:"id"`
	Purpose   rider.Purpose  `db:"purpose"`
	RiderID   sql.NullString `db:"rider_id"`
	Email     string         `db:"email"`
	Language  string         `db:"language"`
	Account   []byte         `db:"account"`
	Hash      []byte         `db:"hash"`
	Letter    letter.Kind    `db:"letter"`
	MailedAt  time.Time      `db:"mailed_at"`
	ExpiresAt time.Time      `db:"expires_at"`
	Asker     string         `db:"asker"`
}

const proofColumns = `id, purpose, rider_id, email, language, account, hash, letter, mailed_at, expires_at, asker`

func (r proofRow) proof() rider.Proof {
	return rider.Proof{
		ID: r.ID, Purpose: r.Purpose, RiderID: r.RiderID.String, Email: r.Email, Language: r.Language, Hash: r.Hash, Letter: r.Letter,
		MailedAt: r.MailedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), Asker: r.Asker,
	}
}

// BeginProof stores a proof and posts its letter: rider.ErrTooSoon when the address got enough of them lately. What is long over
// is deleted with that.
func (s *Store) BeginProof(ctx context.Context, p rider.Proof, e letter.Envelope) error {
	account, err := jsonText(p.Account)
	if err != nil {
		return err
	}
	return s.atomically(ctx, "begin proof", func(tx executor) error {
		if err := mayMail(ctx, tx, p); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			WITH over AS (DELETE FROM proofs WHERE expires_at < $8::timestamptz - interval '1 hour')
			INSERT INTO proofs (id, purpose, rider_id, email, language, account, hash, mailed_at, created_at, expires_at, letter, asker)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11)`,
			p.ID, p.Purpose, nullText(p.RiderID), p.Email, p.Language, account, p.Hash, p.MailedAt, p.ExpiresAt, p.Letter, p.Asker)
		if err != nil {
			return err
		}
		return post(ctx, tx, p.RiderID, e)
	})
}

// mayMail counts the codes that an address was to get in the last hour, one request after the other. Who asks from one place spends
// nothing of others, unless those are very many, who then wait for minutes; and nothing of an owner's who is known there or logged in.
func mayMail(ctx context.Context, tx executor, p rider.Proof) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(lower($1), 0))`, p.Email); err != nil {
		return err
	}
	var lately struct {
		Own   int       `db:"own"`
		All   int       `db:"all_of_them"`
		First time.Time `db:"first_own"`
		Last  time.Time `db:"last_of_all"`
	}
	err := tx.GetContext(ctx, &lately, `
		SELECT coalesce(sum(mails) FILTER (WHERE asker = $3), 0) AS own, coalesce(sum(mails), 0) AS all_of_them,
			coalesce(min(created_at) FILTER (WHERE asker = $3), now()) AS first_own, coalesce(max(mailed_at), now()) AS last_of_all
		FROM proofs WHERE lower(email) = lower($1) AND created_at > $2`, p.Email, p.MailedAt.Add(-time.Hour), p.Asker)
	switch {
	case err != nil:
		return err
	case lately.Own >= rider.CodesAnHour:
		return tooSoon(p.MailedAt, lately.First.Add(time.Hour))
	}
	if next := lately.Last.Add(rider.StrangersPause); p.OfStranger() && lately.All >= rider.StrangersCodesAnHour && p.MailedAt.Before(next) {
		return tooSoon(p.MailedAt, next)
	}
	return nil
}

// tooSoon says when to ask again.
func tooSoon(now, then time.Time) error { return limit.In(rider.ErrTooSoon, then.Sub(now)) }

// Proof reads one that is not over: rider.ErrCode.
func (s *Store) Proof(ctx context.Context, id string, now time.Time) (rider.Proof, error) {
	if !isID(id) {
		return rider.Proof{}, rider.ErrCode
	}
	var row proofRow
	err := s.once(ctx, "proof", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT `+proofColumns+` FROM proofs WHERE id = $1 AND expires_at > $2`, id, now), rider.ErrCode)
	})
	return row.proof(), err
}

// RenewProof gives a proof another code, which is posted; the tries that are left stay. rider.ErrTooSoon.
func (s *Store) RenewProof(ctx context.Context, p rider.Proof, e letter.Envelope) error {
	return s.atomically(ctx, "renew proof", func(tx executor) error {
		if err := mayMail(ctx, tx, p); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `
			UPDATE proofs SET hash = $2, mails = mails + 1, mailed_at = $3 WHERE id = $1 AND mailed_at <= $4`,
			p.ID, p.Hash, p.MailedAt, p.MailedAt.Add(-rider.CodePause))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return mailedLately(ctx, tx, p, err)
		}
		return post(ctx, tx, p.RiderID, e)
	})
}

func mailedLately(ctx context.Context, tx executor, p rider.Proof, err error) error {
	var last time.Time
	if err == nil {
		err = tx.GetContext(ctx, &last, `SELECT mailed_at FROM proofs WHERE id = $1`, p.ID)
	}
	if err != nil {
		return orElse(err, rider.ErrCode)
	}
	return tooSoon(p.MailedAt, last.Add(rider.CodePause))
}

// prove counts a try at a code and, where it is right, does what it is for and forgets it. Whatever is wrong is rider.ErrCode.
func (s *Store) prove(ctx context.Context, of rider.Purpose, id string, hash []byte, now time.Time, do func(tx executor, p proofRow) error) error {
	if !isID(id) {
		return rider.ErrCode
	}
	right := false
	err := s.atomically(ctx, "prove", func(tx executor) error {
		right = false
		var row proofRow
		err := tx.GetContext(ctx, &row, `
			UPDATE proofs SET tries = tries + 1 WHERE id = $1 AND purpose = $2 AND expires_at > $3 AND tries < $4 RETURNING `+proofColumns,
			id, of, now, rider.CodeTries)
		if err != nil {
			return orElse(err, nil)
		}
		if len(row.Hash) == 0 || !hmac.Equal(row.Hash, hash) {
			return nil
		}
		right = true
		if err := do(tx, row); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM proofs WHERE id = $1`, id)
		return err
	})
	if err == nil && !right {
		err = rider.ErrCode
	}
	return err
}

// FinishRegistration opens the account that a right code is for: rider.ErrCode, rider.ErrEmailTaken.
func (s *Store) FinishRegistration(ctx context.Context, id string, hash []byte, now time.Time) (r rider.Rider, err error) {
	err = s.prove(ctx, rider.ToRegister, id, hash, now, func(tx executor, p proofRow) error {
		r = rider.Rider{}
		if err := json.Unmarshal(p.Account, &r); err != nil {
			return err
		}
		return createRider(ctx, tx, r)
	})
	return r, err
}

// FinishReset gives an account the password that its owner chose, ends all of its sessions and posts a letter that says so:
// rider.ErrCode.
func (s *Store) FinishReset(ctx context.Context, id string, hash []byte, now time.Time, passwordHash string, e letter.Envelope) error {
	return s.prove(ctx, rider.ToResetPassword, id, hash, now, func(tx executor, p proofRow) error {
		if err := setPassword(ctx, tx, p.RiderID.String, passwordHash, ""); err != nil {
			return err
		}
		return post(ctx, tx, p.RiderID.String, e)
	})
}

// FinishEmail enters the address that a rider has proved, and posts a letter to the one of before: rider.ErrCode,
// rider.ErrEmailTaken. Codes that were mailed to that one open nothing any more.
func (s *Store) FinishEmail(ctx context.Context, riderID, id string, hash []byte, now time.Time, e letter.Envelope) error {
	return s.prove(ctx, rider.ToChangeEmail, id, hash, now, func(tx executor, p proofRow) error {
		if p.RiderID.String != riderID {
			return rider.ErrCode
		}
		_, err := tx.ExecContext(ctx, `UPDATE riders SET email = $2 WHERE id = $1 AND deleted_at IS NULL`, riderID, p.Email)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM proofs WHERE rider_id = $1`, riderID); err != nil {
			return err
		}
		return post(ctx, tx, riderID, e)
	})
}
