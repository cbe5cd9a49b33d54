package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"rodada/domain/staff"
)

// tell puts an alert on the way to every webhook that wants its kind. It goes out when the transaction is done, and not if it fails.
func tell(ctx context.Context, tx executor, event string, a staff.Alert) error {
	body, err := json.Marshal(map[string]any{
		"type": event, "timestamp": time.Now().UTC().Format(time.RFC3339Nano), "data": told{
			ID: a.ID, Plate: a.Plate, Kind: a.Kind, Text: a.Text, RentalID: a.RentalID, RolloutID: a.RolloutID, RiderID: a.RiderID,
			OpenedAt: a.OpenedAt, Repeats: a.Repeats, ClosedAt: a.ClosedAt, ClosedBy: a.ClosedBy,
		},
	})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO webhook_deliveries (webhook_id, event, body)
		SELECT id, $1, $2 FROM webhooks WHERE NOT paused AND (cardinality(kinds) = 0 OR $3 = ANY (kinds))`, event, string(body), string(a.Kind))
	return err
}

// told is an alert as webhooks see it.
type told struct {
	ID        int64           `json:"id"`
	Plate     string          `json:"plate"`
	Kind      staff.AlertKind `json:"kind"`
	Text      string          `json:"text"`
	RentalID  string          `json:"rental_id,omitempty"`
	RolloutID string          `json:"rollout_id,omitempty"`
	RiderID   string          `json:"rider_id,omitempty"`
	OpenedAt  time.Time       `json:"opened_at"`
	Repeats   int             `json:"repeats"`
	ClosedAt  time.Time       `json:"closed_at,omitzero"`
	ClosedBy  string          `json:"closed_by,omitempty"`
}

type webhookRow struct {
	ID        string    `db:"id"`
	URL       string    `db:"url"`
	Kinds     []byte    `db:"kinds"`
	Secret    string    `db:"secret"`
	Paused    bool      `db:"paused"`
	CreatedAt time.Time `db:"created_at"`
}

const webhookColumns = `id, url, to_json(kinds) AS kinds, secret, paused, created_at`

func (r webhookRow) webhook() (staff.Webhook, error) {
	w := staff.Webhook{ID: r.ID, URL: r.URL, Secret: r.Secret, Paused: r.Paused, CreatedAt: r.CreatedAt.UTC()}
	return w, json.Unmarshal(r.Kinds, &w.Kinds)
}

// CreateWebhook begins to tell an address of alerts.
func (s *Store) CreateWebhook(ctx context.Context, w staff.Webhook) (made staff.Webhook, err error) {
	err = s.atomically(ctx, "create webhook", func(tx executor) error {
		made, err = createWebhook(ctx, tx, w)
		return err
	})
	return made, err
}

func createWebhook(ctx context.Context, tx executor, w staff.Webhook) (staff.Webhook, error) {
	return writeWebhook(ctx, tx, "webhook.create", `
		INSERT INTO webhooks (id, url, kinds, paused, secret) VALUES ($1, $2, coalesce($3::text[], '{}'), $4, $5) RETURNING `+webhookColumns, w, w.Secret)
}

// ChangeWebhook writes the address, the kinds and the pause of a webhook: staff.ErrWebhookUnknown.
func (s *Store) ChangeWebhook(ctx context.Context, w staff.Webhook) (made staff.Webhook, err error) {
	err = s.atomically(ctx, "change webhook", func(tx executor) error {
		made, err = writeWebhook(ctx, tx, "webhook.change", `
			UPDATE webhooks SET url = $2, kinds = coalesce($3::text[], '{}'), paused = $4 WHERE id = $1 RETURNING `+webhookColumns, w)
		return err
	})
	return made, err
}

func writeWebhook(ctx context.Context, tx executor, action, query string, w staff.Webhook, more ...any) (staff.Webhook, error) {
	var row webhookRow
	args := append([]any{w.ID, w.URL, texts(w.Kinds), w.Paused}, more...)
	if err := tx.GetContext(ctx, &row, query, args...); err != nil {
		return w, orElse(err, staff.ErrWebhookUnknown)
	}
	written, err := row.webhook()
	if err != nil {
		return w, err
	}
	return written, audit(ctx, tx, staff.Deed{Action: action, Subject: staff.WebhookPurpose(w.ID), After: map[string]any{
		"url": w.URL, "kinds": w.Kinds, "paused": w.Paused,
	}})
}

// DeleteWebhook forgets a webhook and what is on its way to it; one that is gone stays so.
func (s *Store) DeleteWebhook(ctx context.Context, id string) error {
	return s.atomically(ctx, "delete webhook", func(tx executor) error {
		var was []string
		if err := tx.SelectContext(ctx, &was, `DELETE FROM webhooks WHERE id = $1 RETURNING url`, id); err != nil || len(was) == 0 {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "webhook.delete", Subject: staff.WebhookPurpose(id), Before: map[string]any{"url": was[0]}})
	})
}

// Webhooks lists all, the oldest first.
func (s *Store) Webhooks(ctx context.Context) ([]staff.Webhook, error) {
	var rows []webhookRow
	err := s.once(ctx, "webhooks", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `SELECT `+webhookColumns+` FROM webhooks ORDER BY created_at, id`)
	})
	if err != nil {
		return nil, err
	}
	list := make([]staff.Webhook, len(rows))
	for i, r := range rows {
		if list[i], err = r.webhook(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

type deliveryRow struct {
	ID        string       `db:"id"`
	WebhookID string       `db:"webhook_id"`
	URL       string       `db:"url"`
	Secret    string       `db:"secret"`
	Event     string       `db:"event"`
	Body      string       `db:"body"`
	CreatedAt time.Time    `db:"created_at"`
	Attempts  int          `db:"attempts"`
	DueAt     sql.NullTime `db:"due_at"`
	SentAt    sql.NullTime `db:"sent_at"`
	Trouble   string       `db:"trouble"`
}

const deliveryColumns = `d.id, d.webhook_id, w.url, w.secret, d.event, d.body, d.created_at, d.attempts, d.due_at, d.sent_at, d.trouble`

func deliveries(rows []deliveryRow) []staff.Delivery {
	list := make([]staff.Delivery, len(rows))
	for i, r := range rows {
		list[i] = staff.Delivery{
			ID: r.ID, WebhookID: r.WebhookID, URL: r.URL, Secret: r.Secret, Event: r.Event, Body: r.Body, CreatedAt: r.CreatedAt.UTC(),
			Attempts: r.Attempts, DueAt: timeOf(r.DueAt), SentAt: timeOf(r.SentAt), Trouble: r.Trouble,
		}
	}
	return list
}

// Deliveries lists what a webhook was told lately, and what is on its way, newest first: staff.ErrWebhookUnknown.
func (s *Store) Deliveries(ctx context.Context, webhookID string, limit int) ([]staff.Delivery, error) {
	var rows []deliveryRow
	err := s.once(ctx, "deliveries", func(db executor) error {
		var known bool
		if err := db.GetContext(ctx, &known, `SELECT true FROM webhooks WHERE id = $1`, webhookID); err != nil {
			return orElse(err, staff.ErrWebhookUnknown)
		}
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT `+deliveryColumns+` FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
			WHERE d.webhook_id = $1 ORDER BY d.created_at DESC, d.id LIMIT $2`, webhookID, limit)
	})
	return deliveries(rows), err
}

