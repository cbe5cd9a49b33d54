package firmware

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"rodada/domain/fault"
)

// Rollout brings one image to many scooters: group by group, few at a time, and no further when too many go wrong.
type Rollout struct {
	ID    string // UUID
	Plan  Plan
	Image Image // that Plan.ImageID names
	State RolloutState
	// Halt is why a paused rollout is paused, HaltGroup the group that did it; 0: none in particular.
	Halt       Halt
	HaltGroup  int
	Reason     string // of staff's last word on it
	CreatedBy  string // staff IDs
	ChangedBy  string
	Authors    []string // staff IDs of all who ever wrote a part of it
	ApprovedBy string   // empty: nobody had to, or has
	StartedBy  string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	StartedAt  time.Time // zero: not yet
	EndedAt    time.Time // zero: not yet
	Groups     []Group   // as they are since the start
	Waits      []Wait    // of one that runs or is paused: what scooters wait for whose turn has come
	OpensAt    time.Time // of one that runs while its window is closed: when it opens
	Matching   int       // of a rollout that has not begun: how many scooters of the image's model its filter picks now
	Fitting    int       // how many of them would get the version: they run neither it nor, without Downgrade, a newer one
}

// RolloutState is where a rollout is.
type RolloutState string

// The states of a rollout.
const (
	RolloutDraft    RolloutState = "draft" // may be changed
	RolloutWaiting  RolloutState = "waiting_for_approval"
	RolloutReady    RolloutState = "ready"
	RolloutRunning  RolloutState = "running"
	RolloutPaused   RolloutState = "paused"   // starts no more upgrades for now; Halt says why
	RolloutStopping RolloutState = "stopping" // starts no more, and waits for those that go on
	RolloutStopped  RolloutState = "stopped"
	RolloutFinished RolloutState = "finished" // every scooter had its turn
)

// RolloutStates lists all of them.
func RolloutStates() []RolloutState {
	return []RolloutState{
		RolloutDraft, RolloutWaiting, RolloutReady, RolloutRunning, RolloutPaused, RolloutStopping, RolloutStopped, RolloutFinished,
	}
}

// Over reports whether nothing follows by itself.
func (s RolloutState) Over() bool { return s == RolloutStopped || s == RolloutFinished }

// Begun reports whether its scooters are chosen.
func (s RolloutState) Begun() bool {
	return slices.Contains([]RolloutState{RolloutRunning, RolloutPaused, RolloutStopping, RolloutStopped, RolloutFinished}, s)
}

// Halt is why a rollout was paused.
type Halt string

// The halts.
const (
	HaltStaff   Halt = "staff"
	HaltErrors  Halt = "errors"        // a group has more errors than its threshold allows
	HaltSuccess Halt = "success"       // a group is through and has not reached the success threshold
	HaltImage   Halt = "image_retired" // nobody is to install this image any more
)

// HaltText says in words why a rollout paused itself.
func (r Rollout) HaltText() string {
	name := strconv.Quote(r.Plan.Name)
	switch r.Halt {
	case HaltErrors:
		return fmt.Sprintf("The rollout %s is paused: group %d has more errors than it may have.", name, r.HaltGroup)
	case HaltSuccess:
		return fmt.Sprintf("The rollout %s is paused: group %d is through, and too few of it run the version.", name, r.HaltGroup)
	case HaltImage:
		return fmt.Sprintf("The rollout %s is paused: its image was retired.", name)
	}
	return ""
}

// Deed is something that staff decide of a rollout.
type Deed string

// The deeds.
const (
	Submit  Deed = "submit" // it is as it should be: let it be approved
	Approve Deed = "approve"
	Deny    Deed = "deny"
	Start   Deed = "start"
	Pause   Deed = "pause"
	Resume  Deed = "resume"
	Stop    Deed = "stop"
	Retry   Deed = "retry_failed"
)

// After is the state that a deed leads to, or the fault that it can't be done. A deed that is done already changes nothing.
// With fourEyes nobody approves what is their own.
func (r Rollout) After(d Deed, by string, fourEyes bool) (RolloutState, error) {
	own := slices.Contains(r.Authors, by)
	switch d {
	case Submit:
		switch {
		case r.State == RolloutDraft && fourEyes:
			return RolloutWaiting, nil
		case r.State == RolloutDraft, r.State == RolloutReady:
			return RolloutReady, nil
		case r.State == RolloutWaiting:
			return RolloutWaiting, nil
		}
	case Approve:
		switch {
		case r.State == RolloutReady:
			return RolloutReady, nil
		case r.State == RolloutWaiting && own && fourEyes:
			return r.State, ErrOwnRollout
		case r.State == RolloutWaiting:
			return RolloutReady, nil
		}
	case Deny:
		if slices.Contains([]RolloutState{RolloutWaiting, RolloutReady, RolloutDraft}, r.State) {
			return RolloutDraft, nil
		}
	case Start:
		switch {
		case r.State == RolloutReady, r.State == RolloutRunning, r.State == RolloutDraft && !fourEyes:
			return RolloutRunning, nil
		case r.State == RolloutDraft, r.State == RolloutWaiting:
			return r.State, ErrNotApproved
		}
	case Pause:
		if r.State == RolloutRunning || r.State == RolloutPaused {
			return RolloutPaused, nil
		}
	case Resume:
		if r.State == RolloutRunning || r.State == RolloutPaused {
			return RolloutRunning, nil
		}
	case Stop:
		switch {
		case !r.State.Begun():
			return r.State, ErrNotStarted
		case r.State == RolloutStopped:
			return RolloutStopped, nil
		case !r.State.Over():
			return RolloutStopping, nil
		}
	case Retry:
		switch r.State {
		case RolloutRunning, RolloutPaused:
			return r.State, nil
		case RolloutFinished:
			return RolloutRunning, nil
		}
	}
	return r.State, ErrRolloutState.With("state", r.State)
}

// Faults of rollouts.
var (
	ErrRolloutUnknown = fault.Declare(fault.NotFound, "rollout_unknown", "There is no such rollout.")
	ErrRolloutState   = fault.Declare(fault.Conflict, "rollout_state", "This can't be done with the rollout in its state.")
	ErrNotDraft       = fault.Declare(fault.Conflict, "rollout_not_draft", "Only the draft of a rollout may be changed or deleted.")
	ErrNotStarted     = fault.Declare(fault.Conflict, "rollout_not_started", "This rollout was never started. Delete it, if it is a draft; any other is denied first.")
	ErrNotApproved    = fault.Declare(fault.Conflict, "rollout_not_approved", "This rollout has to be approved before it is started.")
	ErrOwnRollout     = fault.Declare(fault.Forbidden, "rollout_own", "Somebody else has to approve the rollout than who wrote it.")
	ErrNoneFailed     = fault.Declare(fault.Conflict, "rollout_none_failed", "No scooter of this rollout has failed.")
	ErrRolloutEmpty   = fault.Declare(fault.Conflict, "rollout_empty", "The rollout's filter picks no scooter that needs this version.")
	ErrRolloutExists  = fault.Declare(fault.Conflict, "rollout_exists", "There is another rollout with this ID.")
	ErrRolloutInvalid = fault.Declare(fault.Invalid, "rollout_invalid", "This rollout makes no sense. See errors.")
)

// Decision is what a member of staff decides of a rollout.
type Decision struct {
	RolloutID string
	Deed      Deed
	By        string // staff ID
	Reason    string
	FourEyes  bool
}
