package history

import (
	"fmt"
	"strings"
	"time"

	"rodada/domain/series"
)

// The ways to make one value of a stretch's many: means of measured numbers, the last of states, settings and counters. A mean
// needs its window and nothing else, so one that InfluxDB 1.8 and 2.7 both run.
const (
	byMean = "mean"
	byMax  = "max"
	byLast = "last"
)

// shape is a series and what is asked of its fields.
type shape struct {
	measurement string
	means       []string
	tops        []string
	lasts       []string
}

var (
	batteryShape = shape{measurement: Battery, means: []string{Percent, Volts}}
	speedShape   = shape{measurement: Speed, means: []string{Kmh}, tops: []string{Kmh}, lasts: []string{Limit, TripKm}}
	statusShape  = shape{measurement: Status, lasts: []string{Powered, Fallen, Fault, Alarm}}
	signalShape  = shape{measurement: Signal, means: []string{Level}}
)

// source are the points of one series of one scooter in a span.
func source(bucket, plate string, span series.Span, measurement string) (string, error) {
	from, err := quoted(bucket)
	if err != nil {
		return "", err
	}
	of, err := quotedPlate(plate)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`from(bucket: %s)
  |> range(start: %s, stop: %s)
  |> filter(fn: (r) => r._measurement == "%s" and r.plate == %s)`, from, instant(span.From), instant(span.To), measurement, of), nil
}

// seriesQuery asks for a series, downsampled, each way under its name.
func seriesQuery(bucket, plate string, span series.Span, s shape) (string, error) {
	points, err := source(bucket, plate, span, s.measurement)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "points = %s\n", points)
	for _, part := range []struct {
		how    string
		fields []string
	}{{byMean, s.means}, {byMax, s.tops}, {byLast, s.lasts}} {
		if len(part.fields) == 0 {
			continue
		}
		fmt.Fprintf(&b, `points
  |> filter(fn: (r) => %s)
  |> aggregateWindow(every: %s, fn: %s, createEmpty: false, timeSrc: "_start")
  |> keep(columns: ["_time", "_field", "_value"])
  |> yield(name: "%s")
`, only(part.fields), duration(span.Every), part.how, part.how)
	}
	return b.String(), nil
}

// trackQuery asks for positions. A point is taken whole, as it was reported: a mean of places is a place where nobody was.
func trackQuery(bucket, plate string, span series.Span) (string, error) {
	points, err := source(bucket, plate, span, GPS)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`points = %s
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
%s%s`, points, lastPlace("r.valid", "sound", span.Every), lastPlace("not r.valid", "flawed", span.Every)), nil
}

func lastPlace(which, name string, every time.Duration) string {
	return fmt.Sprintf(`points
  |> filter(fn: (r) => %s)
  |> window(every: %s)
  |> last(column: "%s")
  |> group()
  |> yield(name: "%s")
`, which, duration(every), Valid, name)
}
