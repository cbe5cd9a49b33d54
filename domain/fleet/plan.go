package fleet

import (
	"cmp"
	"slices"
	"strings"

	"rodada/domain/fault"
	"rodada/domain/staff"
	"rodada/domain/station"
)

// Fold makes names equal that differ in case alone.
func Fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// PlanImport says what it takes to bring the register to what a file tells: which scooters are new, which change and in what.
// A file that was imported before changes nothing. Every bad row is in the plan's errors; one is enough to do nothing.
func PlanImport(records []Record, known Known) Plan {
	p := &planner{known: known, plates: map[string]string{}, seen: map[string]map[string]bool{}, moved: map[string]int{}}
	for plate := range known.Scooters {
		p.plates[Fold(plate)] = plate
	}
	for _, r := range records {
		p.row(r)
	}
	p.fill(records)
	slices.SortStableFunc(p.plan.Errors, func(a, b RowError) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column))
	})
	return p.plan
}

type planner struct {
	known  Known
	plates map[string]string // by Fold
	plan   Plan
	seen   map[string]map[string]bool // column, then what rows before have there
	moved  map[string]int             // station to how many scooters come, less those that go
}

func (p *planner) wrong(r Record, column string, f *fault.Error) {
	p.plan.Errors = append(p.plan.Errors, RowError{Row: r.Row, Column: column, Fault: f})
}

// once refuses a value that a row before has in the same column; key is what makes two values the same.
func (p *planner) once(r Record, column, value, key string) {
	if value == "" {
		return
	}
	if p.seen[column] == nil {
		p.seen[column] = map[string]bool{}
	}
	if p.seen[column][key] {
		p.wrong(r, column, ErrRowTwice.With("value", value))
	}
	p.seen[column][key] = true
}

func (p *planner) row(r Record) {
	before, exists := p.known.Scooters[r.Plate]
	after := before
	if !exists {
		after = Scooter{Plate: r.Plate, Service: Maintenance, Hold: Free, Battery: -1}
	}
	wrong := len(p.plan.Errors)
	for _, flaw := range r.Wrong {
		p.wrong(r, flaw.Column, flaw.Fault)
	}
	if _, taken := p.plates[Fold(r.Plate)]; taken && !exists {
		p.wrong(r, "plate", ErrPlateTaken)
	}
	p.once(r, "plate", r.Plate, Fold(r.Plate))
	p.model(r, &after, exists)
	p.names(r, &after, exists)
	p.station(r, &after)
	if r.Service != nil && *r.Service != after.Service {
		after.Service, after.Reason = *r.Service, ""
		if exists && r.Reason == nil && !r.flawed("reason") { // as for staff who do so by hand
			p.wrong(r, "reason", staff.ErrReason)
		}
	}
	reason := ""
	if r.Reason != nil {
		reason = *r.Reason
	}
	if reason != "" && after.Service != InService {
		after.Reason = reason
	}
	if r.Note != nil {
		after.Note = *r.Note
	}
	if after.Service == Retired && after.StationID != "" {
		if r.Station != nil {
			p.wrong(r, "station", ErrRetired)
		}
		after.StationID, after.Station = "", ""
	}
	p.moved[before.StationID]--
	p.moved[after.StationID]++
	switch columns := differing(before, after); {
	case len(p.plan.Errors) > wrong:
	case !exists:
		p.plan.Create = append(p.plan.Create, after)
	case len(columns) > 0:
		p.plan.Change = append(p.plan.Change, Revision{Row: r.Row, Before: before, After: after, Columns: columns, Reason: reason})
	default:
		p.plan.Unchanged++
	}
}

// model takes the model and the limit that it allows.
func (p *planner) model(r Record, after *Scooter, exists bool) {
	switch {
	case r.Model != nil:
		model, ok := p.known.Models[Fold(*r.Model)]
		if !ok {
			p.wrong(r, "model", ErrModelUnknown.With("value", *r.Model))
			after.Model = Model{MaxKmh: fastest}
			break
		}
		after.Model = model
		after.LimitKmh = min(after.LimitKmh, model.MaxKmh)
	case !exists:
		if !r.flawed("model") && !r.flawed("plate") {
			p.wrong(r, "model", ErrRowModel)
		}
		after.Model = Model{MaxKmh: fastest}
	}
	switch {
	case r.LimitKmh == nil && !exists:
		after.LimitKmh = after.Model.MaxKmh
	case r.LimitKmh != nil && *r.LimitKmh != after.LimitKmh:
		if *r.LimitKmh < 1 || *r.LimitKmh > after.Model.MaxKmh {
			p.wrong(r, "limit_kmh", ErrLimitInvalid.With("max_kmh", after.Model.MaxKmh))
		}
		after.LimitKmh = *r.LimitKmh
	}
}

// flawed reports whether a cell is known to be wrong already.
func (r Record) flawed(column string) bool {
	return slices.ContainsFunc(r.Wrong, func(f Flaw) bool { return f.Column == column })
}

// names takes IMEI and printed code, which are one scooter's alone.
func (p *planner) names(r Record, after *Scooter, exists bool) {
	if r.IMEI != nil {
		p.once(r, "imei", *r.IMEI, *r.IMEI)
		if owner, taken := p.known.IMEIs[*r.IMEI]; taken && owner != r.Plate {
			p.wrong(r, "imei", ErrIMEITaken)
		}
		after.IMEI = *r.IMEI
	}
	if r.QRCode == nil {
		return
	}
	p.once(r, "qr_code", *r.QRCode, *r.QRCode)
	owner, taken := p.known.Codes[*r.QRCode]
	switch {
	case exists && *r.QRCode != after.QRCode:
		p.wrong(r, "qr_code", ErrCodeDiffers)
	case taken && owner != r.Plate:
		p.wrong(r, "qr_code", ErrCodeTaken)
	}
	after.QRCode = *r.QRCode
}

func (p *planner) station(r Record, after *Scooter) {
	if r.Station == nil {
		return
	}
	if Fold(*r.Station) == FreeFloating {
		after.StationID, after.Station = "", ""
		return
	}
	place, ok := p.known.Stations[Fold(*r.Station)]
	switch {
	case !ok:
		p.wrong(r, "station", station.ErrUnknown.With("value", *r.Station))
	case place.ID == after.StationID:
	case place.Closed:
		p.wrong(r, "station", station.ErrClosed)
	case after.Hold == InUse:
		p.wrong(r, "station", ErrHeld)
	default:
		after.StationID, after.Station = place.ID, place.ShortName
	}
}

// fill refuses stations that would have to hold more than they have room for, at the first of the rows that name them.
func (p *planner) fill(records []Record) {
	for _, place := range p.known.Stations {
		if place.Closed || p.moved[place.ID] <= 0 || p.moved[place.ID] <= place.Room {
			continue
		}
		for _, r := range records {
			if r.Station != nil && Fold(*r.Station) == Fold(place.ShortName) {
				p.wrong(r, "station", station.ErrFull.With("room", place.Room).With("wanted", p.moved[place.ID]))
				break
			}
		}
	}
}

// differing is the columns in which two scooters differ.
func differing(before, after Scooter) (columns []string) {
	for column, same := range map[string]bool{
		"imei": before.IMEI == after.IMEI, "model": before.Model == after.Model, "service": before.Service == after.Service,
		"reason": before.Reason == after.Reason, "station": before.StationID == after.StationID,
		"limit_kmh": before.LimitKmh == after.LimitKmh, "note": before.Note == after.Note,
	} {
		if !same {
			columns = append(columns, column)
		}
	}
	slices.Sort(columns)
	return columns
}
