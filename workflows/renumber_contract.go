package workflows

// RenumberName is the workflow type of giving a scooter another plate. It is the holder of the scooter, scooter/<old plate>,
// so that nobody rides it meanwhile.
const RenumberName = "Renumber"

// RenumberInput starts a renumbering whose row is in the store already.
type RenumberInput struct {
	RenumberingID string         `json:"renumbering_id"`
	From          string         `json:"from"`
	To            string         `json:"to"`
	Dialect       Dialect        `json:"dialect"`
	Limits        OnboardLimits  `json:"limits"`
	State         *RenumberState `json:"state,omitempty"`
}

// RenumberState is what a renumbering that is stuck takes along when it continues as new.
type RenumberState struct {
	Seq   int `json:"seq"`
	Sends int `json:"sends"`
	Tries int `json:"tries"` // of the command
}

// SignalRenumber carries what staff want of a renumbering that is stuck.
const SignalRenumber = "renumber" // RenumberRequest

// RenumberRequest gives a stuck renumbering up. One that is meant for another is ignored.
type RenumberRequest struct {
	RenumberingID string `json:"renumbering_id"`
	By            string `json:"by"` // staff ID
}
