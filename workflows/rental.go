package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/rental"
	"rodada/protocol"
)

// Search attributes of every rental, for the Temporal UI's lists.
var (
	AttributePlate  = temporal.NewSearchAttributeKeyKeyword("Plate")
	AttributeRider  = temporal.NewSearchAttributeKeyKeyword("RiderID")
	AttributeRental = temporal.NewSearchAttributeKeyKeyword("RentalID")
	AttributeState  = temporal.NewSearchAttributeKeyKeyword("RentalState")
)

// SearchAttributes lists the names of all search attributes; each is a keyword.
func SearchAttributes() []string {
	return []string{
		AttributePlate.GetName(), AttributeRider.GetName(), AttributeRental.GetName(), AttributeState.GetName(), AttributeRollout.GetName(),
	}
}

// maxHistory and maxRequests are how many events and updates a run may have before the rental continues as new: Temporal takes
// 2,000 updates a run.
const (
	maxHistory  = 2000
	maxRequests = 200
)

// Rental is one rental, from the reservation or the unlock until the scooter is locked again. While it runs, nobody else has
// the scooter. The diagram of its states stands in rental.md.
func Rental(ctx workflow.Context, in RentalInput) error {
	r, err := newRide(ctx, in)
	if err != nil {
		return err
	}
	// What begins here ends here: a cancelled workflow is a ride that staff ended, never a scooter left open.
	steady, _ := workflow.NewDisconnectedContext(ctx)
	r.cancelled = func() bool { return ctx.Err() != nil }
	workflow.GoNamed(ctx, "cancelled", func(ctx workflow.Context) {
		ctx.Done().Receive(ctx, nil)
		r.ending = true
		r.put(&request{kind: UpdateEnd, at: workflow.Now(ctx), cause: rental.ByStaff, note: "cancelled in Temporal"})
	})
	if err := r.run(steady); err != nil {
		return err
	}
	r.closed = true
	r.answerAll()
	r.charged(steady)
	r.settle(steady)
	return workflow.Await(steady, func() bool { return !r.preparing && workflow.AllHandlersFinished(steady) })
}

// settle parts the answer to a request from the closing of the workflow: Temporal gives up a task that would close it while
// something else comes in, and with it the request that the same task had taken, though it is done.
func (r *ride) settle(ctx workflow.Context) {
	if r.requests > 0 && r.askedAt == workflow.GetInfo(ctx).GetCurrentHistoryLength() {
		checkpoint(ctx, "before it closes")
	}
}

// checkpoint ends the present task: what was answered goes out, what was done is in the history.
func checkpoint(ctx workflow.Context, why string) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: localPatience, Summary: why})
	if err := workflow.ExecuteActivity(ctx, rentals.Checkpoint).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("going on all the same", "error", err)
	}
}

// ride is one run of a rental.
type ride struct {
	in       RentalInput
	s        RentalState
	line     *line
	queue    []*request // updates that wait for their turn
	requests int        // updates of this run
	askedAt  int        // the length of the history when the last of them came
	// cancelled reports whether the run was told to end, and ending that its story knows.
	cancelled func() bool
	ending    bool
	begun     bool            // the claim is decided
	mine      bool            // and the rental is ours
	alarm     alarm           // of the next limit
	payment   workflow.Future // that it has begun
	preparing bool            // the counters are being cleared
	// closed: the story is over, and comes to no request any more.
	closed bool
}

func newRide(ctx workflow.Context, in RentalInput) (*ride, error) {
	r := &ride{in: in}
	if in.State != nil {
		r.s, r.begun, r.mine = *in.State, true, true
	} else {
		r.s.RentalID, r.s.State, r.s.Deadline = in.RentalID, rental.Unlocking, in.Deadline
		r.s.HeldSince = workflow.GetInfo(ctx).WorkflowStartTime
		if !in.ReservedUntil.IsZero() {
			r.s.State = rental.Reserved
		}
	}
	r.line = newLine(ctx, in.Plate, in.RentalID, in.Dialect, r.s.Sends)
	if r.s.Outstanding != "" {
		r.line.waiting[r.s.Outstanding] = nil
		r.line.begin(r.s.Outstanding, protocol.PowerOff, r.s.SentAt)
	}
	r.listen(ctx)
	r.listenZones(ctx)
	return r, r.handle(ctx)
}

