// Package label makes what is printed for a scooter: its QR code as a picture, and sheets of labels to cut out.
package label

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

// quiet is the white border that a scanner needs, in modules. (ISO/IEC 18004)
const quiet = 4

// modules is a QR code as squares: true is dark.
type modules [][]bool

// encode makes the code of a link. A quarter of it may be scratched or dirty and it still reads.
func encode(link string) (modules, error) {
	code, err := qr.Encode(link, qr.Q, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("label: %w", err)
	}
	m := make(modules, code.Bounds().Dy())
	for y := range m {
		m[y] = make([]bool, code.Bounds().Dx())
		for x := range m[y] {
			gray, _, _, _ := code.At(x, y).RGBA()
			m[y][x] = gray == 0
		}
	}
	return m, nil
}

// PNG is the code of a link as a picture with its quiet zone, at most so many pixels wide: each module is a whole number of
// pixels, which keeps the edges sharp, and at least one.
func PNG(link string, pixels int) ([]byte, error) {
	m, err := encode(link)
	if err != nil {
		return nil, err
	}
	across := len(m) + 2*quiet
	scale := max(1, pixels/across)
	picture := image.NewPaletted(image.Rect(0, 0, across*scale, across*scale), color.Palette{color.White, color.Black})
	for y, row := range m {
		for x, dark := range row {
			for i := 0; dark && i < scale*scale; i++ {
				picture.SetColorIndex((x+quiet)*scale+i%scale, (y+quiet)*scale+i/scale, 1)
			}
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return nil, fmt.Errorf("label: %w", err)
	}
	return file.Bytes(), nil
}
