package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rodada/domain/fault"
	"rodada/domain/wording"
)

// NameLongest is how many characters a name has at most.
const NameLongest = 80

// ErrName is the answer to a name that is none.
var ErrName = fault.Declare(fault.Invalid, "name_invalid", "A name has 1 to 80 characters that can be read, in one line.")

// Name is a name as it is kept: composed (NFC), without blanks around it and with single ones in it. One that shows nothing, or another
// thing than it says, is none: ErrName.
func Name(typed string) (string, error) {
	name := norm.NFC.String(strings.Join(strings.Fields(typed), " "))
	if n := utf8.RuneCountInString(name); n < 1 || n > NameLongest || !wording.Readable(typed) || !wording.Readable(name) || !shows(name) {
		return "", ErrName
	}
	return name, nil
}

// shows reports whether there is more to see of a text than blanks and marks.
func shows(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !unseen[r] })
}

// unseen are letters that are drawn as blanks.
var unseen = map[rune]bool{'\u115f': true, '\u1160': true, '\u2800': true, '\u3164': true, '\uffa0': true}

// CleanName makes a name of what another service says: what can't be read is left out, what is too long is cut. It may be empty.
func CleanName(said string) string {
	said = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, said)
	runes := []rune(norm.NFC.String(strings.Join(strings.Fields(said), " ")))
	name, err := Name(string(runes[:min(len(runes), NameLongest)]))
	if err != nil {
		return ""
	}
	return name
}
