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

// Which bytes a rule allows; none beyond ASCII.
var fieldBytes, hostBytes [256]bool

func init() {
	for c := byte('!'); c <= '~'; c++ {
		fieldBytes[c] = strings.IndexByte(breakers, c) < 0
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		hostBytes[c] = letter || c >= '0' && c <= '9' || c == '.' || c == '-'
	}
}

func only(allowed *[256]bool, s string) bool {
	for i := range len(s) {
		if !allowed[s[i]] {
			return false
		}
	}
	return true
}

// check returns the reason why the text is refused, "" when it is not.
func (r textRule) check(s string) string {
	switch r {
	case textHost:
		if s == "" || !only(&hostBytes, s) || s[0] == '-' || s[0] == '.' {
			return "must be a host name or an IPv4 address"
		}
	case textField:
		if !only(&fieldBytes, s) {
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

// appendQuoted appends s as a JSON string.
func appendQuoted(b []byte, s string) []byte {
	return append(appendEscaped(append(b, '"'), s), '"')
}

// appendEscaped appends s as it stands inside of a JSON string.
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	plain := 0 // where the text begins that needs no escape
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c != 0x7f {
			continue
		}
		b = append(b, s[plain:i]...)
		plain = i + 1
		if c == '"' || c == '\\' {
			b = append(b, '\\', c)
		} else {
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(b, s[plain:]...)
}
