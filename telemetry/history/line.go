package history

import "strconv"

// How InfluxDB's line protocol writes a tag and the kinds of fields; each field has a comma behind it.

func appendTag(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c == ',' || c == '=' || c == ' ' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return dst
}

func appendNumber(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

func appendInt(dst []byte, field string, n int64) []byte {
	return append(appendNumber(appendName(dst, field), n), 'i', ',')
}

func appendFloat(dst []byte, field string, f float64) []byte {
	return append(strconv.AppendFloat(appendName(dst, field), f, 'f', -1, 64), ',')
}

func appendBool(dst []byte, field string, is bool) []byte {
	return append(strconv.AppendBool(appendName(dst, field), is), ',')
}

// appendText takes words of ours, which need no escaping.
func appendText(dst []byte, field, s string) []byte {
	dst = append(appendName(dst, field), '"')
	return append(append(dst, s...), '"', ',')
}

func appendName(dst []byte, field string) []byte { return append(append(dst, field...), '=') }
