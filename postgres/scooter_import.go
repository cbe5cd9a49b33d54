package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/domain/station"
)

// errDry takes a transaction back that was only to be looked at.
var errDry = errors.New("a dry run")

// ImportScooters brings the register to what a file tells, all of it or, when one row is bad, nothing: the plan says what was
// done or what is wrong. A dry run tries everything and keeps nothing.
func (s *Store) ImportScooters(ctx context.Context, records []fleet.Record, file string, dry bool) (plan fleet.Plan, err error) {
	err = s.atomically(ctx, "import scooters", func(tx executor) error {
		known, err := knownTo(ctx, tx, records)
		if err != nil {
			return err
		}
		plan = fleet.PlanImport(records, known)
		if err := sparesUpgraded(ctx, tx, &plan); err != nil {
			return err
		}
		if len(plan.Errors) > 0 || len(plan.Create)+len(plan.Change) == 0 {
			return nil
		}
		if err := createAll(ctx, tx, plan.Create, importNote(file)); err != nil {
			return err
		}
		if err := changeAll(ctx, tx, plan.Change, importNote(file)); err != nil {
			return err
		}
		// A full station is found out when the transaction ends, which for a dry run is too late.
		if _, err := tx.ExecContext(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
			return err
		}
		if dry {
			return errDry
		}
		return auditAll(ctx, tx, importDeeds(plan, file))
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return plan, err
}

// sparesUpgraded finds the rows wrong that take away what a scooter is upgraded for, as for staff who do so by hand.
func sparesUpgraded(ctx context.Context, tx executor, plan *fleet.Plan) error {
	var ids []int64
	for _, c := range plan.Change {
		if endsUpgrade(c.Before, c.After) != "" {
			ids = append(ids, c.Before.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	upgraded, err := upgradedOf(ctx, tx, ids...)
	plan.Change = slices.DeleteFunc(plan.Change, func(c fleet.Revision) bool {
		column := endsUpgrade(c.Before, c.After)
		if column == "" || !upgraded[c.Before.ID] {
			return false
		}
		plan.Errors = append(plan.Errors, fleet.RowError{Row: c.Row, Column: column, Fault: firmware.ErrUpgrading})
		return true
	})
	slices.SortStableFunc(plan.Errors, func(a, b fleet.RowError) int { return cmp.Compare(a.Row, b.Row) })
	return err
}

// importDeeds is what an import did as the audit log shows it: to each scooter as if it had been done by hand, and as a whole.
func importDeeds(plan fleet.Plan, file string) []staff.Deed {
	created, altered := make([]string, len(plan.Create)), make([]string, len(plan.Change))
	var deeds []staff.Deed
	for i, s := range plan.Create {
		created[i] = s.Plate
		deeds = append(deeds, staff.Deed{Action: "scooter.create", Subject: s.Plate, Reason: importNote(file), After: scooterFacts(s)})
	}
	for i, c := range plan.Change {
		altered[i] = c.After.Plate
		deed := staff.Deed{Action: "scooter.change", Subject: c.After.Plate, Reason: cmp.Or(c.Reason, importNote(file))}
		switch kindOf(c) {
		case fleet.StatusSet:
			deed.Action = "scooter.service"
		case fleet.Stationed:
			deed.Action = "scooter.station"
		}
		deeds = append(deeds, changed(deed, scooterFacts(c.Before), scooterFacts(c.After)))
	}
	return append(deeds, staff.Deed{Action: "scooter.import", Subject: file, After: facts{"created": created, "changed": altered}})
}

func importNote(file string) string { return "imported: " + file }

// kindOf is the event that a change by an import is.
func kindOf(c fleet.Revision) fleet.EventKind {
	switch {
	case c.Before.Service != c.After.Service:
		return fleet.StatusSet
	case c.Before.StationID != c.After.StationID:
		return fleet.Stationed
	}
	return fleet.Changed
}

// knownTo reads what an import is judged by, and keeps the scooters that it names from changing meanwhile.
func knownTo(ctx context.Context, tx executor, records []fleet.Record) (fleet.Known, error) {
	k := fleet.Known{
		Scooters: map[string]fleet.Scooter{}, IMEIs: map[string]string{}, Codes: map[string]string{},
		Models: map[string]fleet.Model{}, Stations: map[string]fleet.Place{},
	}
	var plates, imeis, codes []string
	for _, r := range records {
		plates = append(plates, strings.ToLower(r.Plate))
		if r.IMEI != nil && *r.IMEI != "" {
			imeis = append(imeis, *r.IMEI)
		}
		if r.QRCode != nil {
			codes = append(codes, *r.QRCode)
		}
	}
	var rows []scooterRow
	err := tx.SelectContext(ctx, &rows, selectScooters+`WHERE lower(s.plate) = ANY($1) ORDER BY s.id FOR UPDATE OF s`, plates)
	if err != nil {
		return k, err
	}
	for _, r := range rows {
		k.Scooters[r.Plate] = r.scooter()
	}
	if err := owners(ctx, tx, k.IMEIs, `SELECT imei AS name, plate FROM scooters WHERE imei = ANY($1)`, imeis); err != nil {
		return k, err
	}
	if err := owners(ctx, tx, k.Codes, `
		SELECT qr_code AS name, plate FROM scooters WHERE qr_code = ANY($1)
		UNION ALL SELECT code, '' FROM spent_codes WHERE code = ANY($1)`, codes); err != nil {
		return k, err
	}
	var models []modelRow
	if err := tx.SelectContext(ctx, &models, selectModels+`ORDER BY id DESC`); err != nil {
		return k, err
	}
	for _, m := range models { // of two names that differ in case alone, the older model's counts
		k.Models[fleet.Fold(m.Name)] = fleet.Model(m)
	}
	var stations []stationRow
	if err := tx.SelectContext(ctx, &stations, `SELECT `+stationFields+` FROM stations s`); err != nil {
		return k, err
	}
	for _, at := range stations {
		k.Stations[fleet.Fold(at.ShortName)] = fleet.Place{
			ID: at.ID, ShortName: at.ShortName, Room: at.Capacity - at.Scooters, Closed: at.State == station.Closed,
		}
	}
	return k, nil
}

func owners(ctx context.Context, tx executor, into map[string]string, query string, names []string) error {
	var rows []struct {
		Name  string `db:"name"`
		Plate string `db:"plate"`
	}
	if len(names) == 0 {
		return nil
	}
	if err := tx.SelectContext(ctx, &rows, query, names); err != nil {
		return err
	}
	for _, r := range rows {
		into[r.Name] = r.Plate
	}
	return nil
}

// importRow is a scooter on its way into the database, many in one statement.
type importRow struct {
	ID       int64   `json:"id"`
	DeviceID string  `json:"device_id"`
	PublicID string  `json:"public_id"`
	QRCode   string  `json:"qr_code"`
	Plate    string  `json:"plate"`
	IMEI     string  `json:"imei"`
	ModelID  int64   `json:"model_id"`
	Service  string  `json:"service"`
	Reason   string  `json:"reason"`
	LimitKmh int     `json:"limit_kmh"`
	Station  *string `json:"station_id"`
	Note     string  `json:"note"`
	Kind     string  `json:"kind"`
}

const importRows = `jsonb_to_recordset($1::jsonb) AS n(id bigint, device_id uuid, public_id uuid, qr_code text, plate text, imei text,
	model_id bigint, service text, reason text, limit_kmh integer, station_id uuid, note text, kind text)`

func rowOf(s fleet.Scooter, kind fleet.EventKind) importRow {
	r := importRow{
		ID: s.ID, DeviceID: s.DeviceID, PublicID: s.PublicID, QRCode: s.QRCode, Plate: s.Plate, IMEI: s.IMEI, ModelID: s.Model.ID,
		Service: string(s.Service), Reason: s.Reason, LimitKmh: s.LimitKmh, Note: s.Note, Kind: string(kind),
	}
	if s.StationID != "" {
		r.Station = &s.StationID
	}
	return r
}

const importEvents = `
	INSERT INTO scooter_events (scooter_id, at, kind, service, hold, station_id, cause, staff_id, staff_email, lat, lng, note)
	SELECT d.id, now(), n.kind, d.service, d.hold, d.station_id, CASE WHEN $2::text IS NULL THEN 'system' ELSE 'staff' END, $2::uuid, $3,
		d.lat, d.lng, $4 FROM done d JOIN ` + importRows + ` ON n.plate = d.plate`

func createAll(ctx context.Context, tx executor, scooters []fleet.Scooter, note string) error {
	rows := make([]importRow, len(scooters))
	for i, s := range scooters {
		s.DeviceID, s.PublicID = uuid.NewString(), uuid.NewString()
		if s.QRCode == "" {
			s.QRCode = fleet.NewCode()
		}
		rows[i] = rowOf(s, fleet.Registered)
	}
	return importAll(ctx, tx, rows, note, `
		INSERT INTO scooters (device_id, public_id, qr_code, plate, imei, model_id, service, reason, limit_kmh, station_id, note, lat, lng)
		SELECT n.device_id, n.public_id, n.qr_code, n.plate, n.imei, n.model_id, n.service, n.reason, n.limit_kmh, n.station_id, n.note,
			coalesce(st.lat, 0), coalesce(st.lng, 0)
		FROM `+importRows+` LEFT JOIN stations st ON st.id = n.station_id RETURNING *`)
}

func changeAll(ctx context.Context, tx executor, revisions []fleet.Revision, note string) error {
	rows := make([]importRow, len(revisions))
	for i, c := range revisions {
		rows[i] = rowOf(c.After, kindOf(c))
	}
	return importAll(ctx, tx, rows, note, `
		UPDATE scooters s SET imei = n.imei, model_id = n.model_id, service = n.service, reason = n.reason, note = n.note, updated_at = now(),
			limit_kmh = n.limit_kmh, limit_set_at = CASE WHEN s.limit_kmh <> n.limit_kmh THEN now() ELSE s.limit_set_at END,
			station_id = n.station_id,
			lat = CASE WHEN n.station_id IS DISTINCT FROM s.station_id THEN coalesce(st.lat, s.lat) ELSE s.lat END,
			lng = CASE WHEN n.station_id IS DISTINCT FROM s.station_id THEN coalesce(st.lng, s.lng) ELSE s.lng END
		FROM `+importRows+` LEFT JOIN stations st ON st.id = n.station_id WHERE s.id = n.id RETURNING s.*`)
}

// importAll runs the statement that writes rows, with an event for each.
func importAll(ctx context.Context, tx executor, rows []importRow, note, statement string) error {
	if len(rows) == 0 {
		return nil
	}
	raw, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	actor, _ := staff.ActorFrom(ctx)
	_, err = tx.ExecContext(ctx, `WITH done AS (`+statement+`)`+importEvents, string(raw), nullText(actor.StaffID), actor.Email, note)
	return err
}
