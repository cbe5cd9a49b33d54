package postgres

import (
	"context"

	"github.com/google/uuid"

	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// createScooter takes the station's place for a scooter that has none of its own.
const createScooter = `
	INSERT INTO scooters (device_id, public_id, qr_code, plate, imei, model_id, service, reason, lat, lng, battery, limit_kmh, station_id, note)
	SELECT $1, $2, $3, $4, $5, m.id, $7, $8,
		CASE WHEN $9::float8 = 0 AND $10::float8 = 0 THEN coalesce(st.lat, 0) ELSE $9 END,
		CASE WHEN $9::float8 = 0 AND $10::float8 = 0 THEN coalesce(st.lng, 0) ELSE $10 END,
		$11, coalesce($12, m.max_kmh), $13, $14
	FROM models m LEFT JOIN stations st ON st.id = $13 WHERE m.id = $6 RETURNING id`

// CreateScooter stores a scooter of the model with Model.ID, free, and returns it as stored. What is empty gets its value
// here: DeviceID, PublicID and QRCode new ones, Service in_service, LimitKmh what the model can drive. It may refuse with
// fleet.ErrPlateTaken, ErrIMEITaken, ErrCodeTaken, ErrModelUnknown and with station.ErrUnknown, ErrFull and ErrClosed.
func (s *Store) CreateScooter(ctx context.Context, n fleet.Scooter) (fleet.Scooter, error) {
	var created fleet.Scooter
	err := s.atomically(ctx, "create scooter", func(tx executor) error {
		var err error
		if created, err = insertScooter(ctx, tx, n); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "scooter.create", Subject: created.Plate, After: scooterFacts(created)})
	})
	return created, err
}

func insertScooter(ctx context.Context, tx executor, n fleet.Scooter) (fleet.Scooter, error) {
	for _, id := range []*string{&n.DeviceID, &n.PublicID} {
		if *id == "" {
			*id = uuid.NewString()
		}
	}
	if n.QRCode == "" {
		n.QRCode = fleet.NewCode()
	}
	if n.Service == "" {
		n.Service = fleet.InService
	}
	var id int64
	err := tx.GetContext(ctx, &id, createScooter, n.DeviceID, n.PublicID, n.QRCode, n.Plate, n.IMEI, n.Model.ID, n.Service, n.Reason,
		n.Position.Lat, n.Position.Lng, n.Battery, nullInt(int64(n.LimitKmh)), nullText(n.StationID), n.Note)
	if err != nil {
		return fleet.Scooter{}, orElse(err, fleet.ErrModelUnknown)
	}
	var row scooterRow
	if err := tx.GetContext(ctx, &row, selectScooters+`WHERE s.id = $1`, id); err != nil {
		return fleet.Scooter{}, err
	}
	created := row.scooter()
	return created, noteScooter(ctx, tx, created, fleet.Registered, n.Reason, fleet.Sighted{})
}
