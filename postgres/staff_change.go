package postgres

import (
	"context"
	"reflect"
	"slices"
	"time"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// admins locks the accounts that decide over the others, and one more if it is named, so that of two who would take each other's
// permission only one does. Whoever acts must still be one of them: staff.Lacking.
func admins(ctx context.Context, tx executor, with string) ([]staff.Member, error) {
	var rows []staffRow
	err := tx.SelectContext(ctx, &rows, selectStaff+`
		WHERE 'admin' = ANY(permissions) OR id::text = $1 ORDER BY id FOR NO KEY UPDATE`, with)
	if err != nil {
		return nil, err
	}
	list := make([]staff.Member, len(rows))
	for i, r := range rows {
		list[i] = r.member()
	}
	actor, acts := staff.ActorFrom(ctx)
	if acts && actor.Kind() != staff.ByConsole && !slices.ContainsFunc(list, func(m staff.Member) bool { return m.ID == actor.StaffID && m.Admin() }) {
		return nil, staff.Lacking(staff.Admin)
	}
	return list, nil
}

// memberChange is what is done to an account.
type memberChange struct {
	action string
	reason string
	edit   func(m *staff.Member)
	ends   bool // every session of the account
	hidden bool // what changes may not be shown
}

// changeMember changes an account, unless nobody could keep the accounts after that: staff.ErrLastAdmin. What changes nothing is not
// written down.
func (s *Store) changeMember(ctx context.Context, id string, c memberChange) (m staff.Member, err error) {
	err = s.atomically(ctx, c.action, func(tx executor) error {
		list, err := admins(ctx, tx, id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(m staff.Member) bool { return m.ID == id })
		if at < 0 {
			return staff.ErrMemberUnknown
		}
		before := list[at]
		c.edit(&list[at])
		m = list[at]
		if reflect.DeepEqual(before, m) {
			return nil
		}
		if before.Admin() && !slices.ContainsFunc(list, staff.Member.Admin) {
			return staff.ErrLastAdmin
		}
		if err := storeMember(ctx, tx, m); err != nil {
			return err
		}
		if c.ends {
			if err := endSessions(ctx, tx, id, ""); err != nil {
				return err
			}
		}
		d := staff.Deed{Action: c.action, Subject: m.Email, Reason: c.reason}
		if !c.hidden {
			d = changed(d, memberFacts(before), memberFacts(m))
		}
		return audit(ctx, tx, d)
	})
	return m, err
}

func memberFacts(m staff.Member) facts {
	return facts{"first_name": m.FirstName, "last_name": m.LastName, "permissions": permissionNames(m), "suspended": m.Suspended()}
}

// storeMember leaves the password as it is unless there is another.
func storeMember(ctx context.Context, tx executor, m staff.Member) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE staff SET first_name = $2, last_name = $3, permissions = $4, password_expires_at = $5, suspended_at = $6, suspended_reason = $7
		WHERE id = $1`,
		m.ID, m.FirstName, m.LastName, permissionNames(m), nullTime(m.PasswordExpires), nullTime(m.SuspendedAt), m.SuspendedReason)
	if err != nil || m.PasswordHash == "" {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE staff SET password_hash = $2 WHERE id = $1`, m.ID, m.PasswordHash)
	return err
}

// ChangeMember changes names and permissions: staff.ErrMemberUnknown, staff.ErrLastAdmin.
func (s *Store) ChangeMember(ctx context.Context, id string, e staff.Edit, reason string) (staff.Member, error) {
	return s.changeMember(ctx, id, memberChange{action: "staff.change", reason: reason, edit: e.Apply})
}

// SuspendMember lets an account do nothing any more, and ends its sessions: staff.ErrMemberUnknown, staff.ErrLastAdmin.
func (s *Store) SuspendMember(ctx context.Context, id, reason string, at time.Time) (staff.Member, error) {
	return s.changeMember(ctx, id, memberChange{action: "staff.suspend", reason: reason, ends: true, edit: func(m *staff.Member) {
		if !m.Suspended() {
			m.SuspendedAt, m.SuspendedReason = at.UTC().Truncate(time.Microsecond), reason
		}
	}})
}

// ReinstateMember undoes SuspendMember, but for the sessions.
func (s *Store) ReinstateMember(ctx context.Context, id, reason string) (staff.Member, error) {
	return s.changeMember(ctx, id, memberChange{action: "staff.reinstate", reason: reason, edit: func(m *staff.Member) {
		m.SuspendedAt, m.SuspendedReason = time.Time{}, ""
	}})
}

// ResetPassword gives an account a password that holds until a time, and ends its sessions.
func (s *Store) ResetPassword(ctx context.Context, id, hash string, expires time.Time, reason string) (staff.Member, error) {
	return s.changeMember(ctx, id, memberChange{action: "staff.reset-password", reason: reason, ends: true, hidden: true, edit: func(m *staff.Member) {
		m.PasswordHash, m.PasswordExpires = hash, expires.UTC().Truncate(time.Microsecond)
	}})
}

// SetOwnPassword gives an account the password that its owner chose in place of another, and ends its sessions:
// rider.ErrPassword when it has got a third one meanwhile.
func (s *Store) SetOwnPassword(ctx context.Context, m staff.Member, hash string) error {
	return s.atomically(ctx, "set own password", func(tx executor) error {
		var id, now string
		err := tx.GetContext(ctx, &id, `SELECT id FROM staff WHERE id = $1 AND suspended_at IS NULL FOR NO KEY UPDATE`, m.ID)
		if err != nil {
			return orElse(err, rider.ErrPassword)
		}
		// Nobody else writes it while the row is held; only log-in may read it.
		if err := s.logins.GetContext(ctx, &now, `SELECT password_hash FROM staff WHERE id = $1`, m.ID); err != nil {
			return err
		}
		if now != m.PasswordHash {
			return rider.ErrPassword
		}
		if _, err := tx.ExecContext(ctx, `UPDATE staff SET password_hash = $2, password_expires_at = NULL WHERE id = $1`, m.ID, hash); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, m.ID, ""); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "staff.password", Subject: m.Email})
	})
}
