package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/onboarding"
	"rodada/protocol"
)

// meet waits until the box answers. It begins with the broker, which must know what the box comes with.
func (o *onboard) meet(ctx workflow.Context) {
	if !o.s.Provided {
		if !o.provide(ctx, false) {
			return
		}
		o.enter(ctx, onboarding.Waiting, "Waiting to hear the box.")
	}
	got := o.ask(ctx, protocol.Command{Code: protocol.QueryVersion})
	switch {
	case got.outcome == command.Done:
		o.s.Box.AskedAt = workflow.Now(ctx)
		o.s.Box.Hardware, o.s.Box.Firmware = text(got, "hardware"), text(got, "firmware")
		o.s.Box.SIM, o.s.Box.IMEI = text(got, "sim"), text(got, "imei")
		o.enter(ctx, onboarding.Asking, "The box is there and tells who it is.")
	case workflow.Now(ctx).Sub(o.s.Since) >= o.in.Limits.Patience:
		o.trouble(ctx, onboarding.Silent, onboarding.Waiting, "The box was never heard. It goes on as soon as it is.")
	default:
		o.pause(ctx, "wait to hear the box")
	}
}

func (o *onboard) provide(ctx workflow.Context, anew bool) bool {
	var known int
	in := activities.ProvideInput{Plate: o.in.Plate, Anew: anew}
	o.s.Provided = o.broker(ctx, "let the broker know the box", onboarding.Waiting, &known, credentials.Provide, in)
	return o.s.Provided
}

// interview asks what is left, and whether this is the box that is registered.
func (o *onboard) interview(ctx workflow.Context) {
	if got, ok := o.probe(ctx, protocol.QueryIMEI); ok && text(got, "imei") != "" {
		o.s.Box.IMEI = text(got, "imei")
	}
	if got, ok := o.probe(ctx, protocol.QueryServer); ok {
		o.s.Box.Plate, o.s.Box.Port, o.s.Box.GPSSeconds = text(got, "plate"), number(got, "port"), number(got, "gps_seconds")
	}
	if got, ok := o.probe(ctx, protocol.QuerySignal); ok {
		signal := number(got, "signal")
		o.s.Box.Signal = &signal
	}
	if o.aborting() {
		return
	}
	var who activities.Identity
	err := stubborn(ctx, "compare the IMEI", &who, onboardings.Identify, activities.BoxInput{Plate: o.in.Plate, Box: o.s.Box})
	switch {
	case err != nil:
		panic(err) // as persist
	case !who.Own && o.s.Box.IMEI == "":
		o.trouble(ctx, onboarding.IMEIMismatch, onboarding.Asking, "The box does not tell its IMEI.")
	case !who.Own:
		o.trouble(ctx, onboarding.IMEIMismatch, onboarding.Asking, fmt.Sprintf(
			"The box says its IMEI is %s; registered is %s.", o.s.Box.IMEI, orNone(who.Registered)))
	case o.in.Switch:
		o.enter(ctx, onboarding.Switching, "The box gets a credential of its own.")
	default:
		o.finish(ctx)
	}
}

// probe asks what not every box answers.
func (o *onboard) probe(ctx workflow.Context, code protocol.Code) (answer, bool) {
	for try := 1; ; try++ {
		got := o.ask(ctx, protocol.Command{Code: code})
		if got.outcome == command.Done || try == probeTries || o.aborting() {
			return got, got.outcome == command.Done
		}
		o.pause(ctx, "wait to ask again for "+code.String())
	}
}

// hand tells the box its own credential, which the broker knows by then, while nobody rides: the box reconnects. A lost
// answer changes nothing: the same is told again, and the proof decides.
func (o *onboard) hand(ctx workflow.Context) {
	if !o.alone(ctx) {
		return
	}
	if o.s.Issued == nil {
		var issued activities.Issued
		in := activities.ProvideInput{Plate: o.in.Plate}
		if !o.broker(ctx, "issue a credential", onboarding.Switching, &issued, credentials.Issue, in) {
			return
		}
		o.s.Issued = &issued
	}
	for range probeTries {
		if !o.alone(ctx) {
			return
		}
		got := o.ask(ctx, o.s.Issued.Command)
		switch {
		case got.outcome == command.Refused:
			o.trouble(ctx, onboarding.Refused, onboarding.Switching, "The box refused its credential (101).")
			return
		case got.outcome == command.Done:
			o.enter(ctx, onboarding.Confirming, "The box has its credential and should come back with it.")
			return
		case o.aborting():
			return
		}
		o.pause(ctx, "wait to tell the credential again")
	}
	o.enter(ctx, onboarding.Confirming, "The box did not say whether it took its credential.")
}

