package onboarding

import (
	"time"

	"rodada/domain/fault"
)

// Renumbering is the giving of another plate to a scooter and its box.
type Renumbering struct {
	ID        string // UUID
	From      string
	To        string
	StaffID   string
	Reason    string
	State     RenumberState
	Trouble   string // why it does not go on, or was undone, for staff
	StartedAt time.Time
	UpdatedAt time.Time
	EndedAt   time.Time // zero: it goes on
}

// RenumberState is how far a renumbering has come.
type RenumberState string

// The states of a renumbering.
const (
	Running    RenumberState = "running"
	Stuck      RenumberState = "stuck"  // the box is heard under neither plate
	Renumbered RenumberState = "done"   // box and books have the new plate
	Undone     RenumberState = "undone" // both have the old one still
)

// RenumberStates lists all of them.
func RenumberStates() []RenumberState {
	return []RenumberState{Running, Stuck, Renumbered, Undone}
}

// RenumberChange is one step of a renumbering, as its workflow counts them.
type RenumberChange struct {
	ID      string        `json:"id"`
	Seq     int           `json:"seq"`
	State   RenumberState `json:"state"`
	Trouble string        `json:"trouble,omitempty"`
}

// Faults of renumbering.
var (
	ErrRenumberingUnknown = fault.Declare(fault.NotFound, "renumbering_unknown", "This scooter was never renumbered.")
	ErrRenumbering        = fault.Declare(fault.Conflict, "renumbering_running", "This scooter is being renumbered.")
	ErrNotStuck           = fault.Declare(fault.Conflict, "renumbering_not_stuck", "This renumbering does not wait for anybody.")
	ErrSamePlate          = fault.Declare(fault.Invalid, "plate_same", "The scooter has this plate already.")
)
