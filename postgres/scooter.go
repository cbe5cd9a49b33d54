package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/fleet"
	"rodada/geo"
)

const selectScooters = `
	SELECT s.id, s.device_id, s.public_id, s.qr_code, s.plate, s.imei, s.service, s.hold, s.reason, s.lat, s.lng, s.battery,
		s.limit_kmh, s.station_id, coalesce(st.short_name, '') AS station, s.note, s.firmware, s.firmware_at,
		coalesce((SELECT u.id::text FROM upgrades u WHERE u.scooter_id = s.id AND u.ended_at IS NULL), '') AS upgrade_id, s.created_at, s.updated_at, m.id AS model_id, m.name AS model_name,
		m.strict_json, m.lowercase_length, m.max_kmh, m.range_meters
	FROM scooters s JOIN models m ON m.id = s.model_id LEFT JOIN stations st ON st.id = s.station_id `

type scooterRow struct {
	ID              int64          `db:"id"`
	DeviceID        string         `db:"device_id"`
	PublicID        string         `db:"public_id"`
	QRCode          string         `db:"qr_code"`
	Plate           string         `db:"plate"`
	IMEI            string         `db:"imei"`
	Service         fleet.Service  `db:"service"`
	Hold            fleet.Hold     `db:"hold"`
	Reason          string         `db:"reason"`
	Lat             float64        `db:"lat"`
	Lng             float64        `db:"lng"`
	Battery         int            `db:"battery"`
	LimitKmh        int            `db:"limit_kmh"`
	StationID       sql.NullString `db:"station_id"`
	Station         string         `db:"station"`
	Note            string         `db:"note"`
	Firmware        string         `db:"firmware"`
	FirmwareAt      sql.NullTime   `db:"firmware_at"`
	UpgradeID       string         `db:"upgrade_id"`
	CreatedAt       time.Time      `db:"created_at"`
	UpdatedAt       time.Time      `db:"updated_at"`
	ModelID         int64          `db:"model_id"`
	ModelName       string         `db:"model_name"`
	StrictJSON      bool           `db:"strict_json"`
	LowercaseLength bool           `db:"lowercase_length"`
	MaxKmh          int            `db:"max_kmh"`
	RangeMeters     int            `db:"range_meters"`
}

func (r scooterRow) scooter() fleet.Scooter {
	return fleet.Scooter{
		ID: r.ID, DeviceID: r.DeviceID, PublicID: r.PublicID, QRCode: r.QRCode, Plate: r.Plate, IMEI: r.IMEI,
		Model: fleet.Model{
			ID: r.ModelID, Name: r.ModelName, StrictJSON: r.StrictJSON, LowercaseLength: r.LowercaseLength,
			MaxKmh: r.MaxKmh, RangeMeters: r.RangeMeters,
		},
		Service: r.Service, Hold: r.Hold, Reason: r.Reason, Position: geo.Point{Lat: r.Lat, Lng: r.Lng}, Battery: r.Battery,
		LimitKmh: r.LimitKmh, StationID: r.StationID.String, Station: r.Station, Note: r.Note,
		Firmware: r.Firmware, FirmwareAt: timeOf(r.FirmwareAt), UpgradeID: r.UpgradeID,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

// ScooterByQR finds the scooter with a printed code, or fleet.ErrScooterUnknown.
func (s *Store) ScooterByQR(ctx context.Context, code string) (fleet.Scooter, error) {
	return s.scooter(ctx, `WHERE s.qr_code = $1`, code)
}

// ScooterByPlate finds the scooter with a vehicle number, or fleet.ErrScooterUnknown.
func (s *Store) ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error) {
	return s.scooter(ctx, `WHERE s.plate = $1`, plate)
}

// ScooterByPublicID finds a scooter by the ID that riders see until its next ride ends: fleet.ErrScooterUnknown.
func (s *Store) ScooterByPublicID(ctx context.Context, id string) (fleet.Scooter, error) {
	if !isID(id) {
		return fleet.Scooter{}, fleet.ErrScooterUnknown
	}
	return s.scooter(ctx, `WHERE s.public_id = $1`, id)
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
