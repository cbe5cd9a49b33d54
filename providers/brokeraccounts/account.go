package brokeraccounts

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Account is what one box logs in with, and the vehicle numbers that are its own.
type Account struct {
	User     string
	Password string
	// Numbers are the topics on which it hears its commands, and which its reports may name. Two while it gets another.
	Numbers []string
}

// Topics are where scooters report.
type Topics struct {
	Bike  string
	Other string
}

// What can go wrong. Anything else is the connection.
var (
	// ErrAccount is an account that no broker should have.
	ErrAccount = errors.New("brokeraccounts: not an account")
	// ErrRefused is a request that the broker understood and would not do.
	ErrRefused = errors.New("brokeraccounts: the broker refused")
	// ErrTaken is a user that the broker knows, for numbers of somebody else.
	ErrTaken = errors.New("brokeraccounts: another's account")
	// ErrBackend is an account of the backend's own, which nobody changes from here.
	ErrBackend = errors.New("brokeraccounts: an account of the backend")
	// ErrUnknown is a user that the broker does not know.
	ErrUnknown = errors.New("brokeraccounts: no such user")
	// ErrSilent is a broker that did not answer. What was asked may have been done.
	ErrSilent = errors.New("brokeraccounts: the broker did not answer")
)

// special are the characters that mean more than themselves in a topic filter, or in a broker's pattern.
const special = "/+#$%"

func (a Account) check(t Topics) error {
	switch {
	case a.User == "" || strings.ContainsFunc(a.User, isControl):
		return fmt.Errorf("%w: no user name", ErrAccount)
	case a.Password == "":
		return fmt.Errorf("%w: %s has no password", ErrAccount, a.User)
	case len(a.Numbers) == 0:
		return fmt.Errorf("%w: %s has no number", ErrAccount, a.User)
	case slices.ContainsFunc(a.Numbers, func(n string) bool {
		return n == "" || n == t.Bike || n == t.Other || strings.ContainsAny(n, special) || strings.ContainsFunc(n, isControl)
	}):
		return fmt.Errorf("%w: %s has a number that is no topic of its own", ErrAccount, a.User)
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
