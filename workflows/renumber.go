package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
	"rodada/protocol"
)

// renumberTries is how often a box is told its new plate that goes on under the old one.
const renumberTries = 3

// renumber is one giving of another plate. The box may speak under both until it was heard under the new one; the books
// follow the box, in one transaction, and never the other way round.
type renumber struct {
	in      RenumberInput
	s       RenumberState
	line    *line
	abort   bool
	alerted bool
}

// Renumber gives a scooter and its box another plate, or leaves both as they were.
func Renumber(ctx workflow.Context, in RenumberInput) error {
	r := &renumber{in: in}
	if in.State != nil {
		r.s = *in.State
		r.alerted = true // only who is stuck goes on as new
	}
	if err := r.handle(ctx); err != nil {
		return err
	}
	var claimed bool
	claim := activities.ClaimInput{ID: in.RenumberingID, RunID: workflow.GetInfo(ctx).FirstRunID}
	if err := stubborn(ctx, "claim the renumbering", &claimed, onboardings.BeginRenumbering, claim); err != nil || !claimed {
		return err
	}
	r.line = newLine(ctx, in.From, in.RenumberingID, in.Dialect, r.s.Sends)
	r.line.origin = command.ForRenumbering
	if in.State == nil {
		if why := r.prepare(ctx); why != "" {
			return r.undo(ctx, why)
		}
	}
	return r.run(ctx)
}

// handle turns away what is meant for a rental, and hears staff.
func (r *renumber) handle(ctx workflow.Context) error {
	ignoreChanges(ctx)
	workflow.GoNamed(ctx, "requests", func(ctx workflow.Context) {
		for {
			var q RenumberRequest
			workflow.GetSignalChannel(ctx, SignalRenumber).Receive(ctx, &q)
			r.abort = r.abort || q.RenumberingID == r.in.RenumberingID
		}
	})
	return turnRidersAway(ctx)
}

// prepare lets the box use both plates, and makes sure that it is there; otherwise it says what is in the way.
func (r *renumber) prepare(ctx workflow.Context) (why string) {
	r.tell(ctx, "Making sure that the box is there.")
	known, err := r.numbers(ctx, "rights for both plates", activities.NumbersInput{Plate: r.in.From, For: []string{r.in.From, r.in.To}})
	switch {
	case err != nil:
		return "The broker's accounts could not be changed."
	case !known:
		return "The box has no credential that could be given another plate."
	case r.find(ctx, r.in.From) == "":
		return "The box was not heard."
	}
	return ""
}

// run tells the box its plate until it is heard under it, or has had its chances.
func (r *renumber) run(ctx workflow.Context) error {
	for {
		if workflow.GetInfo(ctx).GetCurrentHistoryLength() > onboardEvents {
			return r.renew(ctx)
		}
		if r.alerted { // it was heard under neither: look first
			switch {
			case r.abort:
				return r.undo(ctx, "Given up by staff; the box was heard under neither plate.")
			case !r.search(ctx):
				continue
			}
		}
		r.s.Tries++
		r.tell(ctx, "Telling the box its new plate.")
		got := r.ask(ctx, r.in.From, protocol.Command{Code: protocol.SetPlate, Args: protocol.Args{"plate": r.in.To}})
		if got.outcome == command.Refused {
			return r.undo(ctx, "The box refused its new plate (103).")
		}
		switch r.find(ctx, r.in.To, r.in.From) {
		case r.in.To:
			return r.commit(ctx)
		case r.in.From:
			if r.s.Tries >= renumberTries {
				return r.undo(ctx, "The box goes on under its old plate.")
			}
		default:
			r.stuck(ctx)
		}
	}
}

// commit follows the box, which was heard under its new plate: there is no way back from here, whatever stops us meanwhile.
func (r *renumber) commit(ctx workflow.Context) error {
	r.tell(ctx, "The box has its new plate; the old one is taken from it.")
	in := activities.NumbersInput{Plate: r.in.From, For: []string{r.in.To}, Release: r.in.From}
	for {
		if _, err := r.numbers(ctx, "rights for the new plate alone", in); err == nil {
			break
		}
		wait(ctx, r.in.Limits.BackoffMax, "wait for the broker", never)
	}
	r.find(ctx, r.in.To) // it has reconnected before anybody rents it
	r.advance(ctx, onboarding.Renumbered, "")
	return nil
}

// undo leaves everything as it was.
func (r *renumber) undo(ctx workflow.Context, why string) error {
	in := activities.NumbersInput{Plate: r.in.From, For: []string{r.in.From}, Release: r.in.To}
	for {
		if _, err := r.numbers(ctx, "rights for the old plate alone", in); err == nil {
			break
		}
		wait(ctx, r.in.Limits.BackoffMax, "wait for the broker", never)
	}
	r.advance(ctx, onboarding.Undone, why)
	return nil
}

