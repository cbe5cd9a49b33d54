package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api/sheet"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// upload sends a file as a form does.
func (s *stage) upload(t *testing.T, path, name string, file []byte, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	require.NoError(t, w.WriteField("comment", "before the file"))
	part, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = part.Write(file)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	headers = append([]string{"Content-Type", w.FormDataContentType()}, headers...)
	return s.do(t, "POST", path, s.token(t, support, rider.ForStaff), form.String(), headers...)
}

const (
	importPath = "/admin/v1/scooters/import"
	fleetFile  = "Matrícula;Modelo;IMEI;Estación;Servicio;Límite de velocidad;Nota;Motivo;Batería\r\n" +
		"34CD;m1;860000000000027;mad-01;En servicio;20,0;\"nuevo; rojo\";;80\r\n" +
		"12AB;;;ninguna;mantenimiento;;; El freno chirría. ;\r\n"
)

func TestImportingAFile(t *testing.T) {
	s, at := newRegister(t)
	want := map[string]any{
		"applied": false, "created": []any{"34CD"}, "changed": []any{map[string]any{"row": 3., "name": "12AB", "columns": []any{"reason", "service"}}}, "unchanged": 0.,
		"ignored_columns": []any{"Batería"},
	}
	b := body(t, s.upload(t, importPath+"?dry_run=true", "flota.csv", []byte(fleetFile)), 200)
	require.Equal(t, want, without(b, "$schema"))
	require.Len(t, s.store.scooters, 1)

	want["applied"] = true
	b = body(t, s.upload(t, importPath, `C:\Users\Eva\flota ñ.csv`, []byte(fleetFile)), 200)
	require.Equal(t, want, without(b, "$schema"))
	got := s.store.scooters["34CD"]
	require.Equal(t, []any{"860000000000027", at, fleet.InService, 20, "nuevo; rojo"}, []any{got.IMEI, got.StationID, got.Service, got.LimitKmh, got.Note})
	last := s.store.deeds[len(s.store.deeds)-1]
	require.Equal(t, []string{"scooter.import", "flota ñ.csv"}, []string{last.Action, last.Subject})

	b = body(t, s.upload(t, importPath, "flota.csv", []byte(fleetFile)), 200)
	require.Equal(t, map[string]any{"applied": false, "created": []any{}, "changed": []any{}, "unchanged": 2., "ignored_columns": []any{"Batería"}}, without(b, "$schema"))
	b = body(t, s.do(t, "POST", importPath, s.token(t, support, rider.ForStaff), fleetFile, "Content-Type", "text/csv"), 200)
	require.EqualValues(t, 2, b["unchanged"], "a body without a form")
	require.Equal(t, "El freno chirría.", s.store.scooters[plate].Reason)
}

func TestEveryBadRowIsNamed(t *testing.T) {
	s, _ := newRegister(t)
	file := "plate,model,imei,qr_code,service,station,limit_kmh\n" + // 1
		"A1,M1,12,,,,\n" + // 2
		",M1,,,,,\n" + // 3
		"a/b,M1,,,,,fast\n" + // 4
		"A4,M1,,x y,flying,,\n" + // 5
		"A5,M1,,A5A5,,,2.5\n" // 6
	p := problem(t, s.upload(t, importPath, "f.csv", []byte(file), "Accept-Language", "es"), 422, "import_invalid")
	require.Contains(t, p["detail"], "No se ha importado nada")
	var got []string
	for _, each := range p["rows"].([]any) {
		row := each.(map[string]any)
		require.NotEmpty(t, row["message"])
		got = append(got, fmt.Sprintf("%v %v %v", row["row"], row["column"], row["code"]))
	}
	require.Equal(t, []string{
		"2 imei imei_invalid", "3 plate cell_missing", "4 limit_kmh cell_invalid", "4 plate plate_invalid", "5 qr_code qr_code_invalid",
		"5 service cell_invalid", "6 limit_kmh cell_invalid",
	}, got)
	require.EqualValues(t, 7, p["errors_total"])

	p = problem(t, s.upload(t, importPath+"?dry_run=true", "f.csv", []byte("plate,model,station\nA1,M9,\nA2,M1,X\nA3,,\n")), 422, "import_invalid")
	got = nil
	for _, each := range p["rows"].([]any) {
		row := each.(map[string]any)
		got = append(got, fmt.Sprintf("%v %v %v", row["row"], row["column"], row["code"]))
	}
	require.Equal(t, []string{"2 model model_unknown", "3 station station_unknown", "4 model model_missing"}, got)
	require.Len(t, s.store.scooters, 1)
}

