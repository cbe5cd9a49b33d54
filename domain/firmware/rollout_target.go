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

// NotReady reports whether a scooter that its upgrade's checks refused for this is waited for, as one that is in use: it says
// nothing against the image.
func NotReady(t Trouble) bool {
	return slices.Contains([]Trouble{TroubleSilent, TroublePowered, TroubleBattery}, t)
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
