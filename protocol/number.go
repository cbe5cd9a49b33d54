package protocol

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// exact is the largest integer up to which a float64 holds every integer.
const exact = 1 << 53

// toInt takes an integer in any of the types that JSON, Temporal's data
// converter or Go code hand over. Floats must be integral.
func toInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case int16:
		return int64(n), true
	case int8:
		return int64(n), true
	case uint8:
		return int64(n), true
	case uint16:
		return int64(n), true
	case uint32:
		return int64(n), true
	case uint64:
		return int64(n), n <= math.MaxInt64
	case uint:
		return int64(n), uint64(n) <= math.MaxInt64
	case float64:
		return integral(n)
	case float32:
		return integral(float64(n))
	case json.Number:
		return parseInt(string(n))
	}
	return 0, false
}

func toFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, !math.IsNaN(n) && !math.IsInf(n, 0)
	case float32:
		return toFloat(float64(n))
	case json.Number:
		return parseFloat(string(n))
	}
	n, ok := toInt(v)
	return float64(n), ok
}

func integral(f float64) (int64, bool) {
	if f != math.Trunc(f) || math.Abs(f) > exact { // also refuses NaN and infinities
		return 0, false
	}
	return int64(f), true
}

// parseInt reads an integer as boxes write it: "7", " 7", "7.0".
func parseInt(s string) (int64, bool) {
	if n, ok := parseDigits(s); ok {
		return n, true
	}
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, ok := parseFloat(s)
	if !ok {
		return 0, false
	}
	return integral(f)
}

// parseDigits is the short way for nearly every number there is.
func parseDigits(s string) (int64, bool) {
	const safe = 18 // digits that cannot overflow
	if s == "" || len(s) > safe {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, true
}

// parseFloat reads a decimal number; unlike strconv it refuses hexadecimal,
// underscores, NaN and infinities.
func parseFloat(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0)
}