// What no cell can be, what the register has not and what another scooter has: one answer tells all of it.
func TestABadFileIsAnsweredInOneRound(t *testing.T) {
	s, _ := newRegister(t)
	taken := s.store.scooters[plate].IMEI
	require.NotEmpty(t, taken)
	file := "plate,model,imei,limit_kmh,service,reason\n" + // 1
		"A1,M1,12,,,\n" + // 2
		"A2,M9,,250,,\n" + // 3
		"A3,M1,,250,,\n" + // 4
		"a1,M1,,,,\n" + // 5
		"A4,M1," + taken + ",,,\n" + // 6
		plate + ",,,,retired,\n" + // 7
		"A5,M1,,,blocked,x\n" + // 8
		strings.ToLower(plate) + ",M1,,,,\n" + // 9
		"import,M1,,,,,beyond\n" // 10
	p := problem(t, s.upload(t, importPath, "f.csv", []byte(file)), 422, "import_invalid")
	var got []string
	for _, each := range p["rows"].([]any) {
		row := each.(map[string]any)
		got = append(got, fmt.Sprintf("%v %v %v", row["row"], row["column"], row["code"]))
	}
	require.Equal(t, []string{
		"2 imei imei_invalid", "3 limit_kmh limit_invalid", "3 model model_unknown", "4 limit_kmh limit_invalid", "5 plate row_repeated",
		"6 imei imei_taken", "7 reason reason_invalid", "8 reason reason_invalid", "9 plate plate_taken", "9 plate row_repeated",
		"10 beyond cell_beyond_header", "10 plate plate_invalid",
	}, got)
	require.Len(t, s.store.scooters, 1)
}

func TestHeadersThatCanNotBe(t *testing.T) {
	s, _ := newRegister(t)
	for file, want := range map[string]string{
		"plate,colour\nA,red\n":    "1 colour column_unknown",
		"plate,matrícula\nA,B\n":   "1 matrícula column_repeated",
		"model\nM1\n":              "1 plate column_missing",
		"plate,model\nA,M1,oops\n": "2 oops cell_beyond_header",
	} {
		p := problem(t, s.upload(t, importPath, "f.csv", []byte(file)), 422, "import_invalid")
		row := p["rows"].([]any)[0].(map[string]any)
		require.Equal(t, want, fmt.Sprintf("%v %v %v", row["row"], row["column"], row["code"]))
	}
}

func TestFilesThatCanNotBe(t *testing.T) {
	s, _ := newRegister(t)
	for name, c := range map[string]struct {
		file []byte
		code string
	}{
		"empty":         {nil, "file_empty"},
		"a picture":     {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), "file_unreadable"},
		"too many rows": {[]byte("plate\n" + strings.Repeat("A\n", sheet.MaxRows+1)), "file_too_large"},
	} {
		t.Run(name, func(t *testing.T) { problem(t, s.upload(t, importPath, "f", c.file), 422, c.code) })
	}
	as := s.token(t, support, rider.ForStaff)
	problem(t, s.do(t, "POST", importPath, as, "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nA\r\n--x--", "Content-Type", "multipart/form-data; boundary=x"), 422, "file_missing")
	problem(t, s.do(t, "POST", importPath, as, nil), 422, "file_empty")
	problem(t, s.do(t, "POST", importPath, as, "", "Content-Type", "text/csv"), 422, "file_empty")
	problem(t, s.do(t, "POST", importPath, as, "no form at all", "Content-Type", "multipart/form-data; boundary=x"), 422, "file_missing")
	problem(t, s.do(t, "POST", importPath, as, strings.Repeat("A", 5<<20), "Content-Type", "text/csv"), 413, "body_too_large")
	member := s.store.staff[support]
	member.Permissions = []staff.Permission{staff.View}
	s.store.staff[support] = member
	problem(t, s.upload(t, importPath, "f.csv", []byte(fleetFile)), 403, "permission_missing")
}

