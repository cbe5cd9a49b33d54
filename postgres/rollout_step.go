package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rodada/domain/firmware"
)

// lostAfter is how long an upgrade of a rollout may wait for its workflow until it is tried again.
const lostAfter = 5 * time.Minute

// upgradeSpace is the name space of the upgrades that rollouts begin.
var upgradeSpace = uuid.MustParse("0d9f4d43-4bb7-4e0c-9c52-6f0f7d3f1b53")

// rolledUpgrade is the ID of the upgrade of a scooter in a rollout: the same for the same try, so that it is opened once.
func rolledUpgrade(rolloutID string, scooterID int64, try int) string {
	return uuid.NewSHA1(upgradeSpace, fmt.Appendf(nil, "%s/%d/%d", rolloutID, scooterID, try)).String()
}

// StepRollout judges a rollout by how its scooters stand, writes down what it came to, and gives those that begin now, which
// from then on run: as many as there is room for, in their order, without those that are in use or were not ready a moment ago.
// The same round again gives the same scooters, as far as their upgrades have not begun.
func (s *Store) StepRollout(ctx context.Context, step firmware.Step) (stand firmware.Stand, err error) {
	err = s.atomically(ctx, "step rollout", func(tx executor) error {
		stand = firmware.Stand{}
		if err := dropLost(ctx, tx, step); err != nil {
			return err
		}
		r, round, err := lockRollout(ctx, tx, step.RolloutID)
		if err != nil {
			return err
		}
		if r.State == firmware.RolloutRunning {
			if err := refreshTargets(ctx, tx, r, step); err != nil {
				return err
			}
		}
		if r.Groups, err = groupsOf(ctx, tx, r.ID); err != nil {
			return err
		}
		stand.Round, stand.OpensAt = round, step.Now
		was := r
		verdict, err := judge(ctx, tx, &r)
		if err != nil {
			return err
		}
		if r.State != was.State {
			if err := settleRollout(ctx, tx, r, step.Now); err != nil {
				return err
			}
		}
		stand.State, stand.Halt, stand.HaltGroup = r.State, r.Halt, r.HaltGroup
		if r.State == firmware.RolloutRunning {
			if r.Plan.Window != nil {
				stand.OpensAt = r.Plan.Window.NextOpening(step.Now)
			}
			stand.Closed = stand.OpensAt.After(step.Now)
			if err := begin(ctx, tx, &r, verdict, step, &stand); err != nil {
				return err
			}
		}
		stand.Groups = r.Groups
		return nil
	})
	return stand, err
}

// judge lets a rollout come to what it has come to.
func judge(ctx context.Context, tx executor, r *firmware.Rollout) (v firmware.Judgement, err error) {
	switch r.State {
	case firmware.RolloutStopping:
		running := 0
		for _, g := range r.Groups {
			running += g.Running
		}
		if running == 0 {
			r.State = firmware.RolloutStopped
		}
	case firmware.RolloutRunning:
		v = r.Plan.Decide(r.Groups)
		if v.Halt == "" && !v.Finished {
			var retired bool
			err = tx.GetContext(ctx, &retired, `SELECT retired_at IS NOT NULL FROM firmware_images WHERE id = $1`, r.Plan.ImageID)
			if retired {
				v.Halt = firmware.HaltImage
			}
		}
		switch {
		case v.Halt != "":
			r.State, r.Halt, r.HaltGroup = firmware.RolloutPaused, v.Halt, v.Group
		case v.Finished:
			r.State = firmware.RolloutFinished
		}
	}
	return v, err
}

// begin gives the scooters whose upgrades begin now.
func begin(ctx context.Context, tx executor, r *firmware.Rollout, v firmware.Judgement, step firmware.Step, stand *firmware.Stand) error {
	asked := step.Round > 0 && step.Round == stand.Round // it was done, and whoever asked has not heard
	room := min(v.Room, step.Most)
	if !asked && step.Round > 0 && room > 0 && !stand.OpensAt.After(step.Now) {
		n, err := claim(ctx, tx, *r, v.Open, room, step)
		if err != nil {
			return err
		}
		if asked = n > 0; asked {
			stand.Round = step.Round
			if _, err := tx.ExecContext(ctx, `UPDATE rollouts SET round = $2 WHERE id = $1`, r.ID, step.Round); err != nil {
				return err
			}
			if r.Groups, err = groupsOf(ctx, tx, r.ID); err != nil {
				return err
			}
			v.Room -= n
		}
	}
	for _, g := range r.Groups[:v.Open] {
		stand.Waiting += g.Pending
	}
	stand.Room = v.Room
	var err error
	if stand.Waits, err = waitsOf(ctx, tx, r.ID, v.Open); err != nil {
		return err
	}
	if !asked {
		return nil
	}
	return begun(ctx, tx, *r, step, stand)
}

