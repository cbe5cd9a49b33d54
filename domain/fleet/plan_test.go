package fleet_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/domain/station"
)

func ptr[T any](v T) *T { return &v }

var (
	m1 = fleet.Model{ID: 1, Name: "M1", MaxKmh: 25}
	m2 = fleet.Model{ID: 2, Name: "M2", MaxKmh: 15}
)

func known() fleet.Known {
	return fleet.Known{
		Scooters: map[string]fleet.Scooter{
			"OLD": {ID: 7, Plate: "OLD", QRCode: "OLDCODE", IMEI: "860000000000001", Model: m1, Service: fleet.Blocked, Reason: "dirty",
				Hold: fleet.Free, LimitKmh: 20, StationID: "s1", Station: "S1", Note: "red"},
			"RIDDEN": {ID: 8, Plate: "RIDDEN", Model: m1, Service: fleet.InService, Hold: fleet.InUse, LimitKmh: 25},
		},
		IMEIs:    map[string]string{"860000000000001": "OLD", "860000000000009": "ELSEWHERE"},
		Codes:    map[string]string{"OLDCODE": "OLD", "SPENT": "", "OTHERCODE": "ELSEWHERE"},
		Models:   map[string]fleet.Model{"m1": m1, "m2": m2},
		Stations: map[string]fleet.Place{"s1": {ID: "s1", ShortName: "S1", Room: 1}, "gone": {ID: "s2", ShortName: "GONE", Closed: true}},
	}
}

func TestWhatAFileSaysNothingOfStays(t *testing.T) {
	plan := fleet.PlanImport([]fleet.Record{{Row: 2, Plate: "OLD"}, {Row: 3, Plate: "NEW", Model: ptr("m1")}}, known())
	require.Equal(t, fleet.Plan{
		Unchanged: 1,
		Create:    []fleet.Scooter{{Plate: "NEW", Model: m1, Service: fleet.Maintenance, Hold: fleet.Free, Battery: -1, LimitKmh: 25}},
	}, plan)
}

func TestWhatAFileChanges(t *testing.T) {
	for name, c := range map[string]struct {
		record  fleet.Record
		columns []string
		edit    func(*fleet.Scooter)
	}{
		"a note":                   {fleet.Record{Note: ptr("blue")}, []string{"note"}, func(s *fleet.Scooter) { s.Note = "blue" }},
		"a slower model":           {fleet.Record{Model: ptr(" M2 ")}, []string{"limit_kmh", "model"}, func(s *fleet.Scooter) { s.Model, s.LimitKmh = m2, 15 }},
		"back into service":        {fleet.Record{Service: ptr(fleet.InService), Reason: ptr("washed")}, []string{"reason", "service"}, func(s *fleet.Scooter) { s.Service, s.Reason = fleet.InService, "" }},
		"another reason":           {fleet.Record{Reason: ptr("still dirty")}, []string{"reason"}, func(s *fleet.Scooter) { s.Reason = "still dirty" }},
		"retired, so free":         {fleet.Record{Service: ptr(fleet.Retired), Reason: ptr("burnt")}, []string{"reason", "service", "station"}, func(s *fleet.Scooter) { s.Service, s.Reason, s.StationID, s.Station = fleet.Retired, "burnt", "", "" }},
		"taken from its station":   {fleet.Record{Station: ptr("None")}, []string{"station"}, func(s *fleet.Scooter) { s.StationID, s.Station = "", "" }},
		"a limit":                  {fleet.Record{LimitKmh: ptr(10)}, []string{"limit_kmh"}, func(s *fleet.Scooter) { s.LimitKmh = 10 }},
		"an IMEI":                  {fleet.Record{IMEI: ptr("860000000000002")}, []string{"imei"}, func(s *fleet.Scooter) { s.IMEI = "860000000000002" }},
		"its own names once again": {fleet.Record{IMEI: ptr("860000000000001"), QRCode: ptr("OLDCODE"), Station: ptr("s1"), Note: ptr("x")}, []string{"note"}, func(s *fleet.Scooter) { s.Note = "x" }},
	} {
		t.Run(name, func(t *testing.T) {
			k := known()
			want := k.Scooters["OLD"]
			c.edit(&want)
			c.record.Row, c.record.Plate = 5, "OLD"
			plan := fleet.PlanImport([]fleet.Record{c.record}, k)
			reason := ""
			if c.record.Reason != nil {
				reason = *c.record.Reason
			}
			require.Equal(t, fleet.Plan{Change: []fleet.Revision{{Row: 5, Before: k.Scooters["OLD"], After: want, Columns: c.columns, Reason: reason}}}, plan)
		})
	}
}

