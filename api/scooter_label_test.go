package api_test

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/fleet"
	"rodada/domain/rider"
)

func printing(o *api.Options) { o.Config.Fleet.QRLink = "https://rodada.example/s/" }

// What is printed can be scanned and ridden.
func TestAPrintedCodeOpensARental(t *testing.T) {
	s := newStage(t, printing)
	res := s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/qr.png?pixels=300", nil)
	require.Equal(t, 200, res.Code)
	require.Equal(t, "image/png", res.Header().Get("Content-Type"))
	picture, err := png.Decode(res.Body)
	require.NoError(t, err)
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	require.NoError(t, err)
	require.Equal(t, "https://rodada.example/s/"+code, read.GetText())
	require.NotContains(t, read.GetText(), plate)
	res = s.do(t, "POST", "/v1/rentals", s.token(t, ana, rider.ForRiders), map[string]any{"qr": read.GetText()}, "Idempotency-Key", "k")
	require.Equal(t, 201, res.Code, res.Body.String())

	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/NONE/qr.png", nil), 404, "scooter_unknown")
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/qr.png?pixels=9999", nil), 422, "request_invalid")
}

func TestASheetOfLabels(t *testing.T) {
	s := newStage(t, printing)
	s.fill(14, func(i int, sc *fleet.Scooter, _ *api.Sighting) {
		if i == 0 {
			sc.Service = fleet.Retired
		}
	})
	const path = "/admin/v1/scooters/qr-sheet"
	pages := func(body any) int {
		res := s.asStaff(t, "POST", path, body)
		require.Equal(t, 200, res.Code, res.Body.String())
		require.Equal(t, "application/pdf", res.Header().Get("Content-Type"))
		require.True(t, bytes.HasPrefix(res.Body.Bytes(), []byte("%PDF")))
		return bytes.Count(res.Body.Bytes(), []byte("/Type /Page\n"))
	}
	require.Equal(t, 2, pages(map[string]any{}))
	require.Equal(t, 2, pages(map[string]any{"service": []string{"in_service"}}))
	require.Equal(t, 1, pages(map[string]any{"plates": []string{"P03", "P01"}}))
	p := problem(t, s.asStaff(t, "POST", path, map[string]any{"plates": []string{"P03", "NONE"}}), 404, "scooter_unknown")
	require.Equal(t, []any{"NONE"}, p["plates"])
	problem(t, s.asStaff(t, "POST", path, map[string]any{"service": []string{"missing"}}), 422, "labels_none")
	problem(t, s.asStaff(t, "POST", path, map[string]any{"service": []string{"lost"}}), 422, "request_invalid")

	one := s.store.scooters["P00"]
	for i := range 1200 {
		one.ID, one.Plate = int64(1000+i), fmt.Sprint("MANY", i)
		s.store.scooters[one.Plate] = one
	}
	problem(t, s.asStaff(t, "POST", path, map[string]any{}), 422, "labels_too_many")
}
