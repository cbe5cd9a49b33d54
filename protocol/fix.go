package protocol

import (
	"math"
	"strconv"
	"strings"
)

// Source is what a position was derived from.
type Source string

const (
	GPS Source = "gps"
	LBS Source = "lbs" // radio cells: hundreds of metres off
)

// Fix is a position report (19).
type Fix struct {
	Lat, Lng float64 // decimal degrees, WGS 84
	Alarm    bool
	Source   Source
}

// Fix reads a position report. Without a position in it the error's reason is
// ReasonNoFix.
func (m Message) Fix() (Fix, error) {
	if m.Code != PositionReport {
		return Fix{}, &DecodeError{Code: m.Code, Field: "a", Reason: ReasonWrongCode}
	}
	text, ok := m.Text("position")
	if !ok {
		return Fix{}, &DecodeError{Code: m.Code, Field: "g", Reason: ReasonMissing}
	}
	fix, reason := parseFix(text)
	if reason != "" {
		return Fix{}, &DecodeError{Code: m.Code, Field: "g", Reason: reason}
	}
	return fix, nil
}

func parseFix(text string) (Fix, Reason) {
	latText, rest, _ := strings.Cut(text, ",")
	lngText, rest, _ := strings.Cut(rest, ",")
	business, source, _ := strings.Cut(rest, ",")
	latText, lngText = strings.TrimSpace(latText), strings.TrimSpace(lngText)
	if latText == "" || lngText == "" {
		return Fix{}, ReasonNoFix
	}
	lat, okLat := parseDegrees(latText, 'N', 'S', 90)
	lng, okLng := parseDegrees(lngText, 'E', 'W', 180)
	if !okLat || !okLng {
		return Fix{}, ReasonInvalid
	}
	if lat == 0 && lng == 0 {
		return Fix{}, ReasonNoFix // what a receiver says before it knows
	}
	fix := Fix{Lat: lat, Lng: lng, Source: GPS}
	fix.Alarm = strings.TrimSpace(business) == "1"
	if strings.TrimSpace(source) == "1" {
		fix.Source = LBS
	}
	return fix, ""
}

// parseDegrees reads dddmm.mmmm with an optional sign or hemisphere letter.
// A sign that contradicts its letter is refused.
func parseDegrees(s string, positive, negative byte, limit float64) (float64, bool) {
	sign, letter := 1.0, s[len(s)-1]&^0x20
	if letter == positive || letter == negative {
		s = strings.TrimSpace(s[:len(s)-1])
		if letter == negative {
			sign = -1
		}
	} else {
		letter = 0
	}
	if strings.HasPrefix(s, "-") {
		if letter == positive {
			return 0, false
		}
		sign, s = -1, s[1:]
	}
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	v, ok := parseFloat(s)
	if !ok || v > limit*100 {
		return 0, false
	}
	degrees := math.Floor(v / 100)
	minutes := v - degrees*100
	if minutes >= 60 {
		return 0, false
	}
	return sign * (degrees + minutes/60), true
}

// String writes the fix as the value of "g", with all four fields.
func (f Fix) String() string {
	b := make([]byte, 0, 32)
	b = appendDegrees(b, f.Lat, 2)
	b = append(b, ',')
	b = appendDegrees(b, f.Lng, 3)
	b = append(b, ',', digit(f.Alarm), ',', digit(f.Source == LBS))
	return string(b)
}

func digit(on bool) byte {
	if on {
		return '1'
	}
	return '0'
}

// appendDegrees writes with four decimals of a minute, about 0.2 m.
func appendDegrees(b []byte, v float64, width int) []byte {
	tenThousandths := int64(math.Round(math.Abs(v) * 60 * 10_000))
	if v < 0 && tenThousandths > 0 {
		b = append(b, '-')
	}
	b = appendPadded(b, tenThousandths/600_000, width)
	rest := tenThousandths % 600_000
	b = appendPadded(b, rest/10_000, 2)
	b = append(b, '.')
	return appendPadded(b, rest%10_000, 4)
}

func appendPadded(b []byte, n int64, width int) []byte {
	text := strconv.FormatInt(n, 10)
	for range width - len(text) {
		b = append(b, '0')
	}
	return append(b, text...)
}
