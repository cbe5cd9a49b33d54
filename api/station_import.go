package api

import (
	"context"

	"rodada/api/sheet"
	"rodada/domain/station"
)

var stationColumns = words(
	"short_name codigo nombre_corto code",
	"name nombre",
	"address direccion",
	"lat latitude latitud",
	"lng lon longitude longitud",
	"capacity capacidad plazas",
	"charging carga",
	"state estado",
	"note notes nota notas",
).ignoring("scooters", "patinetes", "id", "created_at", "updated_at")

var stateWords = map[string]station.State{
	"active": station.Active, "activa": station.Active, "maintenance": station.Maintenance, "mantenimiento": station.Maintenance,
	"en_mantenimiento": station.Maintenance, "closed": station.Closed, "cerrada": station.Closed,
}

var yesWords = map[string]bool{"true": true, "yes": true, "si": true, "1": true, "false": false, "no": false, "0": false, "verdadero": true, "falso": false}

// importStations is POST /admin/v1/stations/import.
type importStations struct{ *registry }

func (importStations) Meta() meta {
	return importMeta("import-stations", "Open and change stations by a CSV or Excel file",
		"Columns, in English or Spanish and in any order: short_name (código), by which a station is known, name (nombre), address (dirección), "+
			"lat (latitud), lng (longitud), capacity (capacidad), charging (carga), state (estado), note (nota). An empty cell leaves what is "+
			"registered, and the same file a second time changes nothing. All of a file is imported or none of it. A file closes no station.",
		station.ErrTaken, station.ErrFull)
}

func (e importStations) Execute(ctx context.Context, in *ImportIn) (*importedOut, error) {
	table, name, err := in.table()
	if err != nil {
		return nil, err
	}
	at, ignored, wrong := stationColumns.read(table, "short_name")
	if len(wrong) > 0 {
		return nil, refuse(languageFrom(ctx), wrong)
	}
	records := stationRecords(table, at)
	plan, err := e.store.ImportStations(ctx, records, name, in.DryRun)
	if err != nil {
		return nil, err
	}
	for _, each := range plan.Errors {
		wrong = append(wrong, rowFault{each.Row, each.Column, each.Fault})
	}
	if len(wrong) > 0 {
		return nil, refuse(languageFrom(ctx), wrong)
	}
	out := &importedOut{Body: Imported{
		Applied: !in.DryRun && len(plan.Create)+len(plan.Change) > 0, Created: []string{}, Changed: []ImportedChange{}, Unchanged: plan.Unchanged,
		Ignored: ignored,
	}}
	for _, s := range plan.Create {
		out.Body.Created = append(out.Body.Created, s.ShortName)
	}
	for _, c := range plan.Change {
		out.Body.Changed = append(out.Body.Changed, ImportedChange{Row: c.Row, Name: c.After.ShortName, Columns: c.Columns})
	}
	return out, nil
}

func stationRecords(t sheet.Table, at map[string]int) (records []station.Record) {
	for _, row := range t.Rows {
		c := &cells{row: row, at: at}
		r := station.Record{
			Row: row.Number, ShortName: row.Cells[at["short_name"]], Name: c.text("name", 200), Address: c.text("address", 500),
			Lat: c.number("lat"), Lng: c.number("lng"), Capacity: c.whole("capacity"), Charging: word(c, "charging", yesWords),
			State: word(c, "state", stateWords), Note: c.text("note", 1000),
		}
		if r.ShortName == "" {
			c.fail("short_name", errCellMissing)
		}
		for _, each := range append(c.wrong, beyond(t, row)...) {
			r.Wrong = append(r.Wrong, station.RowError{Row: row.Number, Column: each.column, Fault: each.fault})
		}
		records = append(records, r)
	}
	return records
}
