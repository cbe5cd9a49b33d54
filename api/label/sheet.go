package label

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// Label is what is printed for one scooter.
type Label struct {
	Link  string // what the QR code says
	Code  string // printed below it, for a scanner that fails
	Plate string // printed beside the label, where it is cut off: it tells which scooter the label is for, and only that
}

// The sheet: A4 upright, labels in three columns and four rows, in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	columns, rows         = 3, 4
	labelWidth            = 56.0
	labelHeight           = 58.0
	gapX, gapY            = 8.0, 8.0
	marginX               = (pageWidth - columns*labelWidth - (columns-1)*gapX) / 2
	marginTop             = 20.0
	codeSide              = 38.0 // with the quiet zone
	// PerPage is how many labels a page has.
	PerPage = columns * rows
)

// cell is the upper left corner of a label on its page.
func cell(i int) (x, y float64) {
	i %= PerPage
	return marginX + float64(i%columns)*(labelWidth+gapX), marginTop + float64(i/columns)*(labelHeight+gapY)
}

// Sheet is a PDF of labels, in the order in which they come. at is the date that it carries.
func Sheet(labels []Label, at time.Time) ([]byte, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetTitle("Rodada: QR labels", true)
	pdf.SetCreationDate(at)
	pdf.SetModificationDate(at)
	pdf.SetAutoPageBreak(false, 0)
	s := &drawing{pdf: pdf, latin: pdf.UnicodeTranslatorFromDescriptor("")}
	pages := (len(labels) + PerPage - 1) / PerPage
	for i, l := range labels {
		if i%PerPage == 0 {
			pdf.AddPage()
			s.foot(fmt.Sprintf("%s  |  %d labels  |  page %d of %d", at.Format(time.DateOnly), len(labels), i/PerPage+1, pages))
		}
		x, y := cell(i)
		if err := s.label(l, x, y); err != nil {
			return nil, err
		}
	}
	var file bytes.Buffer
	if err := pdf.Output(&file); err != nil {
		return nil, fmt.Errorf("label: %w", err)
	}
	return file.Bytes(), nil
}

type drawing struct {
	pdf   *fpdf.Fpdf
	latin func(string) string // the fonts that every reader has know Western Europe's letters
}

func (d *drawing) label(l Label, x, y float64) error {
	m, err := encode(l.Link)
	if err != nil {
		return err
	}
	// The scooter that it is for, above the line along which it is cut.
	d.pdf.SetTextColor(130, 130, 130)
	d.text("Helvetica", "", 7, x, y-3.6, labelWidth, "L", fit(l.Plate, 32))
	d.pdf.SetDrawColor(190, 190, 190)
	d.pdf.SetLineWidth(0.15)
	d.pdf.SetDashPattern([]float64{1.2, 1}, 0)
	d.pdf.Rect(x, y, labelWidth, labelHeight, "D")
	d.pdf.SetDashPattern(nil, 0)

	d.pdf.SetTextColor(0, 0, 0)
	d.text("Helvetica", "B", 10, x, y+3, labelWidth, "C", "Escanea y rueda")
	d.text("Helvetica", "", 7.5, x, y+7.4, labelWidth, "C", "Scan to ride")
	d.code(m, x+(labelWidth-codeSide)/2, y+10.6)
	const letter = 0.6 * 0.353 // of Courier: millimetres per point
	points := min(12, (labelWidth-4)/(letter*float64(max(1, len(l.Code)))))
	d.text("Courier", "B", points, x, y+50.2, labelWidth, "C", l.Code)
	return nil
}

// code draws the dark modules, those beside each other in one go. They overlap a hair, so that no reader shows seams.
func (d *drawing) code(m modules, x, y float64) {
	side := codeSide / float64(len(m)+2*quiet)
	const hair = 0.01
	d.pdf.SetFillColor(0, 0, 0)
	for row, squares := range m {
		for from := 0; from < len(squares); from++ {
			to := from
			for to < len(squares) && squares[to] {
				to++
			}
			if to > from {
				d.pdf.Rect(x+float64(from+quiet)*side, y+float64(row+quiet)*side, float64(to-from)*side+hair, side+hair, "F")
				from = to
			}
		}
	}
}

func (d *drawing) text(font, style string, points, x, y, width float64, align, s string) {
	d.pdf.SetFont(font, style, points)
	d.pdf.SetXY(x, y)
	d.pdf.CellFormat(width, points*0.36, d.latin(s), "", 0, align+"M", false, 0, "")
}

func (d *drawing) foot(s string) {
	d.pdf.SetTextColor(130, 130, 130)
	d.text("Helvetica", "", 7, marginX, pageHeight-11, pageWidth-2*marginX, "C", s)
}

// fit shortens a text to so many letters.
func fit(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters-1]) + "\u2026"
	}
	return s
}
