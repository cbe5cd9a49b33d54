package api

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"rodada/api/sheet"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/station"
)

// exportScooters is what the exports share.
type exportScooters struct{ *registry }

// ExportScootersIn is the filters and the order of the list.
type ExportScootersIn struct {
	ScooterFilter
	Sort string `query:"sort" maxLength:"40"`
}

const aboutExport = "All that the filters pick, in the order of the list. The columns that an import takes are among them, so that the file " +
	"can be changed and imported. A text that a spreadsheet would take for a formula has an apostrophe before it."

// rows is the table: a header and a row for each scooter.
func (e exportScooters) rows(ctx context.Context, in *ExportScootersIn) ([][]string, error) {
	q, err := Listing{Sort: in.Sort}.page(scooterSorts, nil)
	if err != nil {
		return nil, err
	}
	q.Limit = 0
	if err := e.picks(ctx, in.Model, in.Station); err != nil {
		return nil, err
	}
	keys, total, states, err := e.find(ctx, in.ScooterFilter, q)
	if err != nil {
		return nil, err
	}
	if total > exportLimit {
		return nil, errExport.With("limit", exportLimit)
	}
	if states == nil {
		if states, err = e.live.Sightings(ctx, platesOf(keys)); err != nil {
			states = nil // as stored
		}
	}
	scooters, err := e.store.ScootersByIDs(ctx, idsOf(keys))
	if err != nil {
		return nil, err
	}
	rows := [][]string{exportHeader}
	for _, s := range scooters {
		rows = append(rows, exportRow(e.show(s, states[s.Plate])))
	}
	return rows, nil
}

var exportHeader = []string{
	"plate", "qr_code", "imei", "model", "service", "reason", "station", "limit_kmh", "note",
	"status", "hold", "battery", "lat", "lng", "online", "seen_at", "firmware", "firmware_at", "upgrade_id", "device_id", "created_at", "updated_at",
}

func exportRow(s StaffScooter) []string {
	at, battery, lat, lng, seen, told := fleet.FreeFloating, "", "", "", "", ""
	if s.Station != nil {
		at = s.Station.ShortName
	}
	if s.Battery != nil {
		battery = strconv.Itoa(*s.Battery)
	}
	if s.Position != nil {
		lat, lng = degrees(s.Position.Lat), degrees(s.Position.Lng)
	}
	if s.Live != nil {
		seen = s.Live.SeenAt.Format(time.RFC3339)
	}
	if s.FirmwareAt != nil {
		told = s.FirmwareAt.Format(time.RFC3339)
	}
	return []string{
		s.Plate, s.QRCode, s.IMEI, s.Model, string(s.Service), s.Reason, at, strconv.Itoa(s.LimitKmh), s.Note,
		s.Status, string(s.Hold), battery, lat, lng, strconv.FormatBool(s.Online), seen,
		s.Firmware, told, s.UpgradeID, s.DeviceID, s.CreatedAt.Format(time.RFC3339), s.UpdatedAt.Format(time.RFC3339),
	}
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 6, 64) }

var exportFaults = []*fault.Error{errExport, fleet.ErrMapAway, fleet.ErrModelUnknown, station.ErrUnknown, listing.ErrSort}

// exportCSV is GET /admin/v1/scooters.csv.
type exportCSV struct{ exportScooters }

type exportCSVIn struct {
	ExportScootersIn
	Separator string `query:"separator" enum:"comma,semicolon" default:"comma" doc:"Excel wants a semicolon where commas are for decimals."`
}

func (exportCSV) Meta() meta {
	return meta{
		ID: "export-scooters-csv", Summary: "The fleet as CSV", Description: aboutExport, Files: []string{"text/csv"}, Faults: exportFaults,
	}
}

func (e exportCSV) Execute(ctx context.Context, in *exportCSVIn) (*fileOut, error) {
	rows, err := e.rows(ctx, &in.ExportScootersIn)
	if err != nil {
		return nil, err
	}
	comma := ','
	if in.Separator == "semicolon" {
		comma = ';'
	}
	var file bytes.Buffer
	if err := sheet.WriteCSV(&file, comma, rows); err != nil {
		return nil, err
	}
	return attachment(e.now(), typeCSV, "scooters", "csv", file.Bytes()), nil
}

// exportXLSX is GET /admin/v1/scooters.xlsx.
type exportXLSX struct{ exportScooters }

func (exportXLSX) Meta() meta {
	return meta{
		ID: "export-scooters-xlsx", Summary: "The fleet for Excel", Description: aboutExport, Files: []string{typeXLSX}, Faults: exportFaults,
	}
}

func (e exportXLSX) Execute(ctx context.Context, in *ExportScootersIn) (*fileOut, error) {
	rows, err := e.rows(ctx, in)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := sheet.WriteXLSX(&file, "Scooters", rows); err != nil {
		return nil, err
	}
	return attachment(e.now(), typeXLSX, "scooters", "xlsx", file.Bytes()), nil
}