func TestBadRows(t *testing.T) {
	for name, c := range map[string]struct {
		records []fleet.Record
		column  string
		want    *fault.Error
	}{
		"no model":              {[]fleet.Record{{Plate: "N"}}, "model", fleet.ErrRowModel},
		"an unknown model":      {[]fleet.Record{{Plate: "OLD", Model: ptr("M9")}}, "model", fleet.ErrModelUnknown},
		"too fast":              {[]fleet.Record{{Plate: "OLD", LimitKmh: ptr(26)}}, "limit_kmh", fleet.ErrLimitInvalid},
		"a limit of nothing":    {[]fleet.Record{{Plate: "OLD", LimitKmh: ptr(0)}}, "limit_kmh", fleet.ErrLimitInvalid},
		"another's IMEI":        {[]fleet.Record{{Plate: "OLD", IMEI: ptr("860000000000009")}}, "imei", fleet.ErrIMEITaken},
		"another's code":        {[]fleet.Record{{Plate: "N", Model: ptr("M1"), QRCode: ptr("OTHERCODE")}}, "qr_code", fleet.ErrCodeTaken},
		"a spent code":          {[]fleet.Record{{Plate: "N", Model: ptr("M1"), QRCode: ptr("SPENT")}}, "qr_code", fleet.ErrCodeTaken},
		"another code":          {[]fleet.Record{{Plate: "OLD", QRCode: ptr("NEWCODE")}}, "qr_code", fleet.ErrCodeDiffers},
		"an unknown station":    {[]fleet.Record{{Plate: "OLD", Station: ptr("S9")}}, "station", station.ErrUnknown},
		"a closed station":      {[]fleet.Record{{Plate: "OLD", Station: ptr("gone")}}, "station", station.ErrClosed},
		"a ridden scooter":      {[]fleet.Record{{Plate: "RIDDEN", Station: ptr("S1")}}, "station", fleet.ErrHeld},
		"retired at a station":  {[]fleet.Record{{Plate: "OLD", Service: ptr(fleet.Retired), Reason: ptr("burnt"), Station: ptr("S1")}}, "station", fleet.ErrRetired},
		"a plate twice":         {[]fleet.Record{{Plate: "OLD"}, {Plate: "OLD"}}, "plate", fleet.ErrRowTwice},
		"a plate twice, nearly": {[]fleet.Record{{Plate: "new", Model: ptr("M1")}, {Plate: "NEW", Model: ptr("M1")}}, "plate", fleet.ErrRowTwice},
		"a plate nearly taken":  {[]fleet.Record{{Plate: "old", Model: ptr("M1")}}, "plate", fleet.ErrPlateTaken},
		"retired without a why": {[]fleet.Record{{Plate: "OLD", Service: ptr(fleet.Retired)}}, "reason", staff.ErrReason},
		"an IMEI twice":         {[]fleet.Record{{Plate: "A", Model: ptr("M1"), IMEI: ptr("860000000000003")}, {Plate: "B", Model: ptr("M1"), IMEI: ptr("860000000000003")}}, "imei", fleet.ErrRowTwice},
		"no room": {[]fleet.Record{{Plate: "A", Model: ptr("M1"), Station: ptr("S1")}, {Plate: "B", Model: ptr("M1"), Station: ptr("S1")}},
			"station", station.ErrFull},
	} {
		t.Run(name, func(t *testing.T) {
			plan := fleet.PlanImport(c.records, known())
			require.Len(t, plan.Errors, 1)
			require.Equal(t, c.column, plan.Errors[0].Column)
			require.ErrorIs(t, plan.Errors[0].Fault, c.want)
		})
	}
}

