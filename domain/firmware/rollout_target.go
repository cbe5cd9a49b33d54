package firmware

import (
	"slices"
	"time"
)

// Target is one scooter of a rollout.
type Target struct {
	RolloutID string
	ScooterID int64
	Plate     string
	Group     int
	Position  int // in its group: the lower ones begin first
	State     TargetState
	Trouble   Trouble // why it is not done
	Tries     int     // upgrades that were begun for it
	UpgradeID string  // of the last of them
	Version   string  // what it runs, as last reported; empty: nobody knows
	UpdatedAt time.Time
}

// TargetState is how a scooter stands in a rollout.
type TargetState string

// The states of a target.
const (
	TargetPending TargetState = "pending" // its turn has not come, or it is waited for
	TargetRunning TargetState = "running"
	TargetDone    TargetState = "done" // it runs the version
	TargetFailed  TargetState = "failed"
	TargetParked  TargetState = "parked"  // its upgrade is stuck, which is an error until it ends otherwise
	TargetSkipped TargetState = "skipped" // it is none of the rollout's any more
)

// TargetStates lists all of them.
func TargetStates() []TargetState {
	return []TargetState{TargetPending, TargetRunning, TargetDone, TargetFailed, TargetParked, TargetSkipped}
}

// TroubleRetired is that of a scooter whose turn came when it was out of use.
const TroubleRetired Trouble = "retired"

// Step is what a running rollout asks its store: how does it stand, and which upgrades begin now?
type Step struct {
	RolloutID  string        `json:"rollout_id"`
	Round      int           `json:"round"` // of beginning upgrades, one after the other; 0: only look
	Most       int           `json:"most"`  // that begin in this round
	Join       bool          `json:"join"`  // let late scooters in
	RetryAfter time.Duration `json:"retry_after"`
	Patience   time.Duration `json:"patience"` // with a scooter that is silent whenever its turn comes; 0: without end
	Now        time.Time     `json:"now"`
}

// Stand is how a rollout stands.
type Stand struct {
	State     RolloutState `json:"state"`
	Halt      Halt         `json:"halt,omitempty"`
	HaltGroup int          `json:"halt_group,omitempty"`
	Groups    []Group      `json:"groups"`
	Round     int          `json:"round"` // the last in which upgrades began
	Begin     []Beginning  `json:"begin,omitempty"`
	Passed    int          `json:"passed,omitempty"` // scooters whose turn it was, and whose upgrade was not opened
	Waits     []Wait       `json:"waits,omitempty"`
	Waiting   int          `json:"waiting"`          // scooters whose turn it is, and that do not begin now
	Room      int          `json:"room"`             // for how many more
	Closed    bool         `json:"closed,omitempty"` // the maintenance window
	OpensAt   time.Time    `json:"opens_at"`         // the maintenance window; not after Now: it is open
}

// Wait is how many scooters whose turn has come wait for one thing.
type Wait struct {
	For      Trouble `json:"for"`
	Scooters int     `json:"scooters"`
}

// WaitRoom is what a scooter waits for that is ready as far as anybody knows: room among those that are upgraded, or the window.
const WaitRoom Trouble = "room"

// Beginning is an upgrade that is to begin.
type Beginning struct {
	UpgradeID string `json:"upgrade_id"`
	ScooterID int64  `json:"scooter_id"`
	Plate     string `json:"plate"`
	StaffID   string `json:"staff_id"`
	// SilentAt is when an upgrade of the rollout ended because the scooter did not answer, the last time; zero: none did.
	SilentAt time.Time `json:"silent_at,omitzero"`
}

// NotReady reports whether a scooter whose upgrade failed for this is waited for, as one that is in use: nothing was sent to it,
// so it says nothing against the image.
func NotReady(t Trouble) bool {
	return slices.Contains([]Trouble{TroubleSilent, TroublePowered, TroubleBattery, TroubleHeld, TroubleNotBegun}, t)
}

// StandingOf is how a scooter stands in its rollout by how its upgrade stands.
func StandingOf(s State, t Trouble) TargetState {
	switch {
	case s == Parked:
		return TargetParked
	case !s.Over():
		return TargetRunning
	case s == Done, t == TroubleSame:
		return TargetDone
	case t == TroubleModel, t == TroubleDowngrade:
		return TargetSkipped
	case s == Failed && NotReady(t):
		return TargetPending
	}
	return TargetFailed
}

// TargetFilter picks scooters of a rollout; what is empty picks all.
type TargetFilter struct {
	States []TargetState
	Group  int
}
