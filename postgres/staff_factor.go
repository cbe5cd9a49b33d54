package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/staff"
)

type factorRow struct {
	Email   string       `db:"email"`
	Secret  string       `db:"totp_secret"`
	Pending string       `db:"totp_pending"`
	Step    int64        `db:"totp_step"`
	Misses  int          `db:"totp_misses"`
	RetryAt sql.NullTime `db:"totp_retry_at"`
}

// factor reads the second factor of an account. Two who use it take turns.
func factor(ctx context.Context, tx executor, id string) (row factorRow, err error) {
	err = tx.GetContext(ctx, &row, `
		SELECT email, totp_secret, totp_pending, totp_step, totp_misses, totp_retry_at FROM staff WHERE id = $1 FOR NO KEY UPDATE`, id)
	return row, orElse(err, staff.ErrMemberUnknown)
}

// UseCode spends a code of an account's second factor, or a recovery code: staff.ErrCodeWrong, also for a code that was used or is
// older than one that was; staff.ErrCodeWait after too many wrong ones; staff.ErrFactorNone.
func (s *Store) UseCode(ctx context.Context, id, typed string, now time.Time, check staff.CodeCheck) error {
	var wrong error
	err := s.atomically(ctx, "use a code", func(tx executor) error {
		wrong = nil
		f, err := factor(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case f.Secret == "":
			return staff.ErrFactorNone
		case now.Before(timeOf(f.RetryAt)):
			return staff.ErrCodeWait.With("retry_at", timeOf(f.RetryAt))
		}
		spent, err := spend(ctx, tx, id, typed, f, now, check)
		if err != nil || spent {
			return err
		}
		wrong = staff.ErrCodeWrong
		return missed(ctx, tx, id, f.Misses+1, now)
	})
	if err == nil {
		err = wrong
	}
	return err
}

func spend(ctx context.Context, tx executor, id, typed string, f factorRow, now time.Time, check staff.CodeCheck) (bool, error) {
	step := f.Step
	if hash, is := staff.RecoveryHash(typed); is {
		result, err := tx.ExecContext(ctx, `UPDATE staff_recovery_codes SET used_at = $3 WHERE staff_id = $1 AND hash = $2 AND used_at IS NULL`, id, hash, now)
		if err != nil {
			return false, err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return false, err
		}
	} else {
		at, ok, err := check(f.Secret)
		if err != nil || !ok || at <= f.Step {
			return false, err
		}
		step = at
	}
	_, err := tx.ExecContext(ctx, `UPDATE staff SET totp_step = $2, totp_misses = 0, totp_retry_at = NULL WHERE id = $1`, id, step)
	return err == nil, err
}

func missed(ctx context.Context, tx executor, id string, misses int, now time.Time) error {
	retry := sql.NullTime{}
	if wait := staff.CodeWait(misses); wait > 0 {
		retry = nullTime(now.Add(wait))
	}
	_, err := tx.ExecContext(ctx, `UPDATE staff SET totp_misses = $2, totp_retry_at = $3 WHERE id = $1`, id, misses, retry)
	return err
}

// ProposeFactor keeps the sealed secret of a second factor until a code confirms it.
func (s *Store) ProposeFactor(ctx context.Context, id, sealed string) error {
	return s.once(ctx, "propose a second factor", func(db executor) error {
		_, err := db.ExecContext(ctx, `UPDATE staff SET totp_pending = $2 WHERE id = $1`, id, sealed)
		return err
	})
}

// ConfirmFactor makes the proposed second factor the account's, with its recovery codes, and ends the account's sessions:
// staff.ErrFactorNone, staff.ErrCodeWrong.
func (s *Store) ConfirmFactor(ctx context.Context, id string, recovery [][]byte, check staff.CodeCheck) error {
	return s.atomically(ctx, "confirm a second factor", func(tx executor) error {
		f, err := factor(ctx, tx, id)
		if err != nil {
			return err
		}
		if f.Pending == "" {
			return staff.ErrFactorNone
		}
		step, ok, err := check(f.Pending)
		if err != nil {
			return err
		}
		if !ok {
			return staff.ErrCodeWrong
		}
		if err := setFactor(ctx, tx, id, f.Pending, step, recovery); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id, ""); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "staff.second-factor", Subject: f.Email})
	})
}

// RemoveFactor takes the second factor off an account.
func (s *Store) RemoveFactor(ctx context.Context, id string) error {
	return s.atomically(ctx, "remove a second factor", func(tx executor) error {
		f, err := factor(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := setFactor(ctx, tx, id, "", f.Step, nil); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "staff.second-factor-off", Subject: f.Email})
	})
}

// ResetFactor takes the second factor off somebody's account, and ends its sessions: staff.ErrMemberUnknown.
func (s *Store) ResetFactor(ctx context.Context, id, reason string) (m staff.Member, err error) {
	err = s.atomically(ctx, "reset a second factor", func(tx executor) error {
		if _, err := admins(ctx, tx, id); err != nil {
			return err
		}
		var row staffRow
		if err := tx.GetContext(ctx, &row, selectStaff+`WHERE id::text = $1`, id); err != nil {
			return orElse(err, staff.ErrMemberUnknown)
		}
		m = row.member()
		if !m.SecondFactor {
			return nil
		}
		m.SecondFactor = false
		if err := setFactor(ctx, tx, id, "", 0, nil); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id, ""); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "staff.reset-second-factor", Subject: m.Email, Reason: reason})
	})
	return m, err
}

func setFactor(ctx context.Context, tx executor, id, sealed string, step int64, recovery [][]byte) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE staff SET totp_secret = $2, totp_pending = '', totp_step = $3, totp_misses = 0, totp_retry_at = NULL WHERE id = $1`, id, sealed, step)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM staff_recovery_codes WHERE staff_id = $1`, id); err != nil {
		return err
	}
	for _, hash := range recovery {
		if _, err := tx.ExecContext(ctx, `INSERT INTO staff_recovery_codes (staff_id, hash) VALUES ($1, $2)`, id, hash); err != nil {
			return err
		}
	}
	return nil
}
