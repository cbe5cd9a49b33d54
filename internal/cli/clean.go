package cli

import (
	"strconv"
	"strings"
	"unicode"
)

// clean is a text of a scooter or a server as a terminal may show it: what is no visible character is written out (\x1b, \u202e),
// so that no answer moves the cursor, rings the bell, or shows another thing than it says.
func clean(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == unicode.ReplacementChar && !strings.HasPrefix(text[i:], string(unicode.ReplacementChar)):
			b.WriteString(escaped(text[i : i+1])) // a byte that is no UTF-8
		case unicode.IsGraphic(r):
			b.WriteRune(r)
		default:
			b.WriteString(escaped(string(r)))
		}
	}
	return b.String()
}

func escaped(text string) string {
	quoted := strconv.QuoteToASCII(text)
	return quoted[1 : len(quoted)-1]
}
