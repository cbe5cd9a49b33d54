package workflows

import (
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"

	"rodada/domain/firmware"
	"rodada/domain/staff"
)

// RolloutName is the workflow type of a rollout. It runs on the task queue of firmware, FirmwareQueue.
const RolloutName = "Rollout"

const rolloutPrefix = "rollout/"

// RolloutID is the workflow ID of a rollout: whom its upgrades tell how they end.
func RolloutID(id string) string { return rolloutPrefix + id }

// RolloutOf is the inverse of RolloutID.
func RolloutOf(workflowID string) (id string, ok bool) {
	return strings.CutPrefix(workflowID, rolloutPrefix)
}

// AttributeRollout is the search attribute that a rollout and the upgrades that it began have in common.
var AttributeRollout = temporal.NewSearchAttributeKeyKeyword("RolloutID")

// RolloutInput starts a rollout whose scooters are in the store already, or goes on with one (State) after continue-as-new.
type RolloutInput struct {
	RolloutID string        `json:"rollout_id"`
	Dialect   Dialect       `json:"dialect"` // of the image's model
	ImageID   string        `json:"image_id"`
	Version   string        `json:"version"`
	Size      int           `json:"size"` // bytes
	Downgrade bool          `json:"downgrade,omitempty"`
	Upgrade   UpgradeLimits `json:"upgrade"` // what its upgrades live by
	Limits    RolloutLimits `json:"limits"`
	About     string        `json:"about,omitempty"` // the plan in words, for the Temporal UI
	State     *RolloutState `json:"state,omitempty"`
}

// RolloutLimits are the times and counts a rollout lives by.
type RolloutLimits struct {
	RetryAfter time.Duration `json:"retry_after"`        // before a scooter is tried again that was in use or not ready
	Patience   time.Duration `json:"patience,omitempty"` // with a scooter that is silent whenever its turn comes; 0: without end
	LookEvery  time.Duration `json:"look_every"`         // at the store, though nothing was heard
	Starts     int           `json:"starts"`             // upgrades that one run begins before it continues as new
}

// RolloutState is what a rollout takes along when it continues as new. How its scooters stand is in the store alone.
type RolloutState struct {
	Round int `json:"round"` // of beginning upgrades
}

// Updates of a rollout: each is answered when it is done, and stored.
const (
	UpdateRolloutPause  = "rollout-pause"  // RolloutRequest -> RolloutOutcome: from now on no upgrade begins
	UpdateRolloutResume = "rollout-resume" // RolloutRequest -> RolloutOutcome
	UpdateRolloutStop   = "rollout-stop"   // RolloutRequest -> RolloutOutcome: those that go on end first
	UpdateRolloutRetry  = "rollout-retry"  // RolloutRequest -> RolloutOutcome: the failed have another turn
)

// RolloutRequest is what staff want of a rollout.
type RolloutRequest struct {
	Actor  staff.Actor `json:"actor"`
	Reason string      `json:"reason"`
}

// RolloutOutcome is where an update left the rollout; the details are in the store.
type RolloutOutcome struct {
	RolloutID string                `json:"rollout_id"`
	State     firmware.RolloutState `json:"state"`
}
