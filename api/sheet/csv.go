package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// readCSV hands over the rows of a CSV file with the numbers of their lines.
func readCSV(file []byte, add func(int, []string) error) error {
	text, err := decode(file)
	if err != nil {
		return err
	}
	text, comma, skipped := separator(text)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		line, _ := r.FieldPos(0)
		if err := add(line+skipped, record); err != nil {
			return err
		}
	}
}

// decode makes UTF-8 of what spreadsheets write: UTF-8 with a mark or without, UTF-16 with a mark, and otherwise the code page
// of Western Europe, in which every byte is a character.
func decode(file []byte) (string, error) {
	utf16 := bytes.HasPrefix(file, []byte{0xFF, 0xFE}) || bytes.HasPrefix(file, []byte{0xFE, 0xFF})
	switch {
	case utf16:
		raw, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(file)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		return string(raw), nil
	case utf8.Valid(file):
		return strings.TrimPrefix(string(file), "\uFEFF"), nil
	}
	raw, err := charmap.Windows1252.NewDecoder().Bytes(file)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return string(raw), nil
}

// separator finds what stands between the cells: what Excel's own first line "sep=;" says, or what the first line has most of.
// Where a comma is for decimals, Excel writes semicolons.
func separator(text string) (rest string, comma rune, skipped int) {
	first, below, _ := strings.Cut(text, "\n")
	if said, ok := strings.CutPrefix(strings.TrimRight(first, "\r"), "sep="); ok && len(said) == 1 && strings.Contains(",;\t|", said) {
		return below, rune(said[0]), 1
	}
	comma = ','
	for _, other := range ";\t|" {
		if strings.Count(first, string(other)) > strings.Count(first, string(comma)) {
			comma = other
		}
	}
	return text, comma, 0
}

// WriteCSV writes rows as CSV in UTF-8, with a mark so that Excel takes it for what it is.
func WriteCSV(w io.Writer, comma rune, rows [][]string) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.Comma, c.UseCRLF = comma, true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = escape(cell)
		}
		if err := c.Write(safe); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
