package postgres

import (
	"context"

	"rodada/domain/firmware"
)

// unheard is how many steps a run that was ended from outside may still store, which nobody heeds any more.
const unheard = 1000

// ClaimedUpgrades are the upgrades that hold their scooters, the oldest first: each has a workflow, or had one.
func (s *Store) ClaimedUpgrades(ctx context.Context) (list []firmware.Upgrade, err error) {
	var rows []upgradeRow
	err = s.once(ctx, "list claimed upgrades", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows,
			`SELECT `+upgradeFields+fromUpgrades+`WHERE u.ended_at IS NULL AND u.run_id IS NOT NULL ORDER BY u.started_at, u.id`)
	})
	for _, r := range rows {
		list = append(list, r.upgrade())
	}
	return list, err
}

// TakeOverUpgrade gives an upgrade, and the scooter that it holds, to the first run of another workflow, from the run that had it,
// which the caller knows to be over. The run that has taken it may ask again.
func (s *Store) TakeOverUpgrade(ctx context.Context, id, runID, from string) (took firmware.Takeover, err error) {
	if !isID(id) {
		return took, nil
	}
	err = s.atomically(ctx, "take over upgrade", func(tx executor) error {
		took = firmware.Takeover{}
		var scooterID int64 // the scooter's row first, as everybody does who wants it
		err := tx.GetContext(ctx, &scooterID, `SELECT id FROM scooters WHERE id = (SELECT scooter_id FROM upgrades WHERE id = $1) FOR UPDATE`, id)
		if err != nil {
			return orElse(err, nil)
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE upgrades SET run_id = $2, heirs = heirs + 1, seq = seq + $4 WHERE id = $1 AND run_id = $3 AND run_id <> $2 AND ended_at IS NULL`,
			id, runID, from, unheard)
		if err != nil {
			return err
		}
		var row struct {
			Heirs    int            `db:"heirs"`
			Seq      int            `db:"seq"`
			State    firmware.State `db:"state"`
			Detail   string         `db:"detail"`
			From     string         `db:"from_version"`
			Attempt  int            `db:"attempt"`
			Sent     int            `db:"sent"`
			Failures int            `db:"failures"`
		}
		err = tx.GetContext(ctx, &row, `
			SELECT heirs, seq, state, detail, from_version, attempt, sent, failures FROM upgrades
			WHERE id = $1 AND run_id = $2 AND heirs > 0 AND ended_at IS NULL`, id, runID)
		if err != nil {
			return orElse(err, nil)
		}
		took = firmware.Takeover{
			Ours: true, Heirs: row.Heirs, Seq: row.Seq, State: row.State, Detail: row.Detail, From: row.From, Attempt: row.Attempt,
			Sent: row.Sent, Failures: row.Failures,
		}
		return nil
	})
	return took, err
}