func TestImportingStations(t *testing.T) {
	s, at := newRegister(t)
	path := "/admin/v1/stations/import"
	file := "código,nombre,latitud,longitud,capacidad,carga,estado\nMAD-01,,,,4,,mantenimiento\nBCN-01,Sants,\"41,379\",\"2,140\",12,no,activa\n"
	b := body(t, s.upload(t, path, "estaciones.csv", []byte(file)), 200)
	require.Equal(t, map[string]any{
		"applied": true, "created": []any{"BCN-01"}, "unchanged": 0., "ignored_columns": []any{},
		"changed": []any{map[string]any{"row": 2., "name": "MAD-01", "columns": []any{"capacity", "state"}}},
	}, without(b, "$schema"))
	require.Equal(t, 4, s.store.stations[at].Capacity)
	require.EqualValues(t, 2, body(t, s.upload(t, path, "estaciones.csv", []byte(file)), 200)["unchanged"])
	p := problem(t, s.upload(t, path, "x.csv", []byte("short_name,lat,lng\nX,north,1\n,1,1\n")), 422, "import_invalid")
	require.Len(t, p["rows"], 2)
}

// A file goes out and comes back in, changed or not, in both forms.
func TestAnExportCanBeImported(t *testing.T) {
	s, at := newRegister(t)
	one := s.store.scooters[plate]
	one.Note, one.StationID, one.Station = "=cmd|' /C calc'!A0", at, "MAD-01"
	one.Firmware, one.FirmwareAt, one.UpgradeID = "1.9", noon, "11111111-1111-4111-8111-111111111111"
	s.store.scooters[plate] = one
	for path, kind := range map[string]string{
		"/admin/v1/scooters.csv":                     "text/csv; charset=utf-8",
		"/admin/v1/scooters.csv?separator=semicolon": "text/csv; charset=utf-8",
		"/admin/v1/scooters.xlsx":                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	} {
		res := s.asStaff(t, "GET", path, nil)
		require.Equal(t, 200, res.Code)
		require.Equal(t, kind, res.Header().Get("Content-Type"))
		require.Regexp(t, `attachment; filename="scooters-2026-11-23\.(csv|xlsx)"`, res.Header().Get("Content-Disposition"))
		if strings.HasPrefix(kind, "text") {
			require.Contains(t, res.Body.String(), "'=cmd|")
			require.NotRegexp(t, `[,;]=cmd`, res.Body.String())
		}
		table, err := sheet.Read(res.Body.Bytes())
		require.NoError(t, err)
		require.Len(t, table.Rows, 1)
		for column, want := range map[string]string{"firmware": one.Firmware, "firmware_at": "2026-11-23T12:00:00Z", "upgrade_id": one.UpgradeID} {
			require.Equal(t, want, table.Rows[0].Cells[slices.Index(table.Header, column)], column)
		}
		b := body(t, s.upload(t, importPath, "f", res.Body.Bytes()), 200)
		require.EqualValues(t, 1, b["unchanged"])
	}
	require.Equal(t, 200, s.asStaff(t, "GET", "/admin/v1/scooters.csv?service=retired", nil).Code)
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters.csv?sort=mood", nil), 422, "sort_unknown")
	s.live.err = fmt.Errorf("no Redis")
	require.Equal(t, 200, s.asStaff(t, "GET", "/admin/v1/scooters.csv", nil).Code)
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters.xlsx?connection=online", nil), 503, "map_unavailable")
}

// Whatever somebody uploads: an answer that says what it is, and never a scooter half imported.
func FuzzImport(f *testing.F) {
	for _, seed := range []string{fleetFile, "plate\nA", "plate,limit_kmh\nA,NaN\n", "plate,imei\n\"\n\",1\n", "PK\x03\x04", "sep=,\nplate\n=A\n"} {
		f.Add([]byte(seed))
	}
	var s *stage // one for all: what makes an API is slow
	f.Fuzz(func(t *testing.T, file []byte) {
		if s == nil {
			s, _ = newRegister(t)
		}
		one := s.store.scooters[plate]
		defer func() { s.store.scooters = map[string]fleet.Scooter{plate: one} }()
		res := s.upload(t, importPath, "f.csv", file)
		require.Contains(t, []int{200, 413, 422}, res.Code, res.Body.String())
		if res.Code != 200 {
			require.Len(t, s.store.scooters, 1)
			return
		}
		again := body(t, s.upload(t, importPath, "f.csv", file), 200)
		require.Equal(t, false, again["applied"])
	})
}
