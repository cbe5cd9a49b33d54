package paper

import (
	"bytes"
	"strings"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"golang.org/x/image/font/sfnt"
)

// family is DejaVu Sans, which has the letters of Europe, the Caucasus and the Near East. A file holds those alone that it shows.
const family = "dejavu"

func addFonts(pdf *fpdf.Fpdf) {
	pdf.AddUTF8FontFromBytes(family, "", bytes.Clone(dejavusanscondensed.TTF)) // which it may write into
	pdf.AddUTF8FontFromBytes(family, "B", bytes.Clone(dejavusanscondensedbold.TTF))
}

var known = sync.OnceValue(func() *sfnt.Font {
	font, err := sfnt.Parse(dejavusanscondensed.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return font
})

// readable puts a mark where the font has no letter; the library would fail at some.
func readable(text string) string {
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if glyph, err := known().GlyphIndex(&buffer, r); err != nil || glyph == 0 || r > 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, text)
}
