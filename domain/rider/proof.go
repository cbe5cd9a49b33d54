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
	ToProveSelf     Purpose = "self" // that who asks is the owner, before what can't be undone
)

// How long a code is good, how often it may be typed wrongly, how soon it is mailed again, and how often in an hour to one address: for
// who asks from one place, and for all strangers together, to whom one goes every StrangersPause from then on: were there none, strangers
// could keep an owner out who comes from a new place.
const (
	CodeLife             = 30 * time.Minute
	CodeTries            = 5
	CodePause            = time.Minute
	CodesAnHour          = 5
	StrangersCodesAnHour = 20
	StrangersPause       = time.Hour / StrangersCodesAnHour
)

// ProofLife is how long somebody who has shown who they are need not show it again.
const ProofLife = 5 * time.Minute

// The faults of proofs.
var (
	ErrCode       = fault.Declare(fault.Invalid, "code_wrong", "The code is wrong or too old, or was tried too often. Ask for another.")
	ErrTooSoon    = fault.Declare(fault.Limited, "code_too_soon", "Wait a while before you ask for another code.")
	ErrUnverified = fault.Declare(fault.Forbidden, "email_unverified", "Confirm an email address before your first ride.")
	ErrPassword   = fault.Declare(fault.Forbidden, "password_wrong", "That is not your password.")
	ErrProof      = fault.Declare(fault.Forbidden, "proof_needed", "Show first that it is you: with your password, a code that is mailed to you, or by logging in again, as ways says.")
)

// Shown is how the bearer of a token has lately shown who they are, in the very session that the token is of.
type Shown struct {
	LoggedIn bool // opened it
	Code     bool // typed a code that the account's address got
}

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
	Asker     string      // from where it is asked for, or in which session, as a keyed hash
	Met       bool        // the owner of the address came from there lately
	MailedAt  time.Time
	ExpiresAt time.Time
}

// OfStranger reports whether nothing says that the owner of the address asks.
func (p Proof) OfStranger() bool { return !p.Met && p.Purpose != ToProveSelf }

// alphabet is what codes for passwords are written in: none that is taken for another.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// NewCode makes a code for a purpose: six digits, or ten characters where it needs no other secret than one that may have been stolen,
// or none at all.
func NewCode(of Purpose) string {
	if of == ToResetPassword || of == ToProveSelf {
		return random(alphabet, 5) + "-" + random(alphabet, 5)
	}
	return random("0123456789", 6)
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
