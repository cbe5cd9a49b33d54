// Package wording says which texts show what they say: names and reasons that people write, and others read on a map, in a
// list and in a terminal.
package wording

import (
	"unicode"
	"unicode/utf8"
)

const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
)

// Readable reports whether a text is one line that shows what it says: no controls, no ends of lines, nothing that turns the
// direction of writing, and nothing unseen but the joiners that Persian, Hindi and emoji are written with, where they are.
func Readable(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r == joiner || r == nonJoiner:
			if i == 0 || i == len(runes)-1 || !joins(runes[i-1]) || !joins(runes[i+1]) {
				return false
			}
		case !unicode.IsGraphic(r):
			return false
		}
	}
	return true
}

// joins reports whether a joiner beside a character shows: it does not beside letters that never join.
func joins(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.So, unicode.Sk) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}