// claim marks the scooters that are next.
func claim(ctx context.Context, tx executor, r firmware.Rollout, open, room int, step firmware.Step) (int, error) {
	var next []struct {
		ScooterID int64 `db:"scooter_id"`
		Tries     int   `db:"tries"`
	}
	err := tx.SelectContext(ctx, &next, `
		SELECT t.scooter_id, t.tries FROM rollout_targets t JOIN scooters s ON s.id = t.scooter_id
		WHERE t.rollout_id = $1 AND t.state = 'pending' AND t.number <= $2 AND s.hold = 'free'
			AND (t.waits = 0 OR t.updated_at <= $4::timestamptz - greatest($5::interval, least($5::interval * power(2, least(t.waits, 20) - 1), '1 hour')))
		ORDER BY t.number, t.position LIMIT $3`, r.ID, open, room, step.Now, step.RetryAfter.String())
	if err != nil || len(next) == 0 {
		return 0, err
	}
	scooters, upgrades := make([]int64, len(next)), make([]string, len(next))
	for i, n := range next {
		scooters[i], upgrades[i] = n.ScooterID, rolledUpgrade(r.ID, n.ScooterID, n.Tries+1)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE rollout_targets t SET state = 'running', trouble = '', tries = tries + 1, upgrade_id = n.upgrade, round = $4, updated_at = $5
		FROM unnest($2::bigint[], $3::uuid[]) AS n(scooter, upgrade) WHERE t.rollout_id = $1 AND t.scooter_id = n.scooter`,
		r.ID, scooters, upgrades, step.Round, step.Now)
	return len(next), err
}

// waitsOf is what the scooters wait for whose turn has come.
func waitsOf(ctx context.Context, tx executor, id string, open int) (waits []firmware.Wait, err error) {
	var rows []struct {
		For      firmware.Trouble `db:"trouble"`
		Scooters int              `db:"scooters"`
	}
	err = tx.SelectContext(ctx, &rows, `
		SELECT coalesce(nullif(`+targetTrouble+`, ''), $3) AS trouble, count(*) AS scooters
		FROM rollout_targets t JOIN scooters s ON s.id = t.scooter_id
		WHERE t.rollout_id = $1 AND t.state = 'pending' AND t.number <= $2 GROUP BY 1 ORDER BY 1`, id, open, firmware.WaitRoom)
	for _, r := range rows {
		waits = append(waits, firmware.Wait(r))
	}
	return waits, err
}

// targetTrouble is why a scooter is not done: one that somebody has now is waited for, whatever was wrong before.
const targetTrouble = `CASE WHEN t.state = 'pending' AND s.hold <> 'free' THEN 'held' ELSE t.trouble END`

// begun reads the scooters of a round whose upgrades no workflow has begun yet.
func begun(ctx context.Context, tx executor, r firmware.Rollout, step firmware.Step, stand *firmware.Stand) error {
	var rows []struct {
		ScooterID int64        `db:"scooter_id"`
		Plate     string       `db:"plate"`
		UpgradeID string       `db:"upgrade_id"`
		SilentAt  sql.NullTime `db:"silent_at"`
	}
	err := tx.SelectContext(ctx, &rows, `
		SELECT t.scooter_id, s.plate, t.upgrade_id, (
			SELECT max(u.ended_at) FROM upgrades u
			WHERE u.scooter_id = t.scooter_id AND u.rollout_id = t.rollout_id AND u.state = 'failed' AND u.trouble = 'silent') AS silent_at
		FROM rollout_targets t JOIN scooters s ON s.id = t.scooter_id
		WHERE t.rollout_id = $1 AND t.round = $2 AND t.state = 'running'
			AND NOT EXISTS (SELECT FROM upgrades u WHERE u.id = t.upgrade_id AND (u.run_id IS NOT NULL OR u.ended_at IS NOT NULL))
		ORDER BY t.number, t.position`, r.ID, step.Round)
	for _, row := range rows {
		stand.Begin = append(stand.Begin, firmware.Beginning{
			ScooterID: row.ScooterID, Plate: row.Plate, UpgradeID: row.UpgradeID, StaffID: r.StartedBy,
			SilentAt: timeOf(row.SilentAt),
		})
	}
	return err
}

// refreshTargets lets late scooters in, and counts those out that need no turn any more.
func refreshTargets(ctx context.Context, tx executor, r firmware.Rollout, step firmware.Step) error {
	if r.Plan.Late && step.Join {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO rollout_targets (rollout_id, scooter_id, number, position)
			SELECT $6, s.id, last.number, last.position + row_number() OVER (ORDER BY s.id)
			FROM (SELECT g.number, coalesce(max(t.position), 0) AS position
				FROM rollout_groups g LEFT JOIN rollout_targets t ON t.rollout_id = g.rollout_id AND t.number = g.number
				WHERE g.rollout_id = $6 GROUP BY g.number ORDER BY g.number DESC LIMIT 1) last,
				LATERAL (SELECT s.id`+matchingTargets+`AND NOT EXISTS (
					SELECT FROM rollout_targets t WHERE t.rollout_id = $6 AND t.scooter_id = s.id)) s`, append(targetFilter(r.Plan), r.ID)...)
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE rollout_targets t SET updated_at = $2,
			state = CASE WHEN s.service <> 'retired' AND s.firmware = i.version THEN 'done' ELSE 'skipped' END,
			trouble = CASE WHEN s.service = 'retired' THEN $4 WHEN s.firmware = i.version THEN $5 ELSE $6 END
		FROM scooters s, firmware_images i
		WHERE t.rollout_id = $1 AND t.state = 'pending' AND s.id = t.scooter_id AND i.id = $3
			AND (s.service = 'retired' OR s.firmware = i.version OR s.model_id <> i.model_id)`,
		r.ID, step.Now, r.Plan.ImageID, firmware.TroubleRetired, firmware.TroubleSame, firmware.TroubleModel)
	if err != nil || step.Patience <= 0 {
		return err
	}
	// updated_at is when it was found silent the last time.
	_, err = tx.ExecContext(ctx, `
		UPDATE rollout_targets SET state = 'skipped', updated_at = $2
		WHERE rollout_id = $1 AND state = 'pending' AND trouble = 'silent' AND updated_at >= silent_since + $3::interval`,
		r.ID, step.Now, step.Patience.String())
	return err
}

// dropLost gives back the scooters whose upgrades were handed out and never begun. The upgrades come first, as everywhere.
func dropLost(ctx context.Context, tx executor, step firmware.Step) error {
	before := step.Now.Add(-lostAfter)
	_, err := tx.ExecContext(ctx, `
		UPDATE upgrades u SET state = 'failed', trouble = $3, updated_at = $4, ended_at = $4
		FROM rollout_targets t
		WHERE t.rollout_id = $1 AND t.state = 'running' AND t.updated_at < $2 AND u.id = t.upgrade_id AND u.run_id IS NULL AND u.ended_at IS NULL`,
		step.RolloutID, before, firmware.TroubleNotBegun, step.Now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE rollout_targets t SET state = 'pending', trouble = $3, waits = waits + 1, updated_at = $4
		WHERE t.rollout_id = $1 AND t.state = 'running' AND t.updated_at < $2 AND NOT EXISTS (SELECT FROM upgrades u WHERE u.id = t.upgrade_id)`,
		step.RolloutID, before, firmware.TroubleNotBegun, step.Now)
	return err
}

// PassTarget writes down that an upgrade that a rollout was about to begin was refused, and how its scooter stands for that.
func (s *Store) PassTarget(ctx context.Context, upgradeID string, to firmware.TargetState, why firmware.Trouble, at time.Time) error {
	return s.once(ctx, "pass rollout target", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE rollout_targets t SET state = $2, trouble = $3, waits = waits + 1, updated_at = $4,
				silent_since = CASE WHEN $3 = 'silent' THEN coalesce(silent_since, $4) END
			WHERE t.upgrade_id = $1 AND t.state = 'running' AND NOT EXISTS (SELECT FROM upgrades u WHERE u.id = t.upgrade_id)`, upgradeID, to, why, at)
		return err
	})
}
