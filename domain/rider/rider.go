// Package rider is the people who ride.
package rider

import (
	"time"

	"rodada/domain/fault"
)

// Rider is an account. The balance is derived from the ledger. An account without an email may not ride yet: an address is
// entered once it was proved to be the rider's.
type Rider struct {
	ID           string // UUID
	FirstName    string
	LastName     string
	Email        string
	PasswordHash string // argon2id, PHC string; empty: another service logs in
	Phone        string // optional
	Language     string // es or en
	CreatedAt    time.Time
	SuspendedAt  time.Time // zero: may ride
}

// Standing is what the bearer of a token may do at this moment.
type Standing struct {
	Language    string
	SuspendedAt time.Time // zero: may ride
	SessionOver bool      // the session that the token is of has ended
}

// The faults of accounts.
var (
	ErrEmailTaken  = fault.Declare(fault.Conflict, "email_taken", "There is an account with this email already.")
	ErrCredentials = fault.Declare(fault.Unauthenticated, "credentials_wrong", "The email or the password is wrong.")
	ErrToken       = fault.Declare(fault.Unauthenticated, "token_invalid", "The token is missing, expired or not valid here.")
	ErrUnknown     = fault.Declare(fault.NotFound, "rider_unknown", "There is no such rider.")
	ErrSuspended   = fault.Declare(fault.Forbidden, "rider_suspended", "This account is suspended.")
)
