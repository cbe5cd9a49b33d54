package firmware

import (
	"slices"
	"time"

	"rodada/domain/fault"
)

// Upgrade is one scooter on its way to an image. While it goes on, or is parked, nobody rides the scooter.
type Upgrade struct {
	ID         string // UUID
	ScooterID  int64
	Plate      string
	ImageID    string
	Version    string // that image's: what the scooter is to run
	ModelID    int64  // that image's
	Model      string
	From       string // what it ran before; empty: not known yet
	RolloutID  string // empty: staff asked for this one
	RunID      string // of the workflow that has it, its first; empty: none has begun
	StaffID    string // who asked for it, or for the rollout
	StaffEmail string
	Reason     string
	Downgrade  bool // staff know that the version is older than the scooter's
	State      State
	Trouble    Trouble // why it is parked, failed or was aborted; empty: it goes on, or went well
	Detail     string  // more of that, for staff
	Attempt    int     // how often the image was begun, 1 and on
	Packets    int     // in all
	Sent       int     // packets that the device has taken in this attempt, as last stored; Progress is fresher
	Failures   int     // packets that it asked for again, in all attempts
	StartedAt  time.Time
	UpdatedAt  time.Time
	ParkedAt   time.Time // zero: it is not parked
	EndedAt    time.Time // zero: it goes on
}

// State is how far an upgrade has come.
type State string

// The states of an upgrade.
const (
	Checking  State = "checking"  // is the scooter idle, online, charged, and of another version?
	Starting  State = "starting"  // 23 was sent, 66 is awaited
	Sending   State = "sending"   // packets are on their way (67, 68)
	Finishing State = "finishing" // every packet was taken; 69 is awaited
	Rebooting State = "rebooting" // 93 was sent; the box is to come back
	Verifying State = "verifying" // asked for its version (21, 22)
	Parked    State = "parked"    // stuck: it holds the scooter and waits for staff
	Aborting  State = "aborting"  // given up; the scooter must answer before it serves again
	Done      State = "done"      // 22 reported the new version
	Failed    State = "failed"    // checks refused it, or it was parked for too long
	Aborted   State = "aborted"   // by staff, or in Temporal
)

// States lists all of them.
func States() []State {
	return []State{Checking, Starting, Sending, Finishing, Rebooting, Verifying, Parked, Aborting, Done, Failed, Aborted}
}

// Over reports whether nothing follows.
func (s State) Over() bool { return slices.Contains([]State{Done, Failed, Aborted}, s) }

// Trouble is why an upgrade does not go on, as a stable code.
type Trouble string

// The troubles.
const (
	TroubleSilent     Trouble = "silent"      // the scooter does not answer
	TroublePowered    Trouble = "powered_on"  // it is switched on
	TroubleBattery    Trouble = "battery_low" // under the floor for upgrades
	TroubleProhibited Trouble = "prohibited"  // 66 says no
	TroublePackets    Trouble = "packets"     // tries ran out: the device refuses packets, or restarts again and again
	TroubleRejected   Trouble = "rejected"    // 69 says that it failed, and the version agrees
	TroubleVersion    Trouble = "version"     // it came back with another version than the image's
	TroubleReboot     Trouble = "not_back"    // it did not come back after the reboot
	TroubleMoving     Trouble = "moving"      // it does not stand, so it can't be rebooted
	TroubleDowngrade  Trouble = "downgrade"   // the image is older than what the scooter runs
	TroubleSame       Trouble = "same"        // it runs that version already
	TroubleModel      Trouble = "model"       // the scooter's model is not the image's any more
	TroubleParked     Trouble = "parked"      // nobody came for too long
	TroubleStaff      Trouble = "staff"       // aborted by them
	TroubleCancelled  Trouble = "cancelled"   // aborted, because somebody cancelled its workflow in Temporal
	TroubleOrphaned   Trouble = "orphaned"    // its workflow was ended from outside, and another goes on with it
	TroubleHeld       Trouble = "held"        // somebody else had the scooter first
	TroubleNotBegun   Trouble = "not_begun"   // its workflow never began
)

