package rental

import "slices"

// State is where a rental is in its life. The rider's part may be over (see Outcome) while the scooter is still being
// secured. The diagram stands in workflows/rental.md.
type State string

// The states.
const (
	Reserved  State = "reserved"  // held for its rider, locked
	Unlocking State = "unlocking" // the unlock is on its way
	Riding    State = "riding"
	Paused    State = "paused"   // locked for a while, the meter on the paused rate
	Locking   State = "locking"  // the meter has stopped, the first lock is on its way
	Securing  State = "securing" // the rider is out, the lock is not confirmed
	Ended     State = "ended"    // over, charged
	Void      State = "void"     // over, never rode, nothing charged
)

// next is the state diagram: every arrow, and no other.
var next = map[State][]State{
	Reserved:  {Unlocking, Void},
	Unlocking: {Riding, Securing, Void},
	Riding:    {Paused, Locking},
	Paused:    {Riding, Locking},
	Locking:   {Securing, Ended},
	Securing:  {Ended, Void},
}

// States lists every state in the order of a ride.
func States() []State {
	return []State{Reserved, Unlocking, Riding, Paused, Locking, Securing, Ended, Void}
}

// Next lists the states that may follow s.
func (s State) Next() []State { return slices.Clone(next[s]) }

// MayBecome reports whether the diagram has an arrow from s to t.
func (s State) MayBecome(t State) bool { return slices.Contains(next[s], t) }

// Final reports whether nothing follows: the scooter is free of this rental.
func (s State) Final() bool { return len(next[s]) == 0 }

// Outcome is how the rider's part of a rental went; empty while it is open.
type Outcome string

// The outcomes.
const (
	Open   Outcome = ""
	Ridden Outcome = "ended"
	Voided Outcome = "void"
)

// Reason says why a rental is void.
type Reason string

// The reasons.
const (
	NotVoid       Reason = ""
	ScooterSilent Reason = "scooter_silent"    // no ack to the unlock in time
	HardwareFault Reason = "scooter_fault"     // the device refused with status 1
	Upgrading     Reason = "scooter_upgrading" // the device refused with status 2
	OtherRefusal  Reason = "scooter_refused"   // the device refused with a status we do not know
	HeldElsewhere Reason = "scooter_held"      // another holder had the scooter, such as a firmware upgrade
	Expired       Reason = "reservation_over"  // nobody came
	Cancelled     Reason = "cancelled"         // the rider gave the reservation back
	NotStarted    Reason = "not_started"       // its workflow never began
	Released      Reason = "released_by_staff" // staff took the scooter away
)

// RefusalReason maps the status of an unlock's ack to the reason of the void. (Protocol, code 2: 1 hardware fault,
// 2 firmware upgrading)
func RefusalReason(status int) Reason {
	switch status {
	case 1:
		return HardwareFault
	case 2:
		return Upgrading
	}
	return OtherRefusal
}

// Cause says who or what moved a rental to its state.
type Cause string

// The causes.
const (
	ByRider   Cause = "rider"
	ByStaff   Cause = "staff"
	ByScooter Cause = "scooter" // its ack, its refusal or its silence
	ByLimit   Cause = "limit"   // the ride or the reservation went on too long
	BySystem  Cause = "system"
)
