package live

import (
	"context"
	"time"

	"rodada/telemetry/event"
)

// Name is what the live state is called among those who take what scooters say.
func (s *Store) Name() string { return "live" }

// Take writes what a batch of messages says.
func (s *Store) Take(ctx context.Context, batch []event.Report) error {
	reports := make([]Report, len(batch))
	for i := range batch {
		reports[i] = ReportOf(batch[i])
	}
	return s.Update(ctx, reports)
}

// ReportOf picks what belongs to the state of a scooter. Only positions may be older than their message.
func ReportOf(e event.Report) Report {
	r := Report{Plate: e.Plate, Seen: e.Received}
	for _, fact := range e.Facts {
		switch f := fact.(type) {
		case event.Position:
			switch f.Flaw {
			case event.NoFlaw:
				r.Fix = said(f.Point, e.At())
			case event.ByCells:
				r.Cell = said(f.Point, e.At())
			}
			r.Alarm = said(f.Alarm, e.At())
		case event.Battery:
			r.Battery = said(f.Percent, e.Received)
		case event.Voltage:
			r.Voltage = said(f.Volts, e.Received)
		case event.Power:
			r.Powered = said(f.On, e.Received)
		case event.Posture:
			r.Fallen = said(f.Fallen, e.Received)
		case event.Vibration:
			// A check (88) too: no command asks for it. What its status means is reserved, as that of 57 is.
			r.Vibrated = said(true, e.Received)
		case event.Fault:
			r.Fault = said(f.Code, e.Received)
		case event.Speed:
			r.SpeedKmh = said(f.Kmh, e.Received)
		case event.Trip:
			r.TripKm = said(int(f.Km), e.Received)
		case event.Limit:
			r.LimitKmh = said(f.Kmh, e.Received)
		case event.Signal:
			r.Signal = said(f.Level, e.Received)
		}
	}
	return r
}

func said[T any](is T, at time.Time) Value[T] { return Value[T]{Is: is, At: at} }
