package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/zone"
	"rodada/protocol"
)

// SignalZone tells a ride that something else is in force where it is now.
const SignalZone = "zone"

// ZoneCrossing is what SignalZone carries. One meant for another rental, or older than what the ride knows, changes nothing.
type ZoneCrossing = zone.Crossing

// zoneState is what a ride knows of the zone that it is in.
type zoneState struct {
	// In is what is in force; nil: nothing.
	In *ZoneCrossing `json:"in,omitempty"`
	// At and Set are of the latest crossing that was heard, and PassedAt is when the latest zone was passed.
	At       time.Time `json:"at,omitzero"`
	Set      int64     `json:"set,omitempty"`
	PassedAt time.Time `json:"passed_at,omitzero"`
	// Astray: it is where nobody may ride. PauseAt is when it is paused for that; zero while it is paused already.
	Astray  bool          `json:"astray,omitempty"`
	PauseAt time.Time     `json:"pause_at,omitzero"`
	Backoff time.Duration `json:"backoff,omitempty"`
	// Given is the limit that the scooter has from a zone; nil: its own. RetryAt is when one that it did not take is sent again.
	Given   *int      `json:"given,omitempty"`
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// underWay is what those who watch scooters need to know of the ride in a state; nil before it began and after they know that
// it is over.
func (r *ride) underWay(in rental.State) *rental.Ride {
	if !in.UnderWay() && in != rental.Locking {
		return nil
	}
	return &rental.Ride{
		RentalID: r.in.RentalID, Plate: r.in.Plate, ModelID: r.in.ModelID, LimitKmh: r.wantedLimit(), Since: r.s.UnlockedAt,
	}
}

// listenZones takes crossings and puts them in the queue of what the story comes to.
func (r *ride) listenZones(ctx workflow.Context) {
	workflow.GoNamed(ctx, "zones", func(ctx workflow.Context) {
		for {
			var c ZoneCrossing
			workflow.GetSignalChannel(ctx, SignalZone).Receive(ctx, &c)
			r.hearZone(c)
		}
	})
}

// hearZone puts a crossing in the queue, unless it is not of this ride, or known, or older than one that is.
func (r *ride) hearZone(c ZoneCrossing) {
	z := &r.s.Zone
	switch {
	case c.RentalID != r.in.RentalID || r.s.UnlockedAt.IsZero() || r.over():
		return
	case c.Passed && !c.At.After(z.PassedAt), !c.Passed && !c.After(z.At, z.Set):
		return
	case c.Passed:
		z.PassedAt = c.At
	default:
		z.At, z.Set = c.At, c.Set
	}
	r.put(&request{kind: SignalZone, at: c.At, cause: rental.BySystem, crossing: &c})
}

// crossed makes the ride what the zone asks for.
func (r *ride) crossed(ctx workflow.Context, c ZoneCrossing) {
	kind := "zone"
	if c.Passed {
		kind = "zone_passed"
	} else {
		r.s.Zone.In = nil
		if !c.Free() {
			r.s.Zone.In = &c
		}
	}
	r.enter(ctx, rental.Event{Kind: kind, Cause: rental.BySystem, At: r.moment(ctx, c.At), Note: c.Words()})
	if c.Passed {
		if !c.Through {
			r.warn(ctx)
		}
		return
	}
	slower := r.wantedLimit() < r.limitNow()
	r.obeyLimit(ctx)
	switch {
	case !c.Through && !r.s.Zone.Astray:
		r.s.Zone.Astray, r.s.Zone.PauseAt, r.s.Zone.Backoff = true, time.Time{}, 0
		r.warn(ctx)
	case c.Through && r.s.Zone.Astray:
		r.s.Zone.Astray, r.s.Zone.PauseAt = false, time.Time{}
		r.restoreLimit(ctx) // it may have been slowed down to be paused
		r.notify(ctx, rider.ZoneBack)
	case slower:
		r.notify(ctx, rider.ZoneSlow)
	}
}

// warn lets the scooter and the rider know that nobody may ride here.
func (r *ride) warn(ctx workflow.Context) {
	r.line.ask(ctx, protocol.Command{Code: protocol.Buzz}, r.in.Limits.AckWindow)
	r.notify(ctx, rider.ZoneForbidden)
}

// nextZone is what the zone does next to the ride, and when; nil when nothing. Whoever rides astray, or rides on there after a
// pause, has the grace time to ride back.
func (r *ride) nextZone(ctx workflow.Context) (time.Time, func(workflow.Context)) {
	z := &r.s.Zone
	switch {
	case !z.RetryAt.IsZero():
		return z.RetryAt, r.obeyLimit
	case !z.Astray || r.in.Limits.ZoneGrace <= 0:
		return time.Time{}, nil
	case r.s.State == rental.Paused:
		z.PauseAt = time.Time{}
		return time.Time{}, nil
	case z.PauseAt.IsZero():
		z.PauseAt, z.Backoff = workflow.Now(ctx).Add(r.in.Limits.ZoneGrace), 0
	}
	return z.PauseAt, r.pauseAstray
}

// pauseAstray pauses a ride that nobody may make, once it has come to a stand. (Design, decision 6)
func (r *ride) pauseAstray(ctx workflow.Context) {
	z := &r.s.Zone
	r.slowDown(ctx)
	if err := r.pause(ctx, rental.BySystem); err != nil {
		z.Backoff = r.grow(z.Backoff)
		z.PauseAt = workflow.Now(ctx).Add(z.Backoff)
		return
	}
	z.PauseAt = time.Time{}
	r.restoreLimit(ctx)
	r.notify(ctx, rider.ZonePaused)
}

// wantedLimit is the speed limit that is to hold: the lowest of the scooter's own and the zone's.
func (r *ride) wantedLimit() int {
	if in := r.s.Zone.In; in != nil && in.MaxKmh > 0 && !r.over() {
		return rental.LimitInForce(r.limit(), in.MaxKmh)
	}
	return rental.LimitInForce(r.limit())
}

// limitNow is the speed limit that the scooter has, but for one that slows it down to be locked.
func (r *ride) limitNow() int {
	if r.s.Zone.Given != nil {
		return *r.s.Zone.Given
	}
	return r.limit()
}

// obeyLimit gives the scooter the limit of the zone, or its own back; one that does not take it is asked again later. One that
// is slowed down to be locked gets it when that is done.
func (r *ride) obeyLimit(ctx workflow.Context) {
	z := &r.s.Zone
	z.RetryAt = time.Time{}
	if r.s.Slowed || r.over() || r.setLimit(ctx) {
		z.Backoff = 0
		return
	}
	z.Backoff = r.grow(z.Backoff)
	z.RetryAt = workflow.Now(ctx).Add(z.Backoff)
}

// setLimit gives the scooter the limit that is to hold, unless it has it.
func (r *ride) setLimit(ctx workflow.Context) bool {
	kmh := r.wantedLimit()
	if !r.s.Slowed && kmh == r.limitNow() {
		return true
	}
	got := r.line.ask(ctx, limitCommand(kmh), r.in.Limits.AckWindow)
	if got.outcome != command.Done {
		return false
	}
	r.done(protocol.SetSpeedLimit, got.ack)
	r.s.Slowed, r.s.Zone.Given = false, nil
	if kmh != r.limit() {
		r.s.Zone.Given = &kmh
	}
	return true
}
