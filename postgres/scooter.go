package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/geo"
)

const selectScooters = `
	SELECT s.id, s.device_id, s.public_id, s.qr_code, s.plate, s.imei, s.service, s.hold, s.reason, s.lat, s.lng, s.battery,
		s.limit_kmh, s.updated_at, m.id AS model_id, m.name AS model_name, m.strict_json, m.lowercase_length, m.max_kmh, m.range_meters
	FROM scooters s JOIN models m ON m.id = s.model_id `

type scooterRow struct {
	ID              int64         `db:"id"`
	DeviceID        string        `db:"device_id"`
	PublicID        string        `db:"public_id"`
	QRCode          string        `db:"qr_code"`
	Plate           string        `db:"plate"`
	IMEI            string        `db:"imei"`
	Service         fleet.Service `db:"service"`
	Hold            fleet.Hold    `db:"hold"`
	Reason          string        `db:"reason"`
	Lat             float64       `db:"lat"`
	Lng             float64       `db:"lng"`
	Battery         int           `db:"battery"`
	LimitKmh        int           `db:"limit_kmh"`
	UpdatedAt       time.Time     `db:"updated_at"`
	ModelID         int64         `db:"model_id"`
	ModelName       string        `db:"model_name"`
	StrictJSON      bool          `db:"strict_json"`
	LowercaseLength bool          `db:"lowercase_length"`
	MaxKmh          int           `db:"max_kmh"`
	RangeMeters     int           `db:"range_meters"`
}

func (r scooterRow) scooter() fleet.Scooter {
	return fleet.Scooter{
		ID: r.ID, DeviceID: r.DeviceID, PublicID: r.PublicID, QRCode: r.QRCode, Plate: r.Plate, IMEI: r.IMEI,
		Model: fleet.Model{
			ID: r.ModelID, Name: r.ModelName, StrictJSON: r.StrictJSON, LowercaseLength: r.LowercaseLength,
			MaxKmh: r.MaxKmh, RangeMeters: r.RangeMeters,
		},
		Service: r.Service, Hold: r.Hold, Reason: r.Reason, Position: geo.Point{Lat: r.Lat, Lng: r.Lng}, Battery: r.Battery,
		LimitKmh: r.LimitKmh, UpdatedAt: r.UpdatedAt.UTC(),
	}
}

// CreateModel stores a make of scooter and returns it with its ID.
func (s *Store) CreateModel(ctx context.Context, m fleet.Model) (fleet.Model, error) {
	err := s.once(ctx, "create model", func(db executor) error {
		return db.GetContext(ctx, &m.ID, `
			INSERT INTO models (name, strict_json, lowercase_length, max_kmh, range_meters) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			m.Name, m.StrictJSON, m.LowercaseLength, m.MaxKmh, m.RangeMeters)
	})
	return m, err
}

// CreateScooter stores a scooter of the model with Model.ID, free, and returns it as stored. What is empty gets its value
// here: DeviceID and PublicID new ones, Service in_service, LimitKmh what the model can drive.
func (s *Store) CreateScooter(ctx context.Context, n fleet.Scooter) (fleet.Scooter, error) {
	for _, id := range []*string{&n.DeviceID, &n.PublicID} {
		if *id == "" {
			*id = uuid.NewString()
		}
	}
	if n.Service == "" {
		n.Service = fleet.InService
	}
	var row scooterRow
	err := s.atomically(ctx, "create scooter", func(tx executor) error {
		var id int64
		err := tx.GetContext(ctx, &id, `
			INSERT INTO scooters (device_id, public_id, qr_code, plate, imei, model_id, service, reason, lat, lng, battery, limit_kmh)
			SELECT $1, $2, $3, $4, $5, id, $7, $8, $9, $10, $11, coalesce($12, max_kmh) FROM models WHERE id = $6 RETURNING id`,
			n.DeviceID, n.PublicID, n.QRCode, n.Plate, n.IMEI, n.Model.ID, n.Service, n.Reason, n.Position.Lat, n.Position.Lng,
			n.Battery, nullInt(int64(n.LimitKmh)))
		if err != nil {
			return err
		}
		return tx.GetContext(ctx, &row, selectScooters+`WHERE s.id = $1`, id)
	})
	return row.scooter(), err
}

// ScooterByQR finds the scooter with a printed code, or fleet.ErrScooterUnknown.
func (s *Store) ScooterByQR(ctx context.Context, code string) (fleet.Scooter, error) {
	return s.scooter(ctx, `WHERE s.qr_code = $1`, code)
}

// ScooterByPlate finds the scooter with a vehicle number, or fleet.ErrScooterUnknown.
func (s *Store) ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error) {
	return s.scooter(ctx, `WHERE s.plate = $1`, plate)
}

func (s *Store) scooter(ctx context.Context, where, arg string) (fleet.Scooter, error) {
	var row scooterRow
	err := s.once(ctx, "find scooter", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, selectScooters+where, arg), fleet.ErrScooterUnknown)
	})
	return row.scooter(), err
}

// ScootersByPlates finds the scooters with these vehicle numbers, by plate; a plate that nobody has is left out.
func (s *Store) ScootersByPlates(ctx context.Context, plates []string) ([]fleet.Scooter, error) {
	return s.scooters(ctx, `WHERE s.plate = ANY($1) ORDER BY s.plate`, plates)
}

// Scooters lists the fleet by ID, after an ID and at most limit: of one service, or with an empty one all.
func (s *Store) Scooters(ctx context.Context, service fleet.Service, after int64, limit int) ([]fleet.Scooter, error) {
	return s.scooters(ctx, `WHERE s.id > $1 AND ($2 = '' OR s.service = $2) ORDER BY s.id LIMIT $3`, after, service, limit)
}

func (s *Store) scooters(ctx context.Context, where string, args ...any) ([]fleet.Scooter, error) {
	var rows []scooterRow
	err := s.once(ctx, "list scooters", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectScooters+where, args...)
	})
	scooters := make([]fleet.Scooter, len(rows))
	for i, r := range rows {
		scooters[i] = r.scooter()
	}
	return scooters, err
}

// SetService decides whether a scooter takes part, with staff's reason. It does not touch who holds the scooter.
func (s *Store) SetService(ctx context.Context, plate string, service fleet.Service, reason string) error {
	return s.atomically(ctx, "set service", func(tx executor) error {
		var was struct {
			Service fleet.Service `db:"service" json:"service"`
			Reason  string        `db:"reason"  json:"reason,omitempty"`
		}
		err := tx.GetContext(ctx, &was, `SELECT service, reason FROM scooters WHERE plate = $1 FOR UPDATE`, plate)
		if err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		_, err = tx.ExecContext(ctx, `
			WITH now_at AS (
				UPDATE scooters SET service = $2, reason = CASE $2 WHEN 'in_service' THEN '' ELSE $3 END, updated_at = now()
				WHERE plate = $1 RETURNING *
			)
			INSERT INTO scooter_events (scooter_id, at, service, hold, cause, lat, lng, note)
			SELECT id, updated_at, service, hold, 'staff', lat, lng, $3 FROM now_at`, plate, service, reason)
		if err != nil {
			return err
		}
		after := map[string]any{"service": service}
		return audit(ctx, tx, staff.Deed{Action: "scooter.service", Subject: plate, Before: was, After: after, Reason: reason})
	})
}