// DueDeliveries takes deliveries that are due. Each is nobody else's for a while, and one attempt is counted, so that a
// crash costs an attempt and no delivery.
func (s *Store) DueDeliveries(ctx context.Context, limit int, mine time.Duration) ([]staff.Delivery, error) {
	var rows []deliveryRow
	err := s.once(ctx, "due deliveries", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			UPDATE webhook_deliveries d SET due_at = now() + $2::interval, attempts = attempts + 1 FROM webhooks w
			WHERE w.id = d.webhook_id AND d.id IN (
				SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
				WHERE d.due_at <= now() AND NOT w.paused ORDER BY d.due_at LIMIT $1 FOR UPDATE OF d SKIP LOCKED
			) RETURNING `+deliveryColumns, limit, mine.String())
	})
	return deliveries(rows), err
}

// Delivered notes that a delivery has arrived.
func (s *Store) Delivered(ctx context.Context, id string) error {
	return s.once(ctx, "delivered", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE webhook_deliveries SET sent_at = now(), due_at = NULL, trouble = '' WHERE id = $1 AND sent_at IS NULL`, id)
		return err
	})
}

// NotDelivered notes why an attempt failed, and when the next one is due; the zero time: never.
func (s *Store) NotDelivered(ctx context.Context, id, trouble string, next time.Time) error {
	return s.once(ctx, "not delivered", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE webhook_deliveries SET trouble = $2, due_at = $3 WHERE id = $1 AND sent_at IS NULL`, id, trouble, nullTime(next))
		return err
	})
}

// ForgetDeliveries deletes what is over and older than a time.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time) error {
	return s.once(ctx, "forget deliveries", func(db executor) error {
		_, err := db.ExecContext(ctx, `DELETE FROM webhook_deliveries WHERE due_at IS NULL AND created_at < $1`, before)
		return err
	})
}
