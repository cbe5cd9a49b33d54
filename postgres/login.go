package postgres

import (
	"context"
	"errors"
	"time"

	"rodada/domain/letter"
	"rodada/domain/rider"
)

// oneLogin has everything that concerns one log-in of another service done one after the other.
func oneLogin(ctx context.Context, tx executor, i rider.Identity) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 1))`, i.Service, i.Subject)
	return err
}

// EnterLogin finds the account that a log-in of another service opens: the one that it is linked to; else the one with the address that
// the service has verified, which is linked, and the letter tells its owner; else the new one. rider.ErrSuspended, of one that
// would have to be linked, and rider.ErrLoginTwice, with nothing changed.
func (s *Store) EnterLogin(ctx context.Context, i rider.Identity, fresh rider.Rider, e letter.Envelope) (rider.Rider, error) {
	for attempt := 1; ; attempt++ {
		r, err := s.enterLogin(ctx, i, fresh, e)
		if errors.Is(err, rider.ErrEmailTaken) && attempt < attempts { // by somebody who was faster, so the next look finds them
			continue
		}
		return r, err
	}
}

func (s *Store) enterLogin(ctx context.Context, i rider.Identity, fresh rider.Rider, e letter.Envelope) (r rider.Rider, err error) {
	err = s.atomically(ctx, "enter login", func(tx executor) error {
		if err := oneLogin(ctx, tx, i); err != nil {
			return err
		}
		row, found, err := linked(ctx, tx, i)
		r = row.rider()
		switch {
		case err != nil:
			return err
		case found:
			return nil
		case row.SuspendedAt.Valid:
			return rider.ErrSuspended
		case row.ID != "":
			if err := link(ctx, tx, r.ID, i); err != nil {
				return err
			}
			return post(ctx, tx, r.ID, e)
		}
		r = fresh
		if err := createRider(ctx, tx, fresh); err != nil {
			return err
		}
		return link(ctx, tx, fresh.ID, i)
	})
	return r, err
}

// linked is the account that a log-in opens, or would, and nobody leaves it until the transaction is done; without an ID there is none.
func linked(ctx context.Context, tx executor, i rider.Identity) (row riderRow, found bool, err error) {
	err = tx.GetContext(ctx, &row, `
		SELECT `+openColumns+` FROM riders JOIN rider_logins ON rider_id = id WHERE service = $1 AND subject = $2 AND deleted_at IS NULL FOR UPDATE OF riders`,
		i.Service, i.Subject)
	if err == nil { // who removed it meanwhile had the account locked until now
		err = tx.GetContext(ctx, &found, `SELECT EXISTS (SELECT FROM rider_logins WHERE service = $1 AND subject = $2)`, i.Service, i.Subject)
	}
	if err := orElse(err, nil); err != nil || found {
		return row, found, err
	}
	if row = (riderRow{}); i.Email == "" {
		return row, false, nil
	}
	err = tx.GetContext(ctx, &row, `SELECT `+openColumns+` FROM riders WHERE lower(email) = lower($1) AND email <> '' FOR UPDATE`, i.Email)
	return row, false, orElse(err, nil)
}

func link(ctx context.Context, tx executor, riderID string, i rider.Identity) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO rider_logins (service, subject, rider_id) VALUES ($1, $2, $3)`, i.Service, i.Subject, riderID)
	return err
}

// LinkLogin has a log-in of another service open a rider's account, and the letter tells the rider: rider.ErrLoginTaken,
// rider.ErrLoginTwice. One that does already changes nothing.
func (s *Store) LinkLogin(ctx context.Context, riderID string, i rider.Identity, e letter.Envelope) error {
	return s.atomically(ctx, "link login", func(tx executor) error {
		if err := oneLogin(ctx, tx, i); err != nil {
			return err
		}
		if err := lockRider(ctx, tx, riderID); err != nil {
			return err
		}
		var done bool
		err := tx.GetContext(ctx, &done, `
			SELECT EXISTS (SELECT FROM rider_logins WHERE service = $1 AND subject = $2 AND rider_id = $3)`, i.Service, i.Subject, riderID)
		if err != nil || done {
			return err
		}
		if err := link(ctx, tx, riderID, i); err != nil {
			return err
		}
		return post(ctx, tx, riderID, e)
	})
}

// lockRider waits for whoever changes or deletes an account: rider.ErrToken when there is none any more.
func lockRider(ctx context.Context, tx executor, id string) error {
	var known bool
	return orElse(tx.GetContext(ctx, &known, `SELECT true FROM riders WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, id), rider.ErrToken)
}

// UnlinkLogin has a service open a rider's account no more, and ends every other session: rider.ErrLoginUnknown, and rider.ErrLoginLast
// where nothing else would open it.
func (s *Store) UnlinkLogin(ctx context.Context, riderID, service, session string) error {
	return s.atomically(ctx, "unlink login", func(tx executor) error {
		if err := lockRider(ctx, tx, riderID); err != nil {
			return err
		}
		var is, last bool
		err := tx.GetContext(ctx, &is, `SELECT EXISTS (SELECT FROM rider_logins WHERE rider_id = $1 AND service = $2)`, riderID, service)
		if err != nil {
			return err
		}
		if !is {
			return rider.ErrLoginUnknown
		}
		err = tx.GetContext(ctx, &last, `
			SELECT NOT has_password AND (SELECT count(*) FROM rider_logins WHERE rider_id = $1) = 1 FROM riders WHERE id = $1`, riderID)
		if err != nil {
			return err
		}
		if last {
			return rider.ErrLoginLast
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM rider_logins WHERE rider_id = $1 AND service = $2`, riderID, service); err != nil {
			return err
		}
		return endSessions(ctx, tx, riderID, session)
	})
}

// Links lists the log-ins of other services that open a rider's account.
func (s *Store) Links(ctx context.Context, riderID string) ([]rider.Link, error) {
	var rows []struct {
		Service  string    `db:"service"`
		Subject  string    `db:"subject"`
		LinkedAt time.Time `db:"linked_at"`
	}
	err := s.once(ctx, "links", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `SELECT service, subject, linked_at FROM rider_logins WHERE rider_id = $1 ORDER BY service`, riderID)
	})
	list := make([]rider.Link, len(rows))
	for i, r := range rows {
		list[i] = rider.Link{Service: r.Service, Subject: r.Subject, LinkedAt: r.LinkedAt.UTC()}
	}
	return list, err
}
