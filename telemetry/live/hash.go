package live

import (
	"math"
	"strconv"
	"strings"
	"time"

	"rodada/domain/fleet"
	"rodada/geo"
)

// A scooter's hash has a field per value: its time in microseconds since 1970, a blank, the value as text. "seen" and "since"
// have the time alone, "shown" the place that the map shows alone.
const (
	seen  = "seen"
	since = "since"
)

// column is one value's way into the hash and out of it.
type column struct {
	name  string
	write func(*Values) (at time.Time, text string)
	read  func(*Values, time.Time, string)
}

func columnOf[T any](name string, of func(*Values) *Value[T], text func(T) string, parse func(string) (T, bool)) column {
	return column{
		name: name,
		write: func(v *Values) (time.Time, string) {
			x := of(v)
			return x.At, text(x.Is)
		},
		read: func(v *Values, at time.Time, s string) {
			if is, ok := parse(s); ok {
				*of(v) = Value[T]{Is: is, At: at}
			}
		},
	}
}

var columns = []column{
	columnOf("fix", func(v *Values) *Value[geo.Point] { return &v.Fix }, pointText, parsePoint),
	columnOf("cell", func(v *Values) *Value[geo.Point] { return &v.Cell }, pointText, parsePoint),
	columnOf("battery", func(v *Values) *Value[int] { return &v.Battery }, strconv.Itoa, parseInt),
	columnOf("speed", func(v *Values) *Value[int] { return &v.SpeedKmh }, strconv.Itoa, parseInt),
	columnOf("powered", func(v *Values) *Value[bool] { return &v.Powered }, strconv.FormatBool, parseBool),
	columnOf("fallen", func(v *Values) *Value[bool] { return &v.Fallen }, strconv.FormatBool, parseBool),
	columnOf("voltage", func(v *Values) *Value[float64] { return &v.Voltage }, floatText, parseFloat),
	columnOf("trip", func(v *Values) *Value[int] { return &v.TripKm }, strconv.Itoa, parseInt),
	columnOf("limit", func(v *Values) *Value[int] { return &v.LimitKmh }, strconv.Itoa, parseInt),
	columnOf("fault", func(v *Values) *Value[int] { return &v.Fault }, strconv.Itoa, parseInt),
	columnOf("alarm", func(v *Values) *Value[bool] { return &v.Alarm }, strconv.FormatBool, parseBool),
	columnOf("vibrated", func(v *Values) *Value[bool] { return &v.Vibrated }, strconv.FormatBool, parseBool),
	columnOf("signal", func(v *Values) *Value[int] { return &v.Signal }, strconv.Itoa, parseInt),
	columnOf("service", func(v *Values) *Value[fleet.Service] { return &v.Service }, asText[fleet.Service], ofText[fleet.Service]),
	columnOf("hold", func(v *Values) *Value[fleet.Hold] { return &v.Hold }, asText[fleet.Hold], ofText[fleet.Hold]),
}

// arguments are a report's values as the update script takes them: name, time, text, and so on.
func (r *Report) arguments() []any {
	args := make([]any, 0, 3*(1+len(columns)))
	if !r.Seen.IsZero() { // the books have not heard of it
		args = append(args, seen, r.Seen.UnixMicro(), "")
	}
	for _, c := range columns {
		if at, text := c.write(&r.Values); !at.IsZero() {
			args = append(args, c.name, at.UnixMicro(), text)
		}
	}
	return args
}

// stateOf reads a hash. A field it can't read is as if it were not there.
func stateOf(plate string, hash map[string]string) State {
	s := State{Plate: plate}
	s.Seen, _, _ = split(hash[seen])
	s.HeldSince, _, _ = split(hash[since])
	for _, c := range columns {
		c.take(&s.Values, hash[c.name])
	}
	return s
}

// take reads a field.
func (c column) take(v *Values, field string) {
	if at, text, ok := split(field); ok {
		c.read(v, at, text)
	}
}

func split(field string) (at time.Time, text string, ok bool) {
	if field == "" {
		return at, "", false // the most frequent of those that are none, and an error costs much
	}
	micros, text, _ := strings.Cut(field, " ")
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil {
		return time.Time{}, "", false
	}
	return time.UnixMicro(n).UTC(), text, true
}

func pointText(p geo.Point) string { return floatText(p.Lat) + "," + floatText(p.Lng) }

func parsePoint(s string) (geo.Point, bool) {
	lat, lng, _ := strings.Cut(s, ",")
	y, okY := parseFloat(lat)
	x, okX := parseFloat(lng)
	p := geo.Point{Lat: y, Lng: x}
	return p, okY && okX && p.Valid()
}

func floatText(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func parseFloat(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

func asText[T ~string](s T) string { return string(s) }

func ofText[T ~string](s string) (T, bool) { return T(s), true }

func parseInt(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func parseBool(s string) (is, ok bool) {
	is, err := strconv.ParseBool(s)
	return is, err == nil
}
