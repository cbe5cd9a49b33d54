package api

import (
	"context"
	"math"
	"strconv"
	"strings"

	"rodada/api/sheet"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/domain/station"
)

// scooterColumns are the columns of a file of scooters; those of an export that nobody sets are known and not read.
var scooterColumns = words(
	"plate matricula numero number vehicle_number numero_de_vehiculo",
	"qr_code qr code codigo codigo_qr",
	"imei",
	"model modelo",
	"service servicio",
	"reason motivo",
	"station estacion",
	"limit_kmh limit limite limite_kmh limite_de_velocidad speed_limit",
	"note notes nota notas",
).ignoring("status", "estado", "hold", "battery", "bateria", "lat", "lng", "online", "seen_at",
	"firmware", "firmware_at", "upgrade_id", "device_id", "created_at", "updated_at")

func (w columnWords) ignoring(names ...string) columnWords {
	for _, name := range names {
		w[name] = ""
	}
	return w
}

var serviceWords = map[string]fleet.Service{
	"in_service": fleet.InService, "available": fleet.InService, "en_servicio": fleet.InService, "disponible": fleet.InService,
	"blocked": fleet.Blocked, "bloqueado": fleet.Blocked, "maintenance": fleet.Maintenance, "mantenimiento": fleet.Maintenance,
	"en_mantenimiento": fleet.Maintenance, "missing": fleet.Missing, "desaparecido": fleet.Missing, "perdido": fleet.Missing,
	"retired": fleet.Retired, "retirado": fleet.Retired,
}

var noStation = map[string]bool{fleet.FreeFloating: true, "ninguna": true, "libre": true, "free_floating": true}

// importScooters is POST /admin/v1/scooters/import.
type importScooters struct{ *registry }

func (importScooters) Meta() meta {
	return importMeta("import-scooters", "Register and change scooters by a CSV or Excel file",
		"Columns, in English or Spanish and in any order: plate (matrícula), model (modelo), imei, qr_code (código), service (servicio), "+
			"reason (motivo), station (estación, by its short name, or none), limit_kmh (límite), note (nota). A scooter is known by its plate; "+
			"a new one needs a model, and a change of service a reason. An empty cell leaves what is registered, and the same file a second time changes nothing. All of a file "+
			"is imported or none of it: with one bad row every bad row is named, with its row, its column and a code. At most 5000 rows and 4 MiB.",
		fleet.ErrPlateTaken, fleet.ErrIMEITaken, fleet.ErrCodeTaken, station.ErrFull)
}

func (e importScooters) Execute(ctx context.Context, in *ImportIn) (*importedOut, error) {
	table, name, err := in.table()
	if err != nil {
		return nil, err
	}
	at, ignored, wrong := scooterColumns.read(table, "plate")
	if len(wrong) > 0 {
		return nil, refuse(languageFrom(ctx), wrong)
	}
	records := scooterRecords(table, at, e.backend)
	plan, err := e.store.ImportScooters(ctx, records, name, in.DryRun)
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
		out.Body.Created = append(out.Body.Created, s.Plate)
	}
	for _, c := range plan.Change {
		out.Body.Changed = append(out.Body.Changed, ImportedChange{Row: c.Row, Name: c.After.Plate, Columns: c.Columns})
	}
	return out, nil
}

// scooterRecords reads the rows. Cells that can't be what their column says are named in their record, so that what the
// register has against the file is told together with them.
func scooterRecords(t sheet.Table, at map[string]int, backend []string) (records []fleet.Record) {
	for _, row := range t.Rows {
		c := &cells{row: row, at: at}
		r := fleet.Record{Row: row.Number, Plate: row.Cells[at["plate"]]}
		if f, bad := fault.From(fleet.CheckPlate(r.Plate, backend...)); r.Plate == "" {
			c.fail("plate", errCellMissing)
		} else if bad {
			c.fail("plate", f)
		}
		if r.IMEI = c.text("imei", 40); r.IMEI != nil && fleet.CheckIMEI(*r.IMEI) != nil {
			c.fail("imei", fleet.ErrIMEIInvalid)
			r.IMEI = nil
		}
		if r.QRCode = c.text("qr_code", 40); r.QRCode != nil && fleet.CheckCode(*r.QRCode, r.Plate) != nil {
			c.fail("qr_code", fleet.ErrCodeInvalid)
			r.QRCode = nil
		}
		r.Model, r.Reason, r.Note = c.text("model", 100), c.reason(), c.text("note", 1000)
		r.Service = word(c, "service", serviceWords)
		if r.Station = c.text("station", 40); r.Station != nil && noStation[foldWord(*r.Station)] {
			*r.Station = fleet.FreeFloating
		}
		r.LimitKmh = c.whole("limit_kmh")
		for _, each := range append(c.wrong, beyond(t, row)...) {
			r.Wrong = append(r.Wrong, fleet.Flaw{Column: each.column, Fault: each.fault})
		}
		records = append(records, r)
	}
	return records
}

// cells reads the cells of one row by their columns. An empty cell, or a column that the file has not, says nothing: nil.
type cells struct {
	row   sheet.Row
	at    map[string]int
	wrong []rowFault
}

func (c *cells) text(column string, most int) *string {
	i, ok := c.at[column]
	if !ok || c.row.Cells[i] == "" {
		return nil
	}
	s := c.row.Cells[i]
	if len([]rune(s)) > most {
		c.fail(column, errCellInvalid)
		return nil
	}
	return &s
}

// reason is why, by the rule that holds for every reason of staff.
func (c *cells) reason() *string {
	s := c.text("reason", 2*staff.ReasonLongest)
	if s == nil {
		return nil
	}
	text, err := staff.Reason(*s)
	if err != nil {
		c.fail("reason", staff.ErrReason)
		return nil
	}
	return &text
}

func (c *cells) fail(column string, f *fault.Error) {
	c.wrong = append(c.wrong, rowFault{c.row.Number, column, f})
}

// whole is a whole number, which a spreadsheet may have written as 20.0 or 20,0.
func (c *cells) whole(column string) *int {
	n := c.number(column)
	if n == nil {
		return nil
	}
	whole := int(*n)
	if float64(whole) != *n {
		c.fail(column, errCellInvalid)
		return nil
	}
	return &whole
}

// number is a number with a point or, as in Spanish, a comma.
func (c *cells) number(column string) *float64 {
	s := c.text(column, 40)
	if s == nil {
		return nil
	}
	n, err := strconv.ParseFloat(strings.Replace(*s, ",", ".", 1), 64)
	if err != nil || n < -1e9 || n > 1e9 || math.IsNaN(n) {
		c.fail(column, errCellInvalid)
		return nil
	}
	return &n
}

// word is one of a few words, in English or Spanish.
func word[T any](c *cells, column string, known map[string]T) *T {
	s := c.text(column, 40)
	if s == nil {
		return nil
	}
	w, ok := known[foldWord(*s)]
	if !ok {
		c.fail(column, errCellInvalid)
		return nil
	}
	return &w
}
