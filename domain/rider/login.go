package rider

import (
	"time"

	"rodada/domain/fault"
)

// How long a log-in with another service may take, and how long the app has to fetch what came of it.
const (
	LoginLife     = 10 * time.Minute
	LoginCodeLife = 2 * time.Minute
)

// The faults of logging in with another service.
var (
	ErrLoginUnknown = fault.Declare(fault.NotFound, "login_unknown", "No such service logs in here.")
	ErrLoginLost    = fault.Declare(fault.Invalid, "login_lost", "This log-in was begun somewhere else, too long ago, or is over already. Begin again.")
	ErrLoginDenied  = fault.Declare(fault.Forbidden, "login_denied", "The other service did not let you in, or you did not allow it to.")
	ErrLoginFailed  = fault.Declare(fault.Unauthenticated, "login_failed", "What the other service answered can't be trusted. Begin again.")
	ErrLoginAway    = fault.Declare(fault.Unavailable, "login_away", "The other service can't be reached at the moment. Try again.")
	ErrLoginCode    = fault.Declare(fault.Unauthenticated, "login_code_wrong", "The code of this log-in is wrong, too old or was used. Begin again.")
	ErrLoginTaken   = fault.Declare(fault.Conflict, "login_taken", "That log-in opens another account.")
	ErrLoginTwice   = fault.Declare(fault.Conflict, "login_twice", "This account has another log-in of the same service. Remove that one first.")
	ErrLoginLast    = fault.Declare(fault.Conflict, "login_last", "Nothing else opens this account. Give it a password or another log-in first.")
)

// LoginKeys hold the parts of one log-in together on its way through a browser and another service.
type LoginKeys struct {
	State    string
	Nonce    string // that an ID token must repeat
	Verifier string // of the code that the service gives (PKCE, RFC 7636)
}

// LoginAnswer is what another service sends the browser back with.
type LoginAnswer struct {
	Code   string
	Issuer string // that says to have given it (RFC 9207); empty: none does
}

// LoginFlow is a log-in that another service was asked for. It can be finished once, in the browser that began it.
type LoginFlow struct {
	State     []byte // SHA-256
	Browser   []byte // SHA-256 of what the browser was given to keep
	Service   string
	Challenge string // of the app that began it (PKCE, S256)
	ExpiresAt time.Time
}

// LoginCode is what an app gets the outcome of a log-in for, once.
type LoginCode struct {
	Hash      []byte // SHA-256
	Challenge string
	Identity  Identity
	ExpiresAt time.Time
}

// Identity is who somebody is to another service.
type Identity struct {
	Service   string // its name in addresses, such as google
	Subject   string // its own name of the person, which never changes
	Email     string // empty unless the service itself has verified that it is theirs
	FirstName string
	LastName  string
}

// Link is another service's log-in that opens an account.
type Link struct {
	Service  string
	Subject  string
	LinkedAt time.Time
}