// Troubles lists all of them.
func Troubles() []Trouble {
	return []Trouble{
		TroubleSilent, TroublePowered, TroubleBattery, TroubleProhibited, TroublePackets, TroubleRejected, TroubleVersion, TroubleReboot,
		TroubleMoving, TroubleDowngrade, TroubleSame, TroubleModel, TroubleParked, TroubleStaff, TroubleCancelled, TroubleOrphaned, TroubleHeld, TroubleNotBegun,
	}
}

// Filter picks upgrades; what is empty picks all.
type Filter struct {
	States    []State
	ModelID   int64
	ImageID   string
	RolloutID string
	Plate     string // as it is now
	Open      *bool  // whether they still hold their scooter
}

// Change is one step of an upgrade, as its workflow counts them: stored once by its number, and only forward.
type Change struct {
	ID       string    `json:"id"`
	Seq      int       `json:"seq"`
	State    State     `json:"state"`
	Trouble  Trouble   `json:"trouble,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	From     string    `json:"from,omitempty"`
	Reported string    `json:"reported,omitempty"` // what the box said last that it runs; empty: it was not asked since the last change
	Attempt  int       `json:"attempt"`
	Sent     int       `json:"sent"`
	Failures int       `json:"failures"`
	At       time.Time `json:"at"`
	// Maintenance: the scooter goes there at the end, because nobody knows what it runs.
	Maintenance bool `json:"maintenance,omitempty"`
	// Decisions are the IDs of those of staff that led here.
	Decisions []string `json:"decisions,omitempty"`
}

// Progress is how the sending goes, as fresh as the last packet.
type Progress struct {
	UpgradeID string    `json:"upgrade_id"`
	Attempt   int       `json:"attempt"`
	Packets   int       `json:"packets"`
	Sent      int       `json:"sent"`
	Failures  int       `json:"failures"`
	Since     time.Time `json:"since"` // the attempt began
	At        time.Time `json:"at"`    // of this
}

// Rate is the packets per second of the attempt so far; 0: not known.
func (p Progress) Rate() float64 {
	took := p.At.Sub(p.Since).Seconds()
	if took <= 0 {
		return 0
	}
	return float64(p.Sent) / took
}

// Left is how long the rest takes at that rate; 0: not known.
func (p Progress) Left() time.Duration {
	rate := p.Rate()
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(p.Packets-p.Sent) / rate * float64(time.Second))
}

// Faults of upgrades.
var (
	ErrUpgradeUnknown = fault.Declare(fault.NotFound, "upgrade_unknown", "There is no such upgrade.")
	ErrUpgrading      = fault.Declare(fault.Conflict, "scooter_being_upgraded", "This scooter is being upgraded. Nobody can ride it meanwhile.")
	ErrUpgradeOver    = fault.Declare(fault.Conflict, "upgrade_over", "This upgrade is over.")
	ErrNotParked      = fault.Declare(fault.Conflict, "upgrade_not_parked", "This upgrade goes on by itself: there is nothing to try again.")
	ErrCommanded      = fault.Declare(fault.Conflict, "scooter_commanded", "A command of staff is on its way to this scooter. Try again in a minute.")
	ErrOutOfUse       = fault.Declare(fault.Conflict, "upgrade_scooter_retired", "A retired scooter is not upgraded.")
	ErrWrongModel     = fault.Declare(fault.Invalid, "firmware_wrong_model", "This firmware image is for another model.")
	ErrDowngrade      = fault.Declare(fault.Conflict, "firmware_downgrade", "The scooter runs a newer version. If you mean it, say downgrade: true.")
	ErrSameVersion    = fault.Declare(fault.Conflict, "firmware_same", "The scooter runs this version already, as far as is known. If it does not, ask it what it runs (query-version), and start again.")
)
