package history

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rodada/protocol"
)

// ErrText is that a text can't be part of a question.
var ErrText = errors.New("a text that can't be part of a question to the history")

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `\${`)

// quoted is a text as Flux writes it. One that could be read as anything but itself is refused.
func quoted(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", ErrText
	}
	return `"` + escapes.Replace(s) + `"`, nil
}

// quotedPlate is a plate as Flux writes it: first of all it must be one.
func quotedPlate(plate string) (string, error) {
	if err := protocol.ValidPlate(plate); err != nil {
		return "", fmt.Errorf("%w: %w", ErrText, err)
	}
	return quoted(plate)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func duration(d time.Duration) string { return fmt.Sprintf("%dns", d.Nanoseconds()) }

// anyOf is a filter for one of some texts in a column.
func anyOf(column string, quotedTexts []string) string {
	parts := make([]string, len(quotedTexts))
	for i, text := range quotedTexts {
		parts[i] = "r." + column + " == " + text
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

// only is a filter for the fields of this package's own names.
func only(fields []string) string {
	texts := make([]string, len(fields))
	for i, field := range fields {
		texts[i] = `"` + field + `"`
	}
	return anyOf("_field", texts)
}
