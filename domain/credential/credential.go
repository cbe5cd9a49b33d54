// Package credential is what a scooter's box logs in with at the MQTT broker. A credential and a plate are two things: a box
// that is given another credential keeps its plate, and one that is given another plate keeps its credential.
package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"regexp"
	"strings"
	"time"

	"rodada/domain/fault"
)

// Credential is one user name and its password, which is sealed.
type Credential struct {
	ID          string // UUID
	Username    string
	Sealed      string // by package seal, for Purpose; empty once it is revoked
	Digest      []byte // SHA-256 of the password; nil once it is revoked
	State       State
	CreatedAt   time.Time
	ActivatedAt time.Time // zero: not proven
	RevokedAt   time.Time
}

// Holder is a credential with the plates that it may speak for: two while its scooter gets another.
type Holder struct {
	Credential
	Plates []string
}

// State is how far a credential has come.
type State string

// The states of a credential. A scooter has at most one of each but Revoked.
const (
	Bootstrap State = "bootstrap" // the box came with it
	Issued    State = "issued"    // the broker knows it, the box may
	Active    State = "active"    // the box was heard with it, and with no other
	Revoked   State = "revoked"   // opens nothing any more
)

// Faults of credentials.
var (
	ErrUsername = fault.Declare(fault.Invalid, "username_invalid",
		"A user name for the broker has 1 to 64 letters, digits, dots, - and _.")
	ErrPassword = fault.Declare(fault.Invalid, "password_invalid",
		"A password for the broker has 8 to 64 printable characters, without blanks, quotes, braces, backslashes, commas and colons.")
	ErrUsernameTaken = fault.Declare(fault.Conflict, "username_taken", "Another scooter has this user name at the broker, or had it.")
	ErrMissing       = fault.Declare(fault.Conflict, "credential_missing",
		"This scooter has no credential of its own at the broker yet: onboard it first.")
	ErrNoKey = fault.Declare(fault.Unavailable, "secrets_unavailable", "This installation has no key to keep secrets with.")
)

// Purpose is what the password of a credential is sealed for.
func Purpose(id string) string { return "credential/" + id }

// Digest is how a password is known to those who must only recognise it.
func Digest(password string) []byte {
	sum := sha256.Sum256([]byte(password))
	return sum[:]
}

var (
	usernamePattern = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)
	passwordPattern = regexp.MustCompile(`^[!#-&(-+\--9;-\[\]-z|~]{8,64}$`)
)

// Check says whether a box can be set to these and a broker can know them.
func Check(username, password string) error {
	switch {
	case !usernamePattern.MatchString(username):
		return ErrUsername
	case !passwordPattern.MatchString(password):
		return ErrPassword
	}
	return nil
}

// NewUsername makes a name that nobody had and that says nothing.
func NewUsername() string { return "box-" + strings.ToLower(rand.Text()[:20]) }

// NewPassword makes a password that nobody guesses: 130 bits.
func NewPassword() string { return rand.Text() }

// BootstrapUsername is what a box logs in with at first unless it is told otherwise: its plate, where that can be a name.
func BootstrapUsername(plate string) string {
	if usernamePattern.MatchString(plate) {
		return plate
	}
	return NewUsername()
}
