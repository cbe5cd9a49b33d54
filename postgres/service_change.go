package postgres

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"rodada/domain/staff"
)

// CreateService stores a new service with its first secret: staff.ErrServiceTaken.
func (s *Store) CreateService(ctx context.Context, one staff.Service, secret string, hash []byte, reason string) (made staff.Service, err error) {
	err = s.atomically(ctx, "create service", func(tx executor) error {
		if _, err := admins(ctx, tx, ""); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO services (id, name, permissions, networks, expires_at) VALUES ($1, $2, $3, $4::text[]::cidr[], $5)`,
			one.ID, one.Name, texts(one.Permissions), networkTexts(one.Networks), nullTime(one.ExpiresAt))
		if err != nil {
			return err
		}
		if err := addSecret(ctx, tx, one.ID, secret, hash); err != nil {
			return err
		}
		if made, err = serviceByID(ctx, tx, one.ID, ""); err != nil {
			return err
		}
		after := serviceFacts(made)
		after["secret"] = secret
		return audit(ctx, tx, staff.Deed{Action: "service.create", Subject: one.Name, After: after, Reason: reason})
	})
	return made, err
}

func addSecret(ctx context.Context, tx executor, id, secret string, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO service_secrets (id, service_id, hash) VALUES ($1, $2, $3)`, secret, id, hash)
	return err
}

func networkTexts(list []netip.Prefix) []string {
	plain := make([]string, len(list))
	for i, n := range list {
		plain[i] = n.String()
	}
	return plain
}

// serviceChange does something to a service that nobody else changes meanwhile, and writes it down: staff.ErrServiceUnknown. What changes
// nothing is not written down.
func (s *Store) serviceChange(
	ctx context.Context, id, action, reason string, do func(tx executor, before staff.Service) (staff.Deed, error),
) (now staff.Service, err error) {
	err = s.atomically(ctx, action, func(tx executor) error {
		if _, err := admins(ctx, tx, ""); err != nil {
			return err
		}
		before, err := serviceByID(ctx, tx, id, "FOR NO KEY UPDATE OF v")
		if err != nil {
			return err
		}
		d, err := do(tx, before)
		if err != nil {
			return err
		}
		if now, err = serviceByID(ctx, tx, id, ""); err != nil {
			return err
		}
		if d.Action == "" {
			d = changed(d, serviceFacts(before), serviceFacts(now))
			if after, _ := d.After.(facts); len(after) == 0 {
				return nil
			}
		}
		d.Action, d.Subject, d.Reason = action, before.Name, reason
		return audit(ctx, tx, d)
	})
	return now, err
}

func serviceFacts(s staff.Service) facts {
	f := facts{
		"name": s.Name, "permissions": texts(s.Permissions), "networks": networkTexts(s.Networks), "suspended": s.Suspended(), "expires_at": nil,
	}
	if !s.ExpiresAt.IsZero() {
		f["expires_at"] = s.ExpiresAt.Format(time.RFC3339)
	}
	return f
}

// editService is a change of what a service is.
func (s *Store) editService(ctx context.Context, id, action, reason string, edit func(*staff.Service)) (staff.Service, error) {
	return s.serviceChange(ctx, id, action, reason, func(tx executor, one staff.Service) (staff.Deed, error) {
		suspended := one.Suspended()
		edit(&one)
		if one.Suspended() && !suspended {
			if _, err := tx.ExecContext(ctx, `UPDATE service_secrets SET tokens = gen_random_uuid() WHERE service_id = $1`, id); err != nil {
				return staff.Deed{}, err
			}
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE services SET name = $2, permissions = $3, networks = $4::text[]::cidr[], expires_at = $5, suspended_at = $6, suspended_reason = $7
			WHERE id = $1`,
			id, one.Name, texts(one.Permissions), networkTexts(one.Networks), nullTime(one.ExpiresAt), nullTime(one.SuspendedAt), one.SuspendedReason)
		return staff.Deed{}, err
	})
}

// ChangeService changes what a service is called, may do, and may come from: staff.ErrServiceUnknown, staff.ErrServiceTaken.
func (s *Store) ChangeService(ctx context.Context, id string, e staff.ServiceEdit, reason string) (staff.Service, error) {
	return s.editService(ctx, id, "service.change", reason, e.Apply)
}

// SuspendService lets a service do nothing any more, and ends its tokens: staff.ErrServiceUnknown.
func (s *Store) SuspendService(ctx context.Context, id, reason string, at time.Time) (staff.Service, error) {
	return s.editService(ctx, id, "service.suspend", reason, func(one *staff.Service) {
		if !one.Suspended() {
			one.SuspendedAt, one.SuspendedReason = at.UTC().Truncate(time.Microsecond), reason
		}
	})
}

// ReinstateService undoes SuspendService, but for the tokens: staff.ErrServiceUnknown.
func (s *Store) ReinstateService(ctx context.Context, id, reason string) (staff.Service, error) {
	return s.editService(ctx, id, "service.reinstate", reason, func(one *staff.Service) {
		one.SuspendedAt, one.SuspendedReason = time.Time{}, ""
	})
}

// AddServiceSecret gives a service another secret beside the one that it has: staff.ErrServiceUnknown, staff.ErrServiceSecrets.
func (s *Store) AddServiceSecret(ctx context.Context, id, secret string, hash []byte, reason string) (staff.Service, error) {
	return s.serviceChange(ctx, id, "service.add-secret", reason, func(tx executor, one staff.Service) (staff.Deed, error) {
		if len(one.Secrets) >= staff.ServiceSecrets {
			return staff.Deed{}, staff.ErrServiceSecrets
		}
		return staff.Deed{Action: "done", After: facts{"secret": secret}}, addSecret(ctx, tx, id, secret, hash)
	})
}

// RemoveServiceSecret takes a secret from a service, and all tokens that were given for it: staff.ErrServiceUnknown, staff.ErrSecretUnknown.
func (s *Store) RemoveServiceSecret(ctx context.Context, id, secret, reason string) (staff.Service, error) {
	return s.serviceChange(ctx, id, "service.remove-secret", reason, func(tx executor, one staff.Service) (staff.Deed, error) {
		if !slices.ContainsFunc(one.Secrets, func(k staff.ServiceSecret) bool { return k.ID == secret }) {
			return staff.Deed{}, staff.ErrSecretUnknown
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM service_secrets WHERE id = $1`, secret)
		return staff.Deed{Action: "done", Before: facts{"secret": secret}}, err
	})
}

// DeleteService takes a service away with its secrets and tokens: staff.ErrServiceUnknown. What it did keeps its name.
func (s *Store) DeleteService(ctx context.Context, id, reason string) error {
	return s.atomically(ctx, "delete service", func(tx executor) error {
		if _, err := admins(ctx, tx, ""); err != nil {
			return err
		}
		one, err := serviceByID(ctx, tx, id, "FOR NO KEY UPDATE OF v")
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM service_secrets WHERE service_id = $1`, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE services SET deleted_at = now() WHERE id = $1`, id); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "service.delete", Subject: one.Name, Before: serviceFacts(one), Reason: reason})
	})
}
