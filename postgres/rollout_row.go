package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"rodada/domain/firmware"
)

const rolloutFields = `r.id, r.plan, r.state, r.halt, r.halt_group, r.reason, r.round, r.created_by, r.changed_by,
	to_json(r.authors) AS authors, r.approved_by, r.started_by,
	r.created_at, r.updated_at, r.started_at, r.ended_at `

type rolloutRow struct {
	ID         string                `db:"id"`
	Plan       []byte                `db:"plan"`
	State      firmware.RolloutState `db:"state"`
	Halt       firmware.Halt         `db:"halt"`
	HaltGroup  int                   `db:"halt_group"`
	Reason     string                `db:"reason"`
	Round      int                   `db:"round"`
	CreatedBy  string                `db:"created_by"`
	ChangedBy  string                `db:"changed_by"`
	Authors    []byte                `db:"authors"`
	ApprovedBy sql.NullString        `db:"approved_by"`
	StartedBy  sql.NullString        `db:"started_by"`
	CreatedAt  time.Time             `db:"created_at"`
	UpdatedAt  time.Time             `db:"updated_at"`
	StartedAt  sql.NullTime          `db:"started_at"`
	EndedAt    sql.NullTime          `db:"ended_at"`
	Place      string                `db:"place"`
}

func (r rolloutRow) rollout() (firmware.Rollout, error) {
	rollout := firmware.Rollout{
		ID: r.ID, State: r.State, Halt: r.Halt, HaltGroup: r.HaltGroup, Reason: r.Reason,
		CreatedBy: r.CreatedBy, ChangedBy: r.ChangedBy, ApprovedBy: r.ApprovedBy.String, StartedBy: r.StartedBy.String,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), StartedAt: timeOf(r.StartedAt), EndedAt: timeOf(r.EndedAt),
	}
	if err := json.Unmarshal(r.Authors, &rollout.Authors); err != nil {
		return rollout, err
	}
	return rollout, json.Unmarshal(r.Plan, &rollout.Plan)
}

// lockRollout reads a rollout that nobody else decides on meanwhile: firmware.ErrRolloutUnknown.
func lockRollout(ctx context.Context, tx executor, id string) (firmware.Rollout, int, error) {
	var row rolloutRow
	if err := tx.GetContext(ctx, &row, `SELECT `+rolloutFields+`FROM rollouts r WHERE r.id = $1 FOR UPDATE`, id); err != nil {
		return firmware.Rollout{}, 0, orElse(err, firmware.ErrRolloutUnknown)
	}
	r, err := row.rollout()
	return r, row.Round, err
}

// groupsOf is how the scooters of a rollout stand, group by group.
func groupsOf(ctx context.Context, tx executor, id string) ([]firmware.Group, error) {
	var rows []struct {
		Number  int  `db:"number"`
		Excused int  `db:"excused"`
		Passed  bool `db:"passed"`
		tallyRow
	}
	err := tx.SelectContext(ctx, &rows, `
		SELECT g.number, g.excused, g.passed, `+tallies+`
		FROM rollout_groups g LEFT JOIN rollout_targets t ON t.rollout_id = g.rollout_id AND t.number = g.number
		WHERE g.rollout_id = $1 GROUP BY g.rollout_id, g.number ORDER BY g.number`, id)
	groups := make([]firmware.Group, len(rows))
	for i, r := range rows {
		groups[i] = firmware.Group{Number: r.Number, Excused: r.Excused, Passed: r.Passed, Tally: firmware.Tally(r.tallyRow)}
	}
	return groups, err
}

const tallies = `
	count(*) FILTER (WHERE t.state = 'pending') AS pending, count(*) FILTER (WHERE t.state = 'running') AS running,
	count(*) FILTER (WHERE t.state = 'done') AS done, count(*) FILTER (WHERE t.state = 'failed') AS failed,
	count(*) FILTER (WHERE t.state = 'parked') AS parked, count(*) FILTER (WHERE t.state = 'skipped') AS skipped `

type tallyRow struct {
	Pending int `db:"pending"`
	Running int `db:"running"`
	Done    int `db:"done"`
	Failed  int `db:"failed"`
	Parked  int `db:"parked"`
	Skipped int `db:"skipped"`
}
