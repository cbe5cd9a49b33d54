package workflows

import (
	"strings"
	"time"

	"rodada/domain/command"
	"rodada/protocol"
)

// CommandName is the workflow type of one command from staff to one scooter, whoever holds it.
const CommandName = "Command"

const commandPrefix = "command/"

// CommandID is the workflow ID of a staff command.
func CommandID(id string) string { return commandPrefix + id }

// CommandOf is the inverse of CommandID.
func CommandOf(workflowID string) (id string, ok bool) {
	return strings.CutPrefix(workflowID, commandPrefix)
}

// CommandInput is one command and how long its ack may take.
type CommandInput struct {
	ID      string           `json:"id"`
	Plate   string           `json:"plate"`
	Dialect Dialect          `json:"dialect"`
	Command protocol.Command `json:"command"` // secret arguments are sealed: see command.Purpose
	// Window is how long it may take in all, and Deadline when it is too late, whenever the workflow begins.
	Window   time.Duration `json:"window"`
	Deadline time.Time     `json:"deadline,omitzero"`
	// Try is how long one answer may take where a silent command is sent again; 0: it is sent once.
	Try    time.Duration `json:"try,omitempty"`
	By     string        `json:"by"` // staff ID
	Reason string        `json:"reason,omitempty"`
	// Ride says what a lock (3, 73, 107) does to the ride that holds the scooter.
	Ride command.Ride `json:"ride,omitempty"`
	// RentalID is the rental that held the scooter when staff asked, where that is known.
	RentalID string `json:"rental_id,omitempty"`
}

// CommandResult is how it ended.
type CommandResult struct {
	Outcome  command.Outcome `json:"outcome"`
	Ack      *command.Ack    `json:"ack,omitempty"`
	Attempts int             `json:"attempts"`
	// Unsent says why nothing was published: moving (the scooter is too fast for this command), unreachable.
	Unsent string `json:"unsent,omitempty"`
}