// run is the story. Each step leaves the rental in a state of the diagram; a rental that continues as new comes in again at
// the state it had.
func (r *ride) run(ctx workflow.Context) error {
	if !r.claim(ctx) {
		return nil
	}
	steps := []struct {
		states []rental.State
		do     func(workflow.Context) error
	}{
		{[]rental.State{rental.Reserved}, r.keepReserved},
		{[]rental.State{rental.Unlocking}, r.unlock},
		{[]rental.State{rental.Riding, rental.Paused}, r.drive},
		{[]rental.State{rental.Securing}, r.secure},
	}
	for _, step := range steps {
		for _, state := range step.states {
			if r.s.State != state {
				continue
			}
			if err := step.do(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// claim makes this workflow the one that acts for the rental: a key sent again after the ride finds it taken.
func (r *ride) claim(ctx workflow.Context) bool {
	if !r.begun {
		begin := activities.BeginInput{RentalID: r.in.RentalID, RunID: workflow.GetInfo(ctx).FirstRunID}
		err := stubborn(ctx, "claim the rental", &r.mine, rentals.Begin, begin)
		r.begun = true
		r.mine = r.mine && err == nil
	}
	r.tell(ctx)
	return r.mine
}

// advance moves the rental to a state, in the store and for everybody who looks.
func (r *ride) advance(ctx workflow.Context, to rental.State, by rental.Cause, edit func(*rental.Change)) {
	r.s.Seq++
	change := rental.Change{RentalID: r.in.RentalID, Seq: r.s.Seq, State: to, Cause: by, At: workflow.Now(ctx), Sends: r.line.collect()}
	change.Ride = r.underWay(to)
	if edit != nil {
		edit(&change)
	}
	persist(ctx, "store: "+string(to), rentals.Advance, change)
	r.s.State = to
	if change.Outcome != "" {
		r.s.Outcome, r.s.Reason, r.s.DeviceStatus = change.Outcome, change.Reason, change.DeviceStatus
	}
	if to != rental.Locking { // that is over before anybody finds it in a list
		if err := workflow.UpsertTypedSearchAttributes(ctx, AttributeState.ValueSet(string(to))); err != nil {
			workflow.GetLogger(ctx).Error("search attribute", "error", err)
		}
	}
	r.tell(ctx)
}

// note adds something to the rental's history that is not a state.
func (r *ride) note(ctx workflow.Context, kind string, by rental.Cause, text string) {
	r.enter(ctx, rental.Event{Kind: kind, Cause: by, At: workflow.Now(ctx), Note: text})
}

func (r *ride) enter(ctx workflow.Context, e rental.Event) {
	r.s.Seq++
	e.Seq, e.Sends = r.s.Seq, r.line.collect()
	persist(ctx, "note: "+e.Kind, rentals.Note, activities.NoteInput{RentalID: r.in.RentalID, Event: e, Ride: r.underWay(r.s.State)})
}

// tell keeps the details that the Temporal UI shows.
func (r *ride) tell(ctx workflow.Context) {
	var text string
	switch r.s.State {
	case rental.Reserved:
		text = "**Reserved** until " + r.in.ReservedUntil.UTC().Format(time.TimeOnly) + " UTC."
	case rental.Unlocking:
		text = "**Unlocking**: waiting for the scooter to answer."
	case rental.Riding:
		text = "**Riding** since " + r.s.UnlockedAt.UTC().Format(time.TimeOnly) + " UTC."
	case rental.Paused:
		text = "**Paused**: the scooter is locked, the meter is on the paused rate."
	case rental.Locking:
		text = "**Locking**: the meter has stopped, the scooter is asked to lock."
	case rental.Securing:
		text = fmt.Sprintf("**Securing**: the rider is out, the scooter has not confirmed its lock (%d tries).", r.s.Attempts)
	case rental.Ended:
		text = "**Ended**: the scooter is locked."
	case rental.Void:
		text = "**Void**: " + string(r.s.Reason) + ". Nothing is charged."
	}
	workflow.SetCurrentDetails(ctx, text)
}

// renew continues as new when the history is long and nobody waits for an answer of this run.
func (r *ride) renew(ctx workflow.Context) error {
	info := workflow.GetInfo(ctx)
	long := info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > maxHistory || r.requests > maxRequests
	if !long || (!r.over() && !r.s.Prepared) {
		return nil
	}
	// Whoever has been answered is about to leave.
	finished := func() bool { return r.asked() || workflow.AllHandlersFinished(ctx) }
	if err := workflow.Await(ctx, finished); err != nil || r.asked() {
		return err
	}
	r.drain(ctx)
	if r.asked() || r.cancelled() && !r.ending {
		return nil // what has just come is for this run
	}
	if r.s.Outstanding != "" && r.line.waiting[r.s.Outstanding] != nil {
		return nil // its answer has just come: use it first
	}
	next := r.in
	state := r.s
	state.Sends = r.line.sends
	next.State = &state
	return workflow.NewContinueAsNewError(ctx, RentalName, next)
}
