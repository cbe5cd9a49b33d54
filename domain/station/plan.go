package station

import (
	"slices"
	"strings"

	"rodada/domain/fault"
	"rodada/geo"
)

// Record is a station as an imported file tells of it, known by its short name. nil is what the file does not say.
type Record struct {
	Row       int
	ShortName string
	Name      *string
	Address   *string
	Lat       *float64
	Lng       *float64
	Capacity  *int
	Charging  *bool
	State     *State
	Note      *string
	Wrong     []RowError // cells that can't be what their column says
}

// RowError is what is wrong with one cell of a file.
type RowError struct {
	Row    int
	Column string
	Fault  *fault.Error
}

// Plan is what an import would do.
type Plan struct {
	Create    []Station
	Change    []Revision
	Unchanged int
	Errors    []RowError
}

// Revision is a station as an import leaves it.
type Revision struct {
	Row     int
	Before  Station
	After   Station
	Columns []string // that differ
}

// ErrRepeated is the answer to a row whose station another row has already.
var ErrRepeated = fault.Declare(fault.Invalid, "station_repeated", "Another row of the file has the same station.")

// Fold makes short names equal that differ in case alone.
func Fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// PlanImport says what it takes to bring the stations to what a file tells. known has them by Fold of their short name.
// A station is not closed by an import, for that is decided with the scooters that stand there.
func PlanImport(records []Record, known map[string]Station) (p Plan) {
	seen := map[string]bool{}
	for _, r := range records {
		before, exists := known[Fold(r.ShortName)]
		after, wrong := before, r.Wrong
		if len(wrong) == 0 {
			after, wrong = r.apply(before, exists)
		}
		if seen[Fold(r.ShortName)] {
			wrong = append(wrong, RowError{r.Row, "short_name", ErrRepeated})
		}
		seen[Fold(r.ShortName)] = true
		switch {
		case len(wrong) > 0:
			p.Errors = append(p.Errors, wrong...)
		case !exists:
			p.Create = append(p.Create, after)
		case after != before:
			p.Change = append(p.Change, Revision{r.Row, before, after, differing(before, after)})
		default:
			p.Unchanged++
		}
	}
	return p
}

// apply is the station after the row, and what is wrong with it.
func (r Record) apply(s Station, exists bool) (after Station, wrong []RowError) {
	if !exists {
		s = Station{ShortName: r.ShortName, Charging: true, State: Active}
	}
	position := s.Position
	if r.Lat != nil && r.Lng != nil {
		position = geo.Point{Lat: *r.Lat, Lng: *r.Lng}
	} else if r.Lat != nil || r.Lng != nil {
		return s, []RowError{{r.Row, "lat", ErrInvalid.With("field", "position")}}
	}
	after, err := Edit{
		Name: r.Name, Address: r.Address, Position: &position, Capacity: r.Capacity, Charging: r.Charging, State: r.State, Note: r.Note,
	}.Apply(s)
	if f, ok := fault.From(err); ok {
		column, _ := f.Details["field"].(string)
		if column == "position" {
			column = "lat"
		}
		return s, []RowError{{r.Row, column, f}}
	}
	if r.State != nil && *r.State == Closed && s.State != Closed {
		return s, []RowError{{r.Row, "state", ErrInvalid.With("field", "state")}}
	}
	if after.Capacity < after.Scooters {
		return s, []RowError{{r.Row, "capacity", ErrFull.With("scooters", after.Scooters)}}
	}
	return after, nil
}

// differing is the columns in which two stations differ.
func differing(before, after Station) (columns []string) {
	for column, same := range map[string]bool{
		"name": before.Name == after.Name, "address": before.Address == after.Address, "lat": before.Position.Lat == after.Position.Lat,
		"lng": before.Position.Lng == after.Position.Lng, "capacity": before.Capacity == after.Capacity,
		"charging": before.Charging == after.Charging, "state": before.State == after.State, "note": before.Note == after.Note,
	} {
		if !same {
			columns = append(columns, column)
		}
	}
	slices.Sort(columns)
	return columns
}
