package workflows

import (
	"time"

	"rodada/domain/rental"
)

// RentalState is what a rental carries from one run to the next.
type RentalState struct {
	RentalOutcome
	Seq   int          `json:"seq"`   // of the last stored change or event
	Sends int          `json:"sends"` // of the last send
	Meter rental.Meter `json:"meter"`
	// Deadline is when an unlock is too late.
	Deadline   time.Time `json:"deadline,omitzero"`
	UnlockedAt time.Time `json:"unlocked_at,omitzero"`
	// Baseline is the trip counter after the unlock, in km; nil while nobody knows it.
	Baseline *int `json:"baseline,omitempty"`
	Prepared bool `json:"prepared,omitempty"` // the counters are cleared and read, or that was given up
	// Reminded and LimitPaused say which limits of a long ride have passed.
	Reminded    bool      `json:"reminded,omitempty"`
	LimitPaused bool      `json:"limit_paused,omitempty"`
	RetryAt     time.Time `json:"retry_at,omitzero"` // of a forced pause that did not work yet
	// Backoff is the wait before the next try of a forced pause or of securing; it grows.
	Backoff time.Duration `json:"backoff,omitempty"`
	// HeldSince is when this rental's workflow began: what happened to the scooter before is none of its business.
	HeldSince time.Time `json:"held_since,omitzero"`
	Locks     locks     `json:"locks,omitzero"` // what keeps a paused scooter from being ridden
	Acked     acked     `json:"acked,omitempty"`
	// LimitKmh is the limit that staff set during this rental, and LimitAt when.
	LimitKmh *int      `json:"limit_kmh,omitempty"`
	LimitAt  time.Time `json:"limit_at,omitzero"`
	Heard    []string  `json:"heard,omitempty"` // IDs of the latest commands of staff
	// Slowed: the speed limit was taken down to stop the scooter, and must go up again.
	Slowed bool      `json:"slowed,omitempty"`
	Zone   zoneState `json:"zone,omitzero"`
	// Outstanding is the send of a lock that has no answer yet.
	Outstanding string    `json:"outstanding,omitempty"`
	SentAt      time.Time `json:"sent_at,omitzero"`
	Attempts    int       `json:"attempts,omitempty"` // to secure
	Alerted     bool      `json:"alerted,omitempty"`
}