// Whoever mends a file wants to know all of it at once.
func TestEveryFlawOfARowIsNamed(t *testing.T) {
	plan := fleet.PlanImport([]fleet.Record{
		{Row: 2, Plate: "N", Model: ptr("M9"), LimitKmh: ptr(250), Station: ptr("S9"), IMEI: ptr("860000000000009"),
			Wrong: []fleet.Flaw{{Column: "qr_code", Fault: fleet.ErrCodeInvalid}}},
		{Row: 3, Plate: "OLD", Service: ptr(fleet.Retired), Wrong: []fleet.Flaw{{Column: "reason", Fault: staff.ErrReason}}},
		{Row: 4, Plate: "a b", Wrong: []fleet.Flaw{{Column: "plate", Fault: fleet.ErrPlateInvalid}}},
		{Row: 5, Plate: "OK", Model: ptr("M1")},
	}, known())
	var got []string
	for _, e := range plan.Errors {
		got = append(got, fmt.Sprint(e.Row, " ", e.Column, " ", e.Fault.Code))
	}
	require.Equal(t, []string{
		"2 imei imei_taken", "2 limit_kmh limit_invalid", "2 model model_unknown", "2 qr_code qr_code_invalid", "2 station station_unknown",
		"3 reason reason_invalid", "4 plate plate_invalid",
	}, got)
	require.Len(t, plan.Create, 1)
}

func TestAStationTakesWhoComesForWhoGoes(t *testing.T) {
	plan := fleet.PlanImport([]fleet.Record{
		{Plate: "A", Model: ptr("M1"), Station: ptr("S1")}, {Plate: "B", Model: ptr("M1"), Station: ptr("S1")}, {Plate: "OLD", Station: ptr("none")},
	}, known())
	require.Empty(t, plan.Errors)
	require.Len(t, plan.Create, 2)
	require.Len(t, plan.Change, 1)
}

// A file that has been imported changes nothing when it comes again, whatever it says.
func TestTheSameFileAgainChangesNothing(t *testing.T) {
	optional := func(values ...string) *rapid.Generator[*string] { return rapid.Ptr(rapid.SampledFrom(values), true) }
	rapid.Check(t, func(r *rapid.T) {
		var records []fleet.Record
		for i, plate := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"OLD", "RIDDEN", "A", "B", "C"}), 1, 5, rapid.ID).Draw(r, "plates") {
			records = append(records, fleet.Record{
				Row: i + 2, Plate: plate, Model: optional("M1", "m2").Draw(r, "model"), Station: optional("S1", "none").Draw(r, "station"),
				IMEI: optional("860000000000005", "860000000000006").Draw(r, "imei"), Note: optional("x", "y").Draw(r, "note"),
				Service:  rapid.Ptr(rapid.SampledFrom([]fleet.Service{fleet.InService, fleet.Blocked, fleet.Retired}), true).Draw(r, "service"),
				Reason:   optional("why", "why not").Draw(r, "reason"),
				LimitKmh: rapid.Ptr(rapid.IntRange(1, 26), true).Draw(r, "limit"),
			})
		}
		k := known()
		plan := fleet.PlanImport(records, k)
		if len(plan.Errors) > 0 {
			return
		}
		require.Equal(r, len(records), len(plan.Create)+len(plan.Change)+plan.Unchanged)
		for _, s := range plan.Create {
			k.Scooters[s.Plate] = s
		}
		for _, c := range plan.Change {
			require.NotEmpty(r, c.Columns)
			k.Scooters[c.After.Plate] = c.After
		}
		for plate, s := range k.Scooters {
			k.IMEIs[s.IMEI] = plate
			require.LessOrEqual(r, s.LimitKmh, s.Model.MaxKmh)
		}
		k.Stations["s1"] = fleet.Place{ID: "s1", ShortName: "S1"} // full, by now
		again := fleet.PlanImport(records, k)
		require.Equal(r, fleet.Plan{Unchanged: len(records)}, again)
	})
}
