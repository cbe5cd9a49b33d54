package rider

import (
	"crypto/rand"
	"math/big"
	"strings"
	"time"

	"rodada/domain/fault"
	"rodada/domain/letter"
)

// Purpose is what the owner of an address is asked for.
type Purpose string

// The purposes of proofs.
const (
	ToRegister      Purpose = "register"
	ToChangeEmail   Purpose = "email"
	ToResetPassword Purpose = "reset"
)

// How long a code is good, how often it may be typed wrongly, how soon and how often it is mailed again to one address.
const (
	CodeLife    = 30 * time.Minute
	CodeTries   = 5
	CodePause   = time.Minute
	CodesAnHour = 5
)

// The faults of proofs.
var (
	ErrCode       = fault.Declare(fault.Invalid, "code_wrong", "The code is wrong or too old, or was tried too often. Ask for another.")
	ErrTooSoon    = fault.Declare(fault.Limited, "code_too_soon", "Wait a while before you ask for another code.")
	ErrUnverified = fault.Declare(fault.Forbidden, "email_unverified", "Confirm an email address before your first ride.")
	ErrPassword   = fault.Declare(fault.Forbidden, "password_wrong", "That is not your password.")
)

// Proof is that somebody reads what is mailed to an address, which they show by typing a code. There is one whether the
// address has an account or not; only its owner learns from the letter.
type Proof struct {
	ID        string // UUID
	Purpose   Purpose
	Email     string
	Language  string
	RiderID   string      // whose account it is about; empty: none, or a new one
	Account   *Rider      // what a right code opens
	Hash      []byte      // of the code; nil: no code is right
	Letter    letter.Kind // what is mailed; empty: nothing
	MailedAt  time.Time
	ExpiresAt time.Time
}

// alphabet is what codes for passwords are written in: none that is taken for another.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// NewCode makes a code for a purpose: six digits, or for a new password ten characters, because that needs no other secret and
// may be asked for by anybody.
func NewCode(of Purpose) string {
	if of != ToResetPassword {
		return random("0123456789", 6)
	}
	return random(alphabet, 5) + "-" + random(alphabet, 5)
}

func random(from string, length int) string {
	code := make([]byte, length)
	for i := range code {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(from)))) // never fails
		code[i] = from[n.Int64()]
	}
	return string(code)
}

// Typed is a code as NewCode wrote it, however a person typed it.
func Typed(code string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
}
