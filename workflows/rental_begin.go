package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/protocol"
)

// keepReserved holds the scooter until its rider unlocks it, gives it back, or does not come.
func (r *ride) keepReserved(ctx workflow.Context) error {
	for r.s.State == rental.Reserved {
		left := r.in.ReservedUntil.Sub(workflow.Now(ctx))
		if !wait(ctx, left, "the reservation ends", r.asked) {
			r.void(ctx, rental.Expired, rental.ByLimit)
			return nil
		}
		switch q := r.next(); q.kind {
		case UpdateUnlock:
			r.s.Deadline = q.deadline
			r.advance(ctx, rental.Unlocking, rental.ByRider, nil)
			err := r.unlock(ctx)
			q.answer(nil) // the state says how it went
			return err
		case SignalChanged:
			r.changedReserved(ctx, *q.change)
		case UpdateCancel:
			r.void(ctx, rental.Cancelled, q.cause)
			q.answer(nil)
		case UpdateEnd:
			if q.cause == rental.ByRider {
				q.answer(rental.ErrState)
				continue
			}
			r.advance(ctx, rental.Void, q.cause, func(c *rental.Change) {
				c.Outcome, c.Reason, c.StaffID, c.Note = rental.Voided, rental.Released, q.staffID, q.note
			})
			q.answer(nil)
		default:
			q.answer(rental.ErrState)
		}
	}
	return nil
}

func (r *ride) void(ctx workflow.Context, why rental.Reason, by rental.Cause) {
	r.advance(ctx, rental.Void, by, func(c *rental.Change) { c.Outcome, c.Reason = rental.Voided, why })
}

// unlock opens the scooter. Only an ack that came in time begins a ride; after silence nobody knows whether it opened, so it
// is locked again before anybody else may have it. (Design, decision 5)
func (r *ride) unlock(ctx workflow.Context) error {
	got := r.line.ask(ctx, protocol.Command{Code: protocol.PowerOn}, r.s.Deadline.Sub(workflow.Now(ctx)))
	switch {
	case got.outcome == command.Done && !got.ack.ReceivedAt.After(r.s.Deadline):
		r.done(protocol.PowerOn, got.ack)
		r.s.UnlockedAt = workflow.Now(ctx)
		r.s.Meter.Start(r.s.UnlockedAt)
		r.advance(ctx, rental.Riding, rental.ByScooter, func(c *rental.Change) { c.UnlockedAt = r.s.UnlockedAt })
		r.preparing = true
		workflow.GoNamed(ctx, "counters", r.prepare)
	case got.outcome == command.Refused:
		status := *got.ack.Status
		why := rental.RefusalReason(status)
		r.advance(ctx, rental.Void, rental.ByScooter, func(c *rental.Change) {
			c.Outcome, c.Reason, c.DeviceStatus = rental.Voided, why, &status
		})
		if why == rental.HardwareFault {
			r.alert(ctx, staff.FaultAtStart, "The scooter refused to unlock: hardware fault.")
		}
	case got.unsent == UnsentBusy:
		r.void(ctx, rental.NotStarted, rental.BySystem) // nothing was sent: there is nothing to lock
	default:
		why := rental.ScooterSilent
		if got.unsent == UnsentLate {
			why = rental.NotStarted // though a worker that died may have sent it
		}
		r.advance(ctx, rental.Securing, rental.ByScooter, func(c *rental.Change) { c.Outcome, c.Reason = rental.Voided, why })
	}
	return nil
}

// prepare clears the trip counters and reads the baseline, while the rider rides already. What fails costs the rider
// nothing: without a baseline no distance is charged. What it sent is stored with the next change. (Protocol notes, "Units")
func (r *ride) prepare(ctx workflow.Context) {
	defer func() { r.s.Prepared, r.preparing = true, false }()
	wait(ctx, time.Millisecond, "the rider rides; then the counters", r.over) // a task of its own: the rider has the answer
	for _, code := range []protocol.Code{protocol.ClearTripMileage, protocol.ClearTripTime} {
		if r.over() {
			return
		}
		r.line.askUntil(ctx, protocol.Command{Code: code}, r.in.Limits.AckWindow, r.over)
	}
	if r.over() {
		return
	}
	if v, ok := r.queryUntil(ctx, r.over); ok && !r.over() {
		r.s.Baseline = &v.tripKm
	}
}

func (r *ride) over() bool { return r.s.State != rental.Riding && r.s.State != rental.Paused }

// vehicle is what the story reads from a vehicle report (16).
type vehicle struct {
	speed  int // km/h
	tripKm int
	off    bool // switched off, which is locked
}

func (v vehicle) standing() bool { return v.speed <= activities.WalkingPace }

// query asks the scooter for its parameters; false when it is silent or its report says too little.
func (r *ride) query(ctx workflow.Context) (vehicle, bool) { return r.queryUntil(ctx, never) }

func (r *ride) queryUntil(ctx workflow.Context, needless func() bool) (vehicle, bool) {
	began := workflow.Now(ctx)
	for range 2 {
		got := r.line.askUntil(ctx, protocol.Command{Code: protocol.QueryVehicle}, r.in.Limits.AckWindow, needless)
		if got.outcome != command.Done || needless() {
			return vehicle{}, false
		}
		if v, ok := readVehicle(got.ack.Values); ok {
			return v, true
		}
	}
	// Somebody answers in the scooter's name, or its answer got spoilt: what it has said meanwhile counts.
	known, ok := r.lastKnown(ctx)
	fresh := ok && known.SpeedKmh >= 0 && known.TripKm >= 0 && known.TripAt.After(began.Add(-time.Second))
	return vehicle{speed: known.SpeedKmh, tripKm: known.TripKm}, fresh
}

func readVehicle(values map[string]any) (vehicle, bool) {
	speed, hasSpeed := whole(values["speed_kmh"])
	trip, hasTrip := whole(values["trip_km"])
	power, hasPower := whole(values["power"])
	return vehicle{speed: speed, tripKm: trip, off: hasPower && power == 1}, hasSpeed && hasTrip
}

func (r *ride) lastKnown(ctx workflow.Context) (activities.LastKnown, bool) {
	var known activities.LastKnown
	err := within(ctx, time.Second, "read what the scooter said last", scooters.LastKnown, r.in.Plate).Get(ctx, &known)
	return known, err == nil
}

// whole reads a number that travelled as JSON.
func whole(v any) (int, bool) {
	f, ok := v.(float64)
	return int(f), ok && f >= 0 && f < 1e9
}

func (r *ride) alert(ctx workflow.Context, kind staff.AlertKind, text string) {
	a := staff.Alert{Plate: r.in.Plate, Kind: kind, Text: text, RentalID: r.in.RentalID, OpenedAt: workflow.Now(ctx)}
	persist(ctx, "alert staff: "+string(kind), people.Alert, a)
	r.note(ctx, "alerted", rental.BySystem, text)
}

func (r *ride) notify(ctx workflow.Context, kind rider.NoticeKind) {
	n := rider.Notice{RiderID: r.in.RiderID, RentalID: r.in.RentalID, Kind: kind}
	if err := within(ctx, 30*time.Second, "tell the rider: "+string(kind), people.Notify, n).Get(ctx, nil); err != nil {
		r.note(ctx, string(kind), rental.BySystem, fmt.Sprintf("The rider could not be told: %v", err))
		return
	}
	r.note(ctx, string(kind), rental.BySystem, "")
}
