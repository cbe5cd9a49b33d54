package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

type loginRow struct {
	ID        string       `db:"family"`
	Agent     string       `db:"agent"`
	Address   string       `db:"address"`
	StartedAt time.Time    `db:"started_at"`
	UsedAt    time.Time    `db:"used_at"`
	ExpiresAt time.Time    `db:"expires_at"`
	EndedAt   sql.NullTime `db:"ended_at"`
}

// Logins lists a rider's sessions, as far as they are kept, the newest first.
func (s *Store) Logins(ctx context.Context, riderID string) ([]rider.Login, error) {
	return s.logIns(ctx, `WHERE subject = $1 ORDER BY started_at DESC, family`, riderID)
}

// OpenSessions lists the sessions of a subject that go on, the one that was used last first.
func (s *Store) OpenSessions(ctx context.Context, subject string) ([]rider.Login, error) {
	return s.logIns(ctx, `WHERE subject = $1 AND ended_at IS NULL AND expires_at > now() ORDER BY used_at DESC, family`, subject)
}

func (s *Store) logIns(ctx context.Context, where, subject string) ([]rider.Login, error) {
	var rows []loginRow
	err := s.once(ctx, "sessions", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `SELECT family, agent, address, started_at, used_at, expires_at, ended_at FROM sessions `+where, subject)
	})
	list := make([]rider.Login, len(rows))
	for i, r := range rows {
		list[i] = rider.Login{
			ID: r.ID, Agent: r.Agent, Address: r.Address, StartedAt: r.StartedAt.UTC(), UsedAt: r.UsedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(),
			EndedAt: timeOf(r.EndedAt),
		}
	}
	return list, err
}

// EndSession ends a session of a subject: rider.ErrSession when it has none such that goes on.
func (s *Store) EndSession(ctx context.Context, subject, id string) error {
	if !isID(id) {
		return rider.ErrSession
	}
	return s.once(ctx, "end session", func(db executor) error {
		done, err := db.ExecContext(ctx, `
			UPDATE sessions SET ended_at = now() WHERE family = $2 AND subject = $1 AND ended_at IS NULL AND expires_at > now()`, subject, id)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return rider.ErrSession.Because(err)
		}
		return nil
	})
}

// EndOtherSessions ends every session of a subject but one, if that has a name.
func (s *Store) EndOtherSessions(ctx context.Context, subject, but string) error {
	return s.once(ctx, "end other sessions", func(db executor) error { return endSessions(ctx, db, subject, but) })
}

// EndRiderSessions logs a rider out everywhere, in the name of staff, and says how many sessions that were: rider.ErrUnknown.
func (s *Store) EndRiderSessions(ctx context.Context, id, reason string) (ended int, err error) {
	if !isID(id) {
		return 0, rider.ErrUnknown
	}
	err = s.atomically(ctx, "end sessions of rider", func(tx executor) error {
		var known bool
		if err := tx.GetContext(ctx, &known, `SELECT true FROM riders WHERE id = $1 AND deleted_at IS NULL`, id); err != nil {
			return orElse(err, rider.ErrUnknown)
		}
		err := tx.GetContext(ctx, &ended, `
			WITH over AS (
				UPDATE sessions SET ended_at = now() WHERE subject = $1 AND ended_at IS NULL RETURNING expires_at
			)
			SELECT count(*) FROM over WHERE expires_at > now()`, id)
		if err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "rider.end-sessions", Subject: id, Reason: reason, Before: facts{"sessions": ended}, After: facts{"sessions": 0}})
	})
	return ended, err
}
