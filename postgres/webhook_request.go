package postgres

import (
	"context"

	"rodada/domain/rental"
	"rodada/domain/staff"
)

// RequestWebhook is CreateWebhook, once for each key of a member of staff: a repetition is answered with the webhook that the
// first made, as it is now: rental.ErrKeyReused when it is of another request, staff.ErrWebhookUnknown when the webhook is gone.
func (s *Store) RequestWebhook(ctx context.Context, w staff.Webhook, request staff.Request) (made staff.Webhook, err error) {
	err = s.atomically(ctx, "request webhook", func(tx executor) error {
		first, err := tx.ExecContext(ctx, `
			INSERT INTO webhook_requests (staff_id, key, digest, webhook_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			request.StaffID, request.Key, request.Digest, w.ID)
		if err != nil {
			return err
		}
		if n, err := first.RowsAffected(); err != nil {
			return err
		} else if n > 0 {
			made, err = createWebhook(ctx, tx, w)
			return err
		}
		var before struct {
			Digest string `db:"digest"`
			ID     string `db:"webhook_id"`
		}
		err = tx.GetContext(ctx, &before, `SELECT digest, webhook_id FROM webhook_requests WHERE staff_id = $1 AND key = $2`, request.StaffID, request.Key)
		switch {
		case err != nil:
			return err
		case before.Digest != request.Digest:
			return rental.ErrKeyReused
		}
		var row webhookRow
		if err := tx.GetContext(ctx, &row, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1`, before.ID); err != nil {
			return orElse(err, staff.ErrWebhookUnknown)
		}
		made, err = row.webhook()
		return err
	})
	return made, err
}
