package postgres

import (
	"context"
	"slices"

	"rodada/domain/firmware"
	"rodada/domain/staff"
)

// ProposeDecision keeps what a member of staff decides of an upgrade, and who that is, until the upgrade takes it: then it is a
// deed. What the upgrade refuses is forgotten when it ends. The same ID again changes nothing.
func (s *Store) ProposeDecision(ctx context.Context, d firmware.UpgradeDecision) error {
	actor, _ := staff.ActorFrom(ctx)
	return s.once(ctx, "propose decision", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			INSERT INTO upgrade_decisions (id, upgrade_id, verb, reason, staff_id, staff_email, address, request_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			d.ID, d.UpgradeID, d.Verb, d.Reason, nullText(actor.StaffID), actor.Email, actor.Address, actor.RequestID)
		return err
	})
}

// upgradeStood is where an upgrade was before a change.
type upgradeStood struct {
	Plate   string           `db:"plate"`
	State   firmware.State   `db:"state"`
	Trouble firmware.Trouble `db:"trouble"`
}

// takeDecisions makes deeds of the decisions that led to a change, once, in the transaction that stores it.
func takeDecisions(ctx context.Context, tx executor, was upgradeStood, c firmware.Change) error {
	var taken []struct {
		Verb      string `db:"verb"`
		Reason    string `db:"reason"`
		StaffID   string `db:"staff_id"`
		Email     string `db:"staff_email"`
		Address   string `db:"address"`
		RequestID string `db:"request_id"`
	}
	ids := slices.DeleteFunc(slices.Clone(c.Decisions), func(id string) bool { return !isID(id) }) // told by hand, in Temporal's UI
	if len(ids) > 0 {
		err := tx.SelectContext(ctx, &taken, `
			WITH taken AS (DELETE FROM upgrade_decisions WHERE upgrade_id = $1 AND id = ANY ($2::uuid[]) RETURNING *)
			SELECT verb, reason, coalesce(staff_id::text, '') AS staff_id, staff_email, address, request_id FROM taken ORDER BY at, id`,
			c.ID, ids)
		if err != nil {
			return err
		}
	}
	for _, d := range taken {
		by := staff.Acting(ctx, staff.Actor{StaffID: d.StaffID, Email: d.Email, Address: d.Address, RequestID: d.RequestID})
		err := audit(by, tx, staff.Deed{
			Action: "scooter.upgrade-" + d.Verb, Subject: was.Plate, Reason: d.Reason,
			Before: facts{"upgrade": c.ID, "state": was.State, "trouble": was.Trouble}, After: facts{"state": c.State, "trouble": c.Trouble},
		})
		if err != nil {
			return err
		}
	}
	if !c.State.Over() {
		return nil
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM upgrade_decisions WHERE upgrade_id = $1`, c.ID) // the refused
	return err
}

// auditCancelled writes down that an upgrade is given up, and that it was nobody who asked for it here.
func auditCancelled(ctx context.Context, tx executor, was upgradeStood, c firmware.Change) error {
	return audit(staff.Acting(ctx, staff.Actor{Email: staff.System}), tx, staff.Deed{
		Action: "scooter.upgrade-abort", Subject: was.Plate, Reason: c.Detail,
		Before: facts{"upgrade": c.ID, "state": was.State, "trouble": was.Trouble}, After: facts{"state": c.State, "trouble": c.Trouble},
	})
}
