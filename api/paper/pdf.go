package paper

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"codeberg.org/go-pdf/fpdf"

	"rodada/geo"
)

// The page: A4 upright, in millimetres.
const (
	margin     = 20.0
	paperWidth = 210.0
	width      = paperWidth - 2*margin
	labelWidth = 38.0
	row        = 6.0
	figure     = 62.0 // the side of the square that the route is drawn in
)

// PDF is the receipt as a file, with the way of the ride if that is known.
func (r Receipt) PDF(way []geo.Point) ([]byte, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	addFonts(pdf)
	title := wordTitle.in(r.Language)
	pdf.SetTitle(title+" "+r.RentalID, true)
	pdf.SetAuthor(readable(r.Operator.Name), true)
	pdf.SetLang(r.Language)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(r.Ended.UTC())
	pdf.SetModificationDate(r.Ended.UTC())
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(true, margin)
	pdf.AddPage()
	p := page{pdf}
	p.operator(r)
	p.text("B", 18, title)
	p.text("", 11, r.StateText)
	p.gap()
	for _, fact := range r.facts() {
		p.fact(fact[0], fact[1])
	}
	p.gap()
	for _, l := range r.Lines {
		p.line("", l.Label, l.remark(r.Language), l.Amount.Text)
	}
	p.rule()
	p.line("B", wordTotal.in(r.Language), "", r.Total.Text)
	p.gap()
	for _, m := range r.Movements {
		p.line("", m.Label, r.moment(m.At), m.Amount.Text)
	}
	p.rule()
	p.line("B", wordCost.in(r.Language), "", r.Cost.Text)
	if r.Tax != nil {
		p.line("", wordNet.in(r.Language), "", r.Tax.Net.Text)
		p.line("", fmt.Sprintf("%s %s %s %%", wordIncludes.in(r.Language), r.Tax.Name, r.Tax.Percent), "", r.Tax.Amount.Text)
	}
	if moved(way) {
		p.route(wordRoute.in(r.Language), way)
	}
	var file bytes.Buffer
	if err := pdf.Output(&file); err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	return file.Bytes(), nil
}

// standing is how far the fixes of a scooter that stands may lie apart, in metres.
const standing = 15

// moved reports whether there is a way to draw.
func moved(way []geo.Point) bool {
	return slices.ContainsFunc(way, func(p geo.Point) bool { return geo.Distance(way[0], p) > standing })
}

type page struct{ *fpdf.Fpdf }

func (p page) operator(r Receipt) {
	p.text("B", 12, r.Operator.Name)
	if r.Operator.TaxID != "" {
		p.text("", 9, wordTaxID.in(r.Language)+" "+r.Operator.TaxID)
	}
	for _, text := range []string{r.Operator.Address, r.Operator.Contact} {
		if strings.TrimSpace(text) != "" {
			p.text("", 9, text)
		}
	}
	p.gap()
}

func (p page) text(style string, size float64, text string) {
	p.SetFont(family, style, size)
	p.MultiCell(width, size*0.5, readable(text), "", "L", false)
}

func (p page) fact(label, text string) {
	p.SetFont(family, "", 10)
	p.SetTextColor(90, 90, 90)
	p.CellFormat(labelWidth, row, readable(label), "", 0, "L", false, 0, "")
	p.SetTextColor(0, 0, 0)
	p.MultiCell(width-labelWidth, row, readable(text), "", "L", false)
}

// line is a row of the bill: what, a remark, an amount.
func (p page) line(style, what, remark, amount string) {
	const remarkWidth, amountWidth = 62.0, 34.0
	p.SetFont(family, style, 10)
	p.CellFormat(width-remarkWidth-amountWidth, row, p.fit(readable(what), width-remarkWidth-amountWidth), "", 0, "L", false, 0, "")
	p.CellFormat(remarkWidth, row, p.fit(readable(remark), remarkWidth), "", 0, "R", false, 0, "")
	p.CellFormat(amountWidth, row, readable(amount), "", 1, "R", false, 0, "")
}

// fit cuts a text that is wider than its room.
func (p page) fit(text string, room float64) string {
	letters := []rune(text)
	for len(letters) > 1 && p.GetStringWidth(string(letters)) > room-2 {
		letters = append(letters[:len(letters)-2], '…')
	}
	return string(letters)
}

func (p page) gap() { p.Ln(row) }

func (p page) rule() {
	y := p.GetY() + 1
	p.SetDrawColor(160, 160, 160)
	p.SetLineWidth(0.2)
	p.Line(margin, y, margin+width, y)
	p.Ln(2)
}
