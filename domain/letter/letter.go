// Package letter is the mails that riders get about their account: each is put down together with what it tells of, and sent
// afterwards. A letter holds an address and often a code, so what lies on the way is sealed and forgotten once it is over.
package letter

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Kind says what a letter is about.
type Kind string

// The kinds of letters.
const (
	Register        Kind = "register"         // the code that opens an account
	Known           Kind = "known"            // somebody wanted an account, or to change theirs, with an address that has one
	Reset           Kind = "reset"            // the code for a new password
	ProveSelf       Kind = "prove_self"       // the code that shows who asks for something that can't be undone
	ChangeEmail     Kind = "change_email"     // the code that proves a new address, to that address
	EmailChanged    Kind = "email_changed"    // to the address of before
	PasswordChanged Kind = "password_changed" // by its owner, or with a code
	LoginLinked     Kind = "login_linked"     // another service logs in to the account from now on
	Deleted         Kind = "deleted"          // the account is gone
	Suspended       Kind = "suspended"        // the account may not ride for now
	Reinstated      Kind = "reinstated"       // it may again
	DeletedLeft     Kind = "deleted_left"     // the account is gone, and what was left in its wallet is given up
	DebtFailed      Kind = "debt_failed"      // what the rider owes could not be collected, and will be tried again
	DebtConfirm     Kind = "debt_confirm"     // the bank wants the rider to confirm it
	DebtNoCard      Kind = "debt_no_card"     // there is no card to collect it from
	DebtLast        Kind = "debt_last"        // it could not be collected, and is not tried again
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{
		Register, Known, Reset, ProveSelf, ChangeEmail, EmailChanged, PasswordChanged, LoginLinked, Suspended, Reinstated, Deleted, DeletedLeft,
		DebtFailed, DebtConfirm, DebtNoCard, DebtLast,
	}
}

// Letter is one mail, in clear.
type Letter struct {
	ID        string    `json:"-"` // UUID
	Kind      Kind      `json:"-"`
	Language  string    `json:"-"` // es or en
	ExpiresAt time.Time `json:"-"` // after that it says nothing any more; zero: never
	To        string    `json:"to"`
	Code      string    `json:"code,omitempty"`
	Service   string    `json:"service,omitempty"` // whose login was linked
	Amount    string    `json:"amount,omitempty"`  // that is owed or left, as the rider's language writes it
}

// Envelope is a letter on its way, as the books keep it.
type Envelope struct {
	ID        string // UUID: the same with every attempt
	Kind      Kind
	Language  string
	ExpiresAt time.Time
	Content   string // sealed for Purpose where the installation has a key
	Attempts  int
}

// Purpose is what the content of a letter is sealed for.
func Purpose(id string) string { return "letter/" + id }

// Close puts a letter into an envelope; seal may be nil, where there is no key.
func (l Letter) Close(seal func(secret, purpose string) (string, error)) (Envelope, error) {
	e := Envelope{ID: l.ID, Kind: l.Kind, Language: l.Language, ExpiresAt: l.ExpiresAt}
	content, err := json.Marshal(l)
	if err != nil {
		return Envelope{}, err
	}
	e.Content = string(content)
	if seal != nil {
		e.Content, err = seal(e.Content, Purpose(e.ID))
	}
	return e, err
}

// ErrSealed is an envelope that needs a key to be opened, where there is none.
var ErrSealed = errors.New("letter: it is sealed, and there is no key here")

// Open takes the letter out; open may be nil, where there is no key.
func (e Envelope) Open(open func(sealed, purpose string) (string, error)) (Letter, error) {
	content := e.Content
	if !strings.HasPrefix(content, "{") {
		if open == nil {
			return Letter{}, ErrSealed
		}
		var err error
		if content, err = open(content, Purpose(e.ID)); err != nil {
			return Letter{}, err
		}
	}
	l := Letter{ID: e.ID, Kind: e.Kind, Language: e.Language, ExpiresAt: e.ExpiresAt}
	return l, json.Unmarshal([]byte(content), &l)
}

// patience is how long to wait after each failed attempt: a day in all.
var patience = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// TryAgain is when a letter is tried again after so many failed attempts; false: it was tried often enough, or would come too late.
func (e Envelope) TryAgain(now time.Time) (time.Time, bool) {
	if e.Attempts < 1 || e.Attempts > len(patience) {
		return now, e.Attempts < 1
	}
	next := now.Add(patience[e.Attempts-1])
	return next, !e.Over(next)
}

// Over reports whether a letter says nothing any more.
func (e Envelope) Over(now time.Time) bool { return !e.ExpiresAt.IsZero() && !now.Before(e.ExpiresAt) }
