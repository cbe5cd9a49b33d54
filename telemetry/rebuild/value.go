package rebuild

import (
	"time"

	"rodada/domain/series"
	"rodada/telemetry/history"
	"rodada/telemetry/live"
)

// fill puts a field into the report of its scooter. One that the live state has no place for is left out.
func fill(r *live.Report, said history.Said) {
	switch said.Field {
	case history.Received:
		if at, is := said.Value.(int64); is {
			r.Seen = time.Unix(0, at).UTC()
		}
	case history.Percent:
		set(&r.Battery, said, whole)
	case history.Volts:
		set(&r.Voltage, said, as[float64])
	case history.Kmh:
		set(&r.SpeedKmh, said, whole)
	case history.Limit:
		set(&r.LimitKmh, said, whole)
	case history.TripKm:
		set(&r.TripKm, said, whole)
	case history.Powered:
		set(&r.Powered, said, as[bool])
	case history.Fallen:
		set(&r.Fallen, said, as[bool])
	case history.Fault:
		set(&r.Fault, said, whole)
	case history.Alarm:
		set(&r.Alarm, said, as[bool])
	case history.Level:
		set(&r.Signal, said, whole)
	}
}

// locate puts a field into the last position of its scooter. Every position has all of them but the flaw.
func locate(p *series.Place, said history.Said) {
	switch said.Field {
	case history.Lat:
		p.Position.Lat, _ = said.Value.(float64)
		p.At = said.At
	case history.Lng:
		p.Position.Lng, _ = said.Value.(float64)
	case history.Source:
		p.Source, _ = said.Value.(string)
	case history.Valid:
		p.Valid, _ = said.Value.(bool)
	}
}

func set[T any](to *live.Value[T], said history.Said, read func(any) (T, bool)) {
	if is, ok := read(said.Value); ok {
		*to = live.Value[T]{Is: is, At: said.At}
	}
}

func as[T any](value any) (T, bool) {
	is, ok := value.(T)
	return is, ok
}

func whole(value any) (int, bool) {
	switch n := value.(type) {
	case int64:
		return int(n), true
	case float64:
		return int(n), true
	}
	return 0, false
}
