package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
)

const upgradeFields = `u.id, u.scooter_id, u.plate, u.image_id, i.version, i.model_id, m.name AS model, u.rollout_id, u.run_id, u.staff_id,
	a.email AS staff_email, u.reason, u.downgrade, u.state, u.trouble, u.detail, u.from_version, u.attempt, u.packets, u.sent, u.failures,
	u.started_at, u.updated_at, u.parked_at, u.ended_at `

const fromUpgrades = `
	FROM upgrades u JOIN firmware_images i ON i.id = u.image_id JOIN models m ON m.id = i.model_id JOIN staff a ON a.id = u.staff_id
		JOIN scooters s ON s.id = u.scooter_id `

type upgradeRow struct {
	ID         string           `db:"id"`
	ScooterID  int64            `db:"scooter_id"`
	Plate      string           `db:"plate"`
	ImageID    string           `db:"image_id"`
	Version    string           `db:"version"`
	ModelID    int64            `db:"model_id"`
	Model      string           `db:"model"`
	RolloutID  sql.NullString   `db:"rollout_id"`
	RunID      sql.NullString   `db:"run_id"`
	StaffID    string           `db:"staff_id"`
	StaffEmail string           `db:"staff_email"`
	Reason     string           `db:"reason"`
	Downgrade  bool             `db:"downgrade"`
	State      firmware.State   `db:"state"`
	Trouble    firmware.Trouble `db:"trouble"`
	Detail     string           `db:"detail"`
	From       string           `db:"from_version"`
	Attempt    int              `db:"attempt"`
	Packets    int              `db:"packets"`
	Sent       int              `db:"sent"`
	Failures   int              `db:"failures"`
	StartedAt  time.Time        `db:"started_at"`
	UpdatedAt  time.Time        `db:"updated_at"`
	ParkedAt   sql.NullTime     `db:"parked_at"`
	EndedAt    sql.NullTime     `db:"ended_at"`
	Place      string           `db:"place"`
}

func (r upgradeRow) upgrade() firmware.Upgrade {
	return firmware.Upgrade{
		ID: r.ID, ScooterID: r.ScooterID, Plate: r.Plate, ImageID: r.ImageID, Version: r.Version, ModelID: r.ModelID, Model: r.Model,
		From: r.From, RolloutID: r.RolloutID.String, RunID: r.RunID.String, StaffID: r.StaffID, StaffEmail: r.StaffEmail, Reason: r.Reason, Downgrade: r.Downgrade,
		State: r.State, Trouble: r.Trouble, Detail: r.Detail, Attempt: r.Attempt, Packets: r.Packets, Sent: r.Sent, Failures: r.Failures,
		StartedAt: r.StartedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), ParkedAt: timeOf(r.ParkedAt), EndedAt: timeOf(r.EndedAt),
	}
}

// Upgrade finds an upgrade: firmware.ErrUpgradeUnknown.
func (s *Store) Upgrade(ctx context.Context, id string) (firmware.Upgrade, error) {
	if !isID(id) {
		return firmware.Upgrade{}, firmware.ErrUpgradeUnknown
	}
	return s.upgrade(ctx, `WHERE u.id = $1`, id)
}

// UpgradeOf is the latest upgrade of the scooter that has a plate now: firmware.ErrUpgradeUnknown, fleet.ErrScooterUnknown.
func (s *Store) UpgradeOf(ctx context.Context, plate string) (firmware.Upgrade, error) {
	if _, err := s.ScooterByPlate(ctx, plate); err != nil {
		return firmware.Upgrade{}, err
	}
	return s.upgrade(ctx, `WHERE s.plate = $1 ORDER BY u.started_at DESC, u.id LIMIT 1`, plate)
}

func (s *Store) upgrade(ctx context.Context, where, arg string) (firmware.Upgrade, error) {
	var row upgradeRow
	err := s.once(ctx, "find upgrade", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT `+upgradeFields+fromUpgrades+where, arg), firmware.ErrUpgradeUnknown)
	})
	return row.upgrade(), err
}

// upgradeColumns is what upgrades can be sorted by. Ascending urgency is parked ones first, then those that go on, then those
// that are over, the newest of each first.
var upgradeColumns = map[string]column{
	"urgency": {`CASE WHEN u.state = 'parked' THEN 0 WHEN u.ended_at IS NULL THEN 1 ELSE 2 END * 1e11 - extract(epoch FROM u.started_at)`, "numeric"},
	"started": {"u.started_at", "timestamptz"},
	"updated": {"u.updated_at", "timestamptz"},
	"plate":   {"u.plate", "text"},
}

// Upgrades is one page of the upgrades that a filter picks, each with its place in the order, and with one more when there is a
// next page; and how many it picks in all.
func (s *Store) Upgrades(ctx context.Context, f firmware.Filter, q listing.Query) (list []firmware.Upgrade, places []listing.Place, total int, err error) {
	p, err := pageOf(q, upgradeColumns, "u.id", "uuid", 7)
	if err != nil {
		return nil, nil, 0, err
	}
	const matching = fromUpgrades + `
		WHERE ($1::text[] IS NULL OR u.state = ANY($1)) AND ($2::bigint IS NULL OR i.model_id = $2) AND ($3::text IS NULL OR u.image_id::text = $3)
			AND ($4::text IS NULL OR u.rollout_id::text = $4) AND ($5::text IS NULL OR s.plate = $5)
			AND ($6::boolean IS NULL OR (u.ended_at IS NULL) = $6) `
	value, id := after(q)
	args := []any{
		texts(f.States), nullInt(f.ModelID), nullText(f.ImageID), nullText(f.RolloutID), nullText(f.Plate), f.Open, value, id, p.limit,
	}
	var rows []upgradeRow
	err = s.once(ctx, "list upgrades", func(db executor) error {
		rows = nil
		if err := db.GetContext(ctx, &total, `SELECT count(*)`+matching, args[:6]...); err != nil {
			return err
		}
		return orCursor(db.SelectContext(ctx, &rows,
			`SELECT `+upgradeFields+`, `+p.place+` AS place`+matching+`AND `+p.beyond+p.order+` LIMIT $9`, args...))
	})
	for _, r := range rows {
		list, places = append(list, r.upgrade()), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

// reportedFirmware keeps what a box said last that it runs.
func reportedFirmware(ctx context.Context, tx executor, scooterID int64, version string, at time.Time) error {
	if version == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE scooters SET firmware = $2, firmware_at = $3, updated_at = CASE WHEN firmware <> $2 THEN now() ELSE updated_at END
		WHERE id = $1 AND (firmware_at IS NULL OR firmware_at <= $3)`, scooterID, version, at)
	return err
}

// noteUpgrade writes down what an upgrade did to a scooter.
func noteUpgrade(ctx context.Context, tx executor, scooterID int64, upgradeID string, at time.Time, note string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO scooter_events (scooter_id, at, kind, service, hold, station_id, cause, upgrade_id, lat, lng, note)
		SELECT id, $2, $3, service, hold, station_id, 'system', $4, lat, lng, $5 FROM scooters WHERE id = $1`,
		scooterID, at, fleet.StatusSet, upgradeID, note)
	return err
}
