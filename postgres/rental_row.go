package postgres

import (
	"database/sql"
	"encoding/json"
	"time"

	"rodada/domain/fare"
	"rodada/domain/rental"
	"rodada/geo"
)

// rentalColumns are what a rentalRow reads of a rental r, but for what the ledger says.
const rentalColumns = `r.id, r.rider_id, r.scooter_id, r.plate, r.vehicle_id, r.run_id, r.state, r.outcome, r.reason,
	r.device_status, r.tariff, r.created_at, r.reserved_until, r.unlocked_at, r.paused_at, r.stopped_at, r.secured_at,
	r.riding_ns, r.paused_ns, r.meters, r.bill, r.discount, r.tax, r.end_lat, r.end_lng, r.zone_version,
	(SELECT s.qr_code FROM scooters s WHERE s.id = r.scooter_id) AS code,
	(SELECT m.name FROM scooters s JOIN models m ON m.id = s.model_id WHERE s.id = r.scooter_id) AS model,
	(SELECT s.model_id FROM scooters s WHERE s.id = r.scooter_id) AS model_id`

// rentalFields are all that a rentalRow reads of a rental r, with how it stands in the ledger.
const rentalFields = rentalColumns + `,
		EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind = 'ride') AS charged,
		EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind = 'void') AS waived,
		(SELECT coalesce(sum(e.minor), 0)::bigint FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
			WHERE t.rental_id = r.id AND t.kind = 'refund' AND e.minor > 0) AS refunded`

// selectRentals reads rentals r.
const selectRentals = `SELECT ` + rentalFields + ` FROM rentals r `

type rentalRow struct {
	ID            string          `db:"id"`
	RiderID       string          `db:"rider_id"`
	ScooterID     int64           `db:"scooter_id"`
	Plate         string          `db:"plate"`
	VehicleID     string          `db:"vehicle_id"`
	RunID         sql.NullString  `db:"run_id"`
	State         rental.State    `db:"state"`
	Outcome       rental.Outcome  `db:"outcome"`
	Reason        rental.Reason   `db:"reason"`
	DeviceStatus  *int            `db:"device_status"`
	Tariff        []byte          `db:"tariff"`
	CreatedAt     time.Time       `db:"created_at"`
	ReservedUntil sql.NullTime    `db:"reserved_until"`
	UnlockedAt    sql.NullTime    `db:"unlocked_at"`
	PausedAt      sql.NullTime    `db:"paused_at"`
	StoppedAt     sql.NullTime    `db:"stopped_at"`
	SecuredAt     sql.NullTime    `db:"secured_at"`
	RidingNs      int64           `db:"riding_ns"`
	PausedNs      int64           `db:"paused_ns"`
	Meters        int64           `db:"meters"`
	Bill          []byte          `db:"bill"`
	Discount      []byte          `db:"discount"`
	Tax           []byte          `db:"tax"`
	EndLat        sql.NullFloat64 `db:"end_lat"`
	EndLng        sql.NullFloat64 `db:"end_lng"`
	ZoneVersion   sql.NullInt64   `db:"zone_version"`
	Code          string          `db:"code"`
	Model         string          `db:"model"`
	ModelID       int64           `db:"model_id"`
	Charged       bool            `db:"charged"`
	Waived        bool            `db:"waived"`
	Refunded      int64           `db:"refunded"`
}

func (r rentalRow) rental() (rental.Rental, error) {
	out := rental.Rental{
		ID: r.ID, RiderID: r.RiderID, ScooterID: r.ScooterID, Plate: r.Plate, VehicleID: r.VehicleID, Code: r.Code, Model: r.Model, ModelID: r.ModelID,
		State: r.State, Outcome: r.Outcome, Reason: r.Reason, DeviceStatus: r.DeviceStatus,
		CreatedAt: r.CreatedAt.UTC(), ReservedUntil: timeOf(r.ReservedUntil), UnlockedAt: timeOf(r.UnlockedAt),
		PausedAt: timeOf(r.PausedAt), StoppedAt: timeOf(r.StoppedAt), SecuredAt: timeOf(r.SecuredAt),
		Usage:   fare.Usage{Riding: time.Duration(r.RidingNs), Paused: time.Duration(r.PausedNs), Meters: r.Meters},
		Charged: r.Charged, Waived: r.Waived, Refunded: r.Refunded, ZoneVersion: r.ZoneVersion.Int64,
	}
	if r.EndLat.Valid {
		out.EndPosition = &geo.Point{Lat: r.EndLat.Float64, Lng: r.EndLng.Float64}
	}
	if err := json.Unmarshal(r.Tariff, &out.Tariff); err != nil {
		return rental.Rental{}, err
	}
	for _, part := range []struct {
		text []byte
		into any
	}{{r.Discount, &out.Discount}, {r.Tax, &out.Tax}, {r.Bill, &out.Bill}} {
		if part.text == nil {
			continue
		}
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return rental.Rental{}, err
		}
	}
	return out, nil
}
