// Package staff is the people who run the fleet: accounts of their own, apart from the riders'.
package staff

import "time"

// Member is a staff account.
type Member struct {
	ID           string // UUID
	FirstName    string
	LastName     string
	Email        string
	PasswordHash string
	Permissions  []Permission
	CreatedAt    time.Time
	// PasswordExpires is when a password ends that somebody else knows; zero: it is the member's own.
	PasswordExpires time.Time
	SuspendedAt     time.Time // zero: may work
	SuspendedReason string
	SecondFactor    bool // logs in with a code too
	// Withheld are permissions that count only with a second factor, for an account that has none.
	Withheld []Permission
}
