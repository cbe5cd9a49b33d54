package postgres

import (
	"cmp"
	"context"
	"errors"

	"rodada/domain/pass"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// RevokePass has a pass pay for no ride that begins from now on; nothing is given back. One that is revoked stays so: pass.ErrUnknown.
func (s *Store) RevokePass(ctx context.Context, id, reason string) (pass.Pass, error) {
	return s.endPass(ctx, "revoke a pass", id, func(tx executor, p pass.Pass) error {
		if !p.RevokedAt.IsZero() {
			return nil
		}
		return endPassOn(ctx, tx, p, "pass.revoke", reason)
	})
}

// RefundPass gives the price of a pass back that no ride has, and ends it; once: pass.ErrUnknown, pass.ErrGiven, pass.ErrUsed,
// rider.ErrUnknown when its rider is gone.
func (s *Store) RefundPass(ctx context.Context, id, reason string) (pass.Pass, error) {
	return s.endPass(ctx, "refund a pass", id, func(tx executor, p pass.Pass) error {
		switch {
		case p.Refunded:
			return nil
		case p.Given:
			return pass.ErrGiven
		}
		if err := lockRider(ctx, tx, p.RiderID); err != nil {
			if errors.Is(err, rider.ErrToken) {
				err = rider.ErrUnknown
			}
			return err
		}
		var riding bool
		err := tx.GetContext(ctx, &riding, `SELECT EXISTS (SELECT FROM rentals WHERE pass_id = $1 AND outcome = '')`, p.ID)
		if err != nil || riding || p.UsedRides > 0 {
			return cmp.Or(err, error(pass.ErrUsed))
		}
		if _, err := bookOn(ctx, tx, wallet.RepayPass(p.ID, p.RiderID, p.Price, reason)); err != nil {
			return err
		}
		p.Refunded = true
		return endPassOn(ctx, tx, p, "pass.refund", reason)
	})
}

// endPass locks a pass, so that no ride opens with it meanwhile, has something done to it and reads it again.
func (s *Store) endPass(ctx context.Context, what, id string, do func(executor, pass.Pass) error) (p pass.Pass, err error) {
	if !isID(id) {
		return p, pass.ErrUnknown
	}
	err = s.atomically(ctx, what, func(tx executor) error {
		if err := tx.GetContext(ctx, new(string), `SELECT id FROM passes WHERE id = $1 FOR UPDATE`, id); err != nil {
			return orElse(err, pass.ErrUnknown)
		}
		if p, err = passOn(ctx, tx, id); err != nil { // a statement of its own: it sees the rides that were waited for
			return err
		}
		if err := do(tx, p); err != nil {
			return err
		}
		p, err = passOn(ctx, tx, id)
		return err
	})
	return p, err
}

func endPassOn(ctx context.Context, tx executor, p pass.Pass, action, reason string) error {
	_, err := tx.ExecContext(ctx, `UPDATE passes SET revoked_at = coalesce(revoked_at, clock_timestamp()), refunded = $2 WHERE id = $1`, p.ID, p.Refunded)
	if err != nil {
		return err
	}
	after := facts{"pass_id": p.ID, "product_id": p.Product.ID, "used_rides": p.UsedRides, "used_minutes": p.UsedMinutes}
	if p.Refunded {
		after["refunded"] = p.Price
	}
	return audit(ctx, tx, staff.Deed{Action: action, Subject: p.RiderID, Reason: reason, After: after})
}
