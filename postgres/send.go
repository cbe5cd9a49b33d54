package postgres

import (
	"context"
	"encoding/json"

	"rodada/domain/command"
)

// insertSends is the part of a statement that stores sends: of the scooter and plate, the origin and its ID that the table
// owner gives, those in the JSON list at the parameter. What is stored already stays, but for a silent send that was answered
// after all.
func insertSends(owner, list string) string {
	return `
		INSERT INTO sends (send_id, scooter_id, plate, code, origin, origin_id,
			asked_at, sent, sent_at, received, received_at, outcome, status, unsent)
		SELECT x.id, owner.scooter_id, owner.plate, x.code, owner.origin, owner.origin_id,
			x.asked_at, decode(x.sent, 'base64'), x.sent_at, decode(x.received, 'base64'), x.received_at,
			x.outcome, x.status, coalesce(x.unsent, '')
		FROM (` + owner + `) owner, jsonb_to_recordset(` + list + `::jsonb) AS x(id text, code integer, asked_at timestamptz, sent text,
			sent_at timestamptz, received text, received_at timestamptz, outcome text, status integer, unsent text)
		ON CONFLICT (send_id) DO UPDATE SET outcome = excluded.outcome, status = excluded.status,
			received = excluded.received, received_at = excluded.received_at
		WHERE sends.outcome = 'silent' AND sends.received_at IS NULL AND excluded.received_at IS NOT NULL`
}

// sendsText is sends as insertSends takes them.
func sendsText(sends []command.Send) (string, error) {
	if len(sends) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(sends)
	return string(text), err
}

var storeSends = insertSends(`
	SELECT (SELECT id FROM scooters WHERE plate = $1) AS scooter_id, $1::text AS plate, $2::text AS origin, $3::text AS origin_id`, "$4")

// StoreSends stores what a scooter was sent, each send once by its ID.
func (s *Store) StoreSends(ctx context.Context, b command.Batch) error {
	text, err := sendsText(b.Sends)
	if err != nil || len(b.Sends) == 0 {
		return err
	}
	return s.once(ctx, "store sends", func(db executor) error {
		_, err := db.ExecContext(ctx, storeSends, b.Plate, b.Origin, b.OriginID, text)
		return err
	})
}