// alone waits until nobody has the scooter; false: staff want something. From switching on nobody can rent it.
func (o *onboard) alone(ctx workflow.Context) bool {
	for !o.free(ctx) {
		if wait(ctx, o.in.Limits.Backoff, "wait until nobody has the scooter", o.asked) {
			return false
		}
	}
	return true
}

func (o *onboard) free(ctx workflow.Context) bool {
	var free bool
	if err := stubborn(ctx, "who has the scooter", &free, onboardings.Free, activities.HoldInput{Plate: o.in.Plate}); err != nil {
		panic(err) // as persist
	}
	return free
}

// prove lets the box in with its own credential alone: if it is heard then, it has it. Otherwise it gets its old one back.
func (o *onboard) prove(ctx workflow.Context) {
	in := activities.CredentialInput{Plate: o.in.Plate, ID: o.s.Issued.ID}
	if !o.s.Suspended {
		if !o.answers(ctx, "wait until the box is back") {
			if !o.aborting() {
				o.trouble(ctx, onboarding.NotBack, onboarding.Switching,
					"The box was not heard since it was told its credential. Both are good, and it goes on as soon as it is heard.")
			}
			return
		}
		if !o.alone(ctx) { // a rider keeps a box that may have stayed on the old one
			return
		}
		if !o.broker(ctx, "suspend the old credential", onboarding.Confirming, nil, credentials.SuspendOthers, in) {
			return
		}
		o.s.Suspended = true
	}
	if !o.answers(ctx, "wait to hear the box with its own credential") {
		if o.restore(ctx) && !o.aborting() {
			o.trouble(ctx, onboarding.NotSwitched, onboarding.Switching,
				"The box was not heard with its own credential alone. Its old one is good again.")
		}
		return
	}
	if o.broker(ctx, "revoke the old credential", onboarding.Confirming, nil, credentials.Activate, in) {
		o.s.Suspended = false
		o.finish(ctx)
	}
}

// answers asks until the box answers, for as long as one may take to come back.
func (o *onboard) answers(ctx workflow.Context, summary string) bool {
	deadline := workflow.Now(ctx).Add(o.in.Limits.SwitchPatience)
	for tries := 1; ; tries++ {
		window, pause := o.in.Limits.comingBack(tries)
		if tries <= 3 {
			wait(ctx, pause, summary, o.asked)
		} else {
			o.rest(ctx, pause, summary)
		}
		if got := o.askFor(ctx, protocol.Command{Code: protocol.QueryVersion}, window); got.outcome == command.Done {
			return true
		}
		if !workflow.Now(ctx).Before(deadline) || o.aborting() {
			return false
		}
	}
}

// restore lets the box in with its old credential again.
func (o *onboard) restore(ctx workflow.Context) bool {
	in := activities.CredentialInput{Plate: o.in.Plate, ID: o.s.Issued.ID}
	if !o.broker(ctx, "restore the old credential", onboarding.Confirming, nil, credentials.RestoreOthers, in) {
		return false
	}
	o.s.Suspended = false
	return true
}

func (o *onboard) finish(ctx workflow.Context) {
	persist(ctx, "one of the fleet", onboardings.Onboarded, activities.OnboardedInput{Plate: o.in.Plate, At: workflow.Now(ctx)})
	o.enter(ctx, onboarding.Done, "")
}

// text and number read a decoded value of an answer.
func text(a answer, name string) string {
	s, _ := a.ack.Values[name].(string)
	return s
}

func number(a answer, name string) int {
	n, _ := whole(a.ack.Values[name])
	return n
}

func orNone(s string) string {
	if s == "" {
		return "none, and another scooter has it"
	}
	return s
}
