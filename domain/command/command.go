// Package command says how one command to a scooter ends. The wire has no correlation ID, so every send has an ID of its
// own (Send), an ack is matched to it by a lease, and the outcome is one of four.
package command

import "time"

// Outcome is how a send ended.
type Outcome string

// The four ways a send ends.
const (
	Done    Outcome = "done"    // acknowledged, and the device did it
	Refused Outcome = "refused" // acknowledged, and the device would not; Ack.Status says why
	Silent  Outcome = "silent"  // no ack within its window
	Sent    Outcome = "sent"    // the command has no ack
)

// Unsent is the outcome of what was never a send: it came too late, say, or the scooter was too fast for it.
const Unsent Outcome = "unsent"

// Outcomes lists every outcome.
func Outcomes() []Outcome { return []Outcome{Done, Refused, Silent, Sent, Unsent} }

// Ack is a scooter's answer to one send, as the bridge hands it over.
type Ack struct {
	SendID     string         `json:"send_id"`
	Code       int            `json:"code"`             // of the ack, not of the command
	Status     *int           `json:"status,omitempty"` // the wire's s, nil when the frame has none
	Values     map[string]any `json:"values,omitempty"` // every decoded parameter by name
	ReceivedAt time.Time      `json:"received_at"`      // when it reached the bridge
	Frame      []byte         `json:"frame,omitempty"`  // as it came, without secrets
}

// Waiter is who waits for an ack: the workflow to signal, and which of its sends.
type Waiter struct {
	WorkflowID string `json:"workflow_id"`
	SendID     string `json:"send_id"`
}

// Taken is how taking the lease of an ack went.
type Taken string

// The ways taking a lease goes.
const (
	TakenNew      Taken = "new"
	TakenAnswered Taken = "answered" // by an earlier attempt of the same send, and its answer has come
	TakenOwn      Taken = "own"      // by an earlier attempt of the same send
	TakenBusy     Taken = "busy"     // by another send: wait for your turn
)

// Heard tells a workflow that its scooter said something, whatever it was, since it asked.
type Heard struct {
	SendID string    `json:"send_id"`
	At     time.Time `json:"at"`
}
