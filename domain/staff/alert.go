package staff

import (
	"slices"
	"time"

	"rodada/domain/fault"
)

// ErrAlertUnknown is the answer to an alert that never was.
var ErrAlertUnknown = fault.Declare(fault.NotFound, "alert_unknown", "There is no such alert.")

// Alert is something about a scooter, a rollout or a rider that a person must look at. One is open per scooter and kind, per rollout and
// per rider.
type Alert struct {
	ID        int64
	Plate     string // empty: it is about a rollout or a rider
	Kind      AlertKind
	Text      string
	RentalID  string
	RolloutID string
	RiderID   string // who owes
	OpenedAt  time.Time
	Repeats   int // how many times it was told again
	ClosedAt  time.Time
	ClosedBy  string // staff's email, or system
}

// System is who closes an alert whose cause is gone, and who pauses a rollout that goes wrong.
const System = "system"

// AlertKind is a kind of alert.
type AlertKind string

// The kinds of alerts that workflows raise.
const (
	NotSecured   AlertKind = "not_secured"    // a ride is over and its lock is not confirmed
	FaultAtStart AlertKind = "fault_at_start" // the scooter refused to unlock
	Onboarding   AlertKind = "onboarding"     // a scooter can't be taken in
	Renumbering  AlertKind = "renumbering"    // a scooter is heard under neither of two plates
	Upgrade      AlertKind = "upgrade"        // a firmware upgrade is stuck
	Rollout      AlertKind = "rollout"        // a rollout paused itself
	Debt         AlertKind = "debt"           // what a rider owes can't be collected
)

// The kinds of alerts that come from what scooters say, or don't.
const (
	LowBattery AlertKind = "low_battery"
	Fallen     AlertKind = "fallen"      // lies on its side
	Moved      AlertKind = "moved"       // shaken or taken away with nobody riding it
	Offline    AlertKind = "offline"     // not heard of for long
	Fault      AlertKind = "fault"       // says that something in it is broken
	Speeding   AlertKind = "speeding"    // goes faster than its limit
	OutOfArea  AlertKind = "out_of_area" // stands where no ride may end
)

// WatchedKinds lists the kinds of alerts that come from what scooters say: they close by themselves.
func WatchedKinds() []AlertKind {
	return []AlertKind{LowBattery, Fallen, Moved, Offline, Fault, Speeding, OutOfArea}
}

// AlertKinds lists every kind of alert.
func AlertKinds() []AlertKind {
	return append([]AlertKind{NotSecured, FaultAtStart, Onboarding, Renumbering, Upgrade, Rollout, Debt}, WatchedKinds()...)
}

// Known reports whether there is such a kind.
func (k AlertKind) Known() bool { return slices.Contains(AlertKinds(), k) }

// AlertState is which alerts are asked for.
type AlertState string

// The alerts that one may ask for.
const (
	OpenAlerts   AlertState = "open"
	ClosedAlerts AlertState = "closed"
	AllAlerts    AlertState = "all"
)

// AlertQuery asks for alerts, newest first. What is empty asks for any.
type AlertQuery struct {
	State AlertState // empty: all
	Kinds []AlertKind
	Plate string
	Since time.Time // open, or closed since
}
