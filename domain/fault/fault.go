// Package fault is the one vocabulary of errors that a person or a program outside may see: a stable code, a kind that
// says what sort of trouble it is, and a sentence. It is mapped once to HTTP (package api) and once to Temporal (package
// activities). Whatever is not a fault is internal, and its text never leaves the server.
package fault

import (
	"errors"
	"fmt"
	"maps"
)

// Kind says what sort of trouble an error is; each kind has one HTTP status.
type Kind string

// The kinds.
const (
	Malformed       Kind = "malformed"        // 400: not what it says it is
	Invalid         Kind = "invalid"          // 422: the request says something impossible
	Unauthenticated Kind = "unauthenticated"  // 401: nobody we know
	Forbidden       Kind = "forbidden"        // 403: known, but may not
	NotFound        Kind = "not_found"        // 404: no such thing, or not yours
	Conflict        Kind = "conflict"         // 409: not in this state
	PaymentRequired Kind = "payment_required" // 402: too little money
	Refused         Kind = "refused"          // 422: the scooter says no
	Silent          Kind = "silent"           // 504: the scooter says nothing
	Unavailable     Kind = "unavailable"      // 503: a part of ours is down; try again
	Limited         Kind = "limited"          // 429: too often
)

// Error is a fault: what went wrong, in words and in a code that never changes its meaning.
type Error struct {
	Kind    Kind
	Code    string         // stable, snake_case
	Message string         // one English sentence for a person
	Details map[string]any // typed facts for a program, such as the nearest allowed place
	cause   error
}

var declared = map[string]*Error{}

// Declare makes a fault and enters it in the catalogue. Call it only from package variables: a code declared twice panics.
func Declare(kind Kind, code, message string) *Error {
	if _, twice := declared[code]; twice {
		panic("fault: code declared twice: " + code)
	}
	e := &Error{Kind: kind, Code: code, Message: message}
	declared[code] = e
	return e
}

// All returns every declared fault by code, for documentation, translations and tests.
func All() map[string]*Error { return maps.Clone(declared) }

// Lookup finds a declared fault by its code.
func Lookup(code string) (*Error, bool) {
	e, ok := declared[code]
	return e, ok
}

// From finds the fault in err's chain.
func From(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Code + ": " + e.Message
	}
	return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
}

// Unwrap gives the internal cause, which is logged and never shown.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is a fault of the same code, whatever its details.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Because returns a copy of the fault with its internal cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With returns a copy of the fault with one more detail.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Details = maps.Clone(e.Details)
	if c.Details == nil {
		c.Details = map[string]any{}
	}
	c.Details[key] = value
	return &c
}

// Saying returns a copy of the fault with a more exact sentence.
func (e *Error) Saying(format string, args ...any) *Error {
	c := *e
	c.Message = fmt.Sprintf(format, args...)
	return &c
}
