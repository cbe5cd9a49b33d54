package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

// checkTries is how often a scooter is asked before it counts as not there.
const checkTries = 3

// check asks the scooter what it runs and how it is. Nothing has been changed yet, so what speaks against the upgrade ends it.
func (u *upgrade) check(ctx workflow.Context) {
	u.show(ctx)
	version, there := u.insist(ctx, protocol.QueryVersion)
	if !there {
		u.refuse(ctx, firmware.TroubleSilent, "The scooter does not answer.")
		return
	}
	u.s.From = text(version, "firmware")
	switch {
	case firmware.Same(u.s.From, u.in.Version):
		u.refuse(ctx, firmware.TroubleSame, "The scooter runs "+u.s.From+" already.")
		return
	case !u.in.Downgrade && firmware.Compare(u.in.Version, u.s.From) < 0:
		u.refuse(ctx, firmware.TroubleDowngrade, fmt.Sprintf("The scooter runs %s, which is newer.", u.s.From))
		return
	case isOn(version):
		u.refuse(ctx, firmware.TroublePowered, "The scooter is switched on.")
		return
	}
	vehicle, there := u.insist(ctx, protocol.QueryVehicle)
	battery, known := whole(vehicle.value("battery_percent"))
	switch {
	case !there || !known:
		u.refuse(ctx, firmware.TroubleSilent, "The scooter does not say how it is.")
	case isOn(vehicle):
		u.refuse(ctx, firmware.TroublePowered, "The scooter is switched on.")
	case battery < u.in.Limits.MinimumBattery:
		u.refuse(ctx, firmware.TroubleBattery, fmt.Sprintf("The battery has %d%%; an upgrade takes %d%%.", battery, u.in.Limits.MinimumBattery))
	default:
		u.enter(ctx, firmware.Starting, "", "")
	}
}

// insist asks more than once.
func (u *upgrade) insist(ctx workflow.Context, code protocol.Code) (got answer, done bool) {
	for try := 1; ; try++ {
		got = u.ask(ctx, protocol.Command{Code: code})
		if got.outcome == command.Done || try == checkTries || u.aborted {
			return got, got.outcome == command.Done
		}
		wait(ctx, u.in.Limits.Backoff, "wait to ask again for "+code.String(), u.aborting)
	}
}

// refuse ends an upgrade that has changed nothing.
func (u *upgrade) refuse(ctx workflow.Context, why firmware.Trouble, detail string) {
	if u.aborted { // which is why it was not asked to the end
		return
	}
	u.enter(ctx, firmware.Failed, why, detail)
}

// isOn reads the wire's 0 for on and 1 for off; a box that does not say is off.
func isOn(a answer) bool {
	power, known := whole(a.value("power"))
	return known && power == 0
}

// value is a decoded value of an answer; nil: it has none.
func (a answer) value(name string) any {
	if a.ack == nil {
		return nil
	}
	return a.ack.Values[name]
}
