package command

import (
	"fmt"
	"time"
)

// Send is one frame on its way to a scooter and what came of it: one line of the scooter's history. Secrets are hidden in
// both frames.
type Send struct {
	ID         string    `json:"id"`
	Code       int       `json:"code"`
	AskedAt    time.Time `json:"asked_at"`
	Sent       []byte    `json:"sent,omitempty"`
	SentAt     time.Time `json:"sent_at,omitzero"` // zero: not sent, or by a worker that died before it could say when
	Received   []byte    `json:"received,omitempty"`
	ReceivedAt time.Time `json:"received_at,omitzero"`
	Outcome    Outcome   `json:"outcome"`
	Status     *int      `json:"status,omitempty"` // the wire's s in the answer
	Unsent     string    `json:"unsent,omitempty"` // why nothing was sent, when the outcome is Unsent
}

// Took is how long the answer took; false when that is not known.
func (s Send) Took() (time.Duration, bool) {
	took := s.ReceivedAt.Sub(s.SentAt)
	return max(took, 0), !s.SentAt.IsZero() && !s.ReceivedAt.IsZero() // clocks of two machines differ
}

// Origin says what a scooter was sent something for.
type Origin string

// The origins.
const (
	ForRental      Origin = "rental"
	ForCommand     Origin = "command" // of staff
	ForOnboarding  Origin = "onboarding"
	ForRenumbering Origin = "renumbering"
	ForUpgrade     Origin = "upgrade"
)

// Batch is sends of one origin to one scooter, to be stored.
type Batch struct {
	Plate    string `json:"plate"`
	Origin   Origin `json:"origin"`
	OriginID string `json:"origin_id"`
	Sends    []Send `json:"sends"`
}

// Purpose is what a secret argument of a command is sealed for: nobody can make another scooter, command or parameter of it.
func Purpose(plate string, code int, param string) string {
	return fmt.Sprintf("argument/%s/%d/%s", plate, code, param)
}