// stuck alerts staff: the box was heard under neither plate.
func (r *renumber) stuck(ctx workflow.Context) {
	const text = "The box is heard under neither its old plate nor its new one. It goes on as soon as it is heard."
	r.alerted = true
	r.advance(ctx, onboarding.Stuck, text)
	alert := staff.Alert{Plate: r.in.From, Kind: staff.Renumbering, Text: text, OpenedAt: workflow.Now(ctx)}
	persist(ctx, "alert staff", people.Alert, alert)
}

// search looks for a box that was heard under neither plate; true: it was heard under the old one.
func (r *renumber) search(ctx workflow.Context) bool {
	r.rest(ctx, r.in.Limits.BackoffMax)
	if r.abort {
		return false
	}
	for _, plate := range []string{r.in.To, r.in.From} {
		if got := r.ask(ctx, plate, protocol.Command{Code: protocol.QueryVersion}); got.outcome == command.Done {
			r.advance(ctx, onboarding.Running, "")
			r.s.Tries = 0
			return true // told again under the old plate, a box that has the new one does not hear it, and is found under that
		}
	}
	return false
}

// found settles the alert.
func (r *renumber) found(ctx workflow.Context) {
	if r.alerted {
		r.alerted = false
		persist(ctx, "the alert is settled", people.Clear, activities.ClearInput{Plate: r.in.From, Kind: staff.Renumbering, By: "system"})
	}
}

// find asks under each of the plates in turn until the box answers under one, for as long as it may take to come back.
func (r *renumber) find(ctx workflow.Context, plates ...string) string {
	deadline := workflow.Now(ctx).Add(r.in.Limits.SwitchPatience)
	for tries := 1; ; tries++ {
		window, pause := r.in.Limits.comingBack(tries)
		wait(ctx, pause, "wait for the box to come back", never)
		for _, plate := range plates {
			if got := r.askFor(ctx, plate, protocol.Command{Code: protocol.QueryVersion}, window); got.outcome == command.Done {
				return plate
			}
		}
		if !workflow.Now(ctx).Before(deadline) {
			return ""
		}
	}
}

// ask sends a command under a plate. The scooter's history is its own, whatever it is called.
func (r *renumber) ask(ctx workflow.Context, plate string, c protocol.Command) answer {
	return r.askFor(ctx, plate, c, r.in.Limits.AckWindow)
}

func (r *renumber) askFor(ctx workflow.Context, plate string, c protocol.Command, window time.Duration) answer {
	r.line.plate = plate
	got := r.line.ask(ctx, c, window)
	r.line.plate = r.in.From
	r.line.flush(ctx)
	return got
}

// rest waits until the box says anything under either plate, or staff give up.
func (r *renumber) rest(ctx workflow.Context, d time.Duration) {
	r.line.heard = ""
	since := workflow.Now(ctx)
	for _, plate := range []string{r.in.To, r.in.From} {
		var spoke bool
		in := activities.ListenInput{
			LeaseInput: activities.LeaseInput{WorkflowID: r.line.workflowID, SendID: r.in.RenumberingID, Plate: plate, For: d + leaseGrace},
			Since:      since,
		}
		if err := within(ctx, 10*time.Second, "listen for the scooter", scooters.Listen, in).Get(ctx, &spoke); err != nil {
			workflow.GetLogger(ctx).Warn("can't listen; trying again later", "error", err)
		}
	}
	wait(ctx, d/4, "wait for the box, or for staff", func() bool { return r.abort })
	wait(ctx, d-d/4, "wait for the box, or for staff", func() bool { return r.abort || r.line.heard != "" })
}

func (r *renumber) numbers(ctx workflow.Context, summary string, in activities.NumbersInput) (known bool, err error) {
	err = patiently(ctx, summary, r.in.Limits.SwitchPatience, &known, credentials.SetNumbers, in)
	return known, err
}

func (r *renumber) advance(ctx workflow.Context, state onboarding.RenumberState, trouble string) {
	if state != onboarding.Stuck {
		r.found(ctx)
	}
	r.s.Seq++
	r.tell(ctx, string(state)+". "+trouble)
	persist(ctx, "store: "+string(state), onboardings.AdvanceRenumbering, onboarding.RenumberChange{
		ID: r.in.RenumberingID, Seq: r.s.Seq, State: state, Trouble: trouble,
	})
}

func (r *renumber) tell(ctx workflow.Context, text string) { workflow.SetCurrentDetails(ctx, text) }

// renew continues as new.
func (r *renumber) renew(ctx workflow.Context) error {
	r.line.drain(ctx)
	var q RenumberRequest
	for workflow.GetSignalChannel(ctx, SignalRenumber).ReceiveAsync(&q) {
		if q.RenumberingID == r.in.RenumberingID {
			return r.undo(ctx, "Given up by staff; the box was heard under neither plate.")
		}
	}
	r.s.Sends = r.line.sends
	next := r.in
	next.State = &r.s
	return workflow.NewContinueAsNewError(ctx, RenumberName, next)
}
