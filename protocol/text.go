package protocol

import "strings"

// textRule says which characters a typed text may have, so that it cannot
// leave its field: the seed writes these values without quotes around them.
type textRule uint8

const (
	textAny   textRule = iota
	textField          // visible ASCII without quotes, braces and separators
	textHost           // name or IPv4 address
	textPlate          // textField that is a valid plate
)

const breakers = "\"'\\{}[],:"

// check returns the reason why the text is refused, "" when it is not.
func (r textRule) check(s string) string {
	switch r {
	case textHost:
		if s == "" || strings.ContainsFunc(s, notHost) || s[0] == '-' || s[0] == '.' {
			return "must be a host name or an IPv4 address"
		}
	case textField:
		if strings.ContainsFunc(s, breaks) {
			return "may only have visible ASCII characters, without quotes, brackets, backslash, comma and colon"
		}
	case textPlate:
		if err := ValidPlate(s); err != nil {
			return err.Error()
		}
		return textField.check(s)
	case textAny:
	}
	return ""
}

func breaks(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(breakers, r)
}

func notHost(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-'
}

// appendQuoted appends s as a JSON string.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
