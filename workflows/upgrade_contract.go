package workflows

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
)

// UpgradeName is the workflow type of a firmware upgrade of one scooter. It is the holder of the scooter, scooter/<plate>, so
// that nobody rides it meanwhile. It runs on the task queue of firmware, FirmwareQueue.
const UpgradeName = "Upgrade"

// FirmwareQueue is the task queue of upgrades and rollouts beside that of the rides, which come first.
func FirmwareQueue(queue string) string { return queue + "-firmware" }

// UpgradeInput starts an upgrade whose row is in the store already, or goes on with one (State) after continue-as-new.
type UpgradeInput struct {
	UpgradeID string        `json:"upgrade_id"`
	Plate     string        `json:"plate"`
	Dialect   Dialect       `json:"dialect"`
	ImageID   string        `json:"image_id"`
	Version   string        `json:"version"` // that 22 is to report
	Size      int           `json:"size"`    // bytes
	Downgrade bool          `json:"downgrade"`
	RolloutID string        `json:"rollout_id,omitempty"` // whom to tell how it ends
	Limits    UpgradeLimits `json:"limits"`
	After     string        `json:"after,omitempty"` // the run that had it, and was ended from outside; empty: none had
	State     *UpgradeState `json:"state,omitempty"`
}

// NewUpgradeInput starts an upgrade that is written down; one that a run had already is parked first, as nobody knows where that
// one left it.
func NewUpgradeInput(u firmware.Upgrade, size int, model fleet.Model, limits UpgradeLimits) UpgradeInput {
	return UpgradeInput{
		UpgradeID: u.ID, Plate: u.Plate, ImageID: u.ImageID, Version: u.Version, Size: size, Downgrade: u.Downgrade, RolloutID: u.RolloutID,
		Dialect: Dialect{StrictJSON: model.StrictJSON, LowercaseLength: model.LowercaseLength}, Limits: limits, After: u.RunID,
	}
}

// UpgradeStart is how the workflow of an upgrade is started: not while anything else holds the scooter.
func UpgradeStart(queue string, in UpgradeInput) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                                       ScooterID(in.Plate),
		TaskQueue:                                FirmwareQueue(queue),
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            "Firmware " + in.Version + " for " + in.Plate,
		StaticDetails:                            "Upgrade " + in.UpgradeID + ", image " + in.ImageID,
		TypedSearchAttributes:                    temporal.NewSearchAttributes(AttributePlate.ValueSet(in.Plate)),
	}
}

// UpgradeLimits are the times and counts an upgrade lives by.
type UpgradeLimits struct {
	AckWindow      time.Duration `json:"ack_window"`      // for 66 and 22
	PacketWindow   time.Duration `json:"packet_window"`   // for one 68, before the packet is sent again
	FinishWindow   time.Duration `json:"finish_window"`   // for 69 after the last packet; then the version decides
	RebootWindow   time.Duration `json:"reboot_window"`   // for the box to come back
	SilentAfter    time.Duration `json:"silent_after"`    // without any 68 before the device counts as gone
	Backoff        time.Duration `json:"backoff"`         // first wait before an attempt is made again
	BackoffMax     time.Duration `json:"backoff_max"`     // longest such wait
	Attempts       int           `json:"attempts"`        // from the first packet on, before it is parked
	MinimumBattery int           `json:"minimum_battery"` // percent
	ParkFor        time.Duration `json:"park_for"`        // then a parked upgrade ends as failed
}

// Updates of an upgrade. Every message names the upgrade that it means, because the next holder has the same workflow ID. One
// meant for another is rejected with upgrade_over.
const (
	UpdateUpgradeRetry   = "upgrade-retry"   // UpgradeRequest -> UpgradeOutcome: goes on where it was stuck
	UpdateUpgradeRestart = "upgrade-restart" // UpgradeRequest -> UpgradeOutcome: from the first packet
	UpdateUpgradeAbort   = "upgrade-abort"   // UpgradeRequest -> UpgradeOutcome: waits until it is aborted
)

// UpgradeRequest is what staff want of an upgrade.
type UpgradeRequest struct {
	UpgradeID string `json:"upgrade_id"`
	Decision  string `json:"decision"` // its ID in the store, which has the rest
	By        string `json:"by"`       // staff ID
	Reason    string `json:"reason"`
}

// UpgradeOutcome is where an update left the upgrade; the details are in the store.
type UpgradeOutcome struct {
	UpgradeID string           `json:"upgrade_id"`
	State     firmware.State   `json:"state"`
	Trouble   firmware.Trouble `json:"trouble,omitempty"`
}

// SignalUpgradeEnded tells a rollout of one of its upgrades: that it is over, or parked. It may come more than once.
const SignalUpgradeEnded = "upgrade-ended" // UpgradeEnded

// UpgradeEnded is how an upgrade ended for its rollout, or that it is parked for now.
type UpgradeEnded struct {
	UpgradeID string           `json:"upgrade_id"`
	Plate     string           `json:"plate"`
	State     firmware.State   `json:"state"` // Done, Failed, Aborted or Parked
	Trouble   firmware.Trouble `json:"trouble,omitempty"`
}
