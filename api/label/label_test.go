package label_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"
	single "github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/require"

	"rodada/api/label"
	"rodada/domain/fleet"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestThePictureReadsAsTheLink(t *testing.T) {
	for _, pixels := range []int{1, 64, 300, 1024} {
		link := "https://rodada.example/s/" + fleet.NewCode()
		file, err := label.PNG(link, pixels)
		require.NoError(t, err)
		picture, err := png.Decode(bytes.NewReader(file))
		require.NoError(t, err)
		size := picture.Bounds().Dx()
		require.Equal(t, size, picture.Bounds().Dy())
		if pixels >= 64 {
			require.LessOrEqual(t, size, pixels)
			require.Greater(t, 2*size, pixels, "it uses the room")
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
		require.NoError(t, err)
		read, err := single.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
		require.NoError(t, err)
		require.Equal(t, link, read.GetText())
	}
	_, err := label.PNG(strings.Repeat("x", 5000), 300)
	require.Error(t, err)
}

// A sheet that is printed and scanned gives every code once, with the code and the plate as text; nothing but the text beside
// the label knows the plate.
func TestASheetReadsAsItsLinks(t *testing.T) {
	var labels []label.Label
	want := map[string]int{}
	for i := range label.PerPage + 2 {
		code := fleet.NewCode()
		labels = append(labels, label.Label{Link: "https://rodada.example/s/" + code, Code: code, Plate: fmt.Sprintf("M-%02d (ñ)", i)})
		want[labels[i].Link]++
	}
	labels[1].Plate = strings.Repeat("a very long number ", 3)
	file, err := label.Sheet(labels, noon)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(file, []byte("%PDF-1.")))
	pages := contents(t, file)
	require.Len(t, pages, 2)

	got := map[string]int{}
	for _, page := range pages {
		bitmap, err := gozxing.NewBinaryBitmapFromImage(raster(t, page))
		require.NoError(t, err)
		all, err := qrcode.NewQRCodeMultiReader().DecodeMultiple(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
		require.NoError(t, err)
		for _, each := range all {
			got[each.GetText()]++
		}
	}
	require.Equal(t, want, got)
	for i, l := range labels {
		require.Contains(t, pages[i/label.PerPage], "("+l.Code+")")
		require.NotContains(t, l.Link, l.Plate)
	}
	require.Contains(t, pages[0], `M-00 \(`+"\xf1"+`\)`, "Latin letters")
	require.Contains(t, pages[1], "page 2 of 2")
}

func TestAnEmptySheetAndALinkThatIsTooLong(t *testing.T) {
	file, err := label.Sheet(nil, noon)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(file, []byte("%PDF-1.")))
	_, err = label.Sheet([]label.Label{{Link: strings.Repeat("x", 5000)}}, noon)
	require.Error(t, err)
}

var stream = regexp.MustCompile(`(?s)/Filter /FlateDecode /Length \d+>>\s*stream\r?\n(.*?)endstream`)

// contents is what each page of a PDF draws.
func contents(t *testing.T, file []byte) (pages []string) {
	t.Helper()
	for _, match := range stream.FindAllSubmatch(file, -1) {
		r, err := zlib.NewReader(bytes.NewReader(match[1]))
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		pages = append(pages, string(text))
	}
	require.Equal(t, len(pages), strings.Count(string(file), "/Type /Page\n"))
	return pages
}

var filled = regexp.MustCompile(`([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f`)

// raster is the filled rectangles of a page of A4 at 216 dots per inch.
func raster(t *testing.T, page string) image.Image {
	t.Helper()
	const perPoint = 3
	picture := image.NewGray(image.Rect(0, 0, 596*perPoint, 842*perPoint))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	found := filled.FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, found)
	for _, match := range found {
		var n [4]float64
		for i := range n {
			var err error
			n[i], err = strconv.ParseFloat(match[i+1], 64)
			require.NoError(t, err)
		}
		left, bottom, width, height := n[0], n[1], n[2], n[3]
		if height < 0 {
			bottom, height = bottom+height, -height
		}
		for y := int((841.89 - bottom - height) * perPoint); float64(y) < (841.89-bottom)*perPoint; y++ {
			for x := int(left * perPoint); float64(x) < (left+width)*perPoint; x++ {
				picture.SetGray(x, y, color.Gray{})
			}
		}
	}
	return picture
}
