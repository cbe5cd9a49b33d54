package rider

import (
	"net/mail"
	"strings"

	"rodada/domain/fault"
)

// ErrEmailInvalid is the answer to what can't be an email address.
var ErrEmailInvalid = fault.Declare(fault.Invalid, "email_invalid", "That is not an email address.")

// ParseEmail takes a bare address as a person types it, without a name or a comment, at most 254 characters long.
// (RFC 5321, 4.5.3.1.3)
func ParseEmail(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if len(typed) > 254 {
		return "", ErrEmailInvalid
	}
	a, err := mail.ParseAddress(typed)
	if err != nil || a.Address != typed || strings.ContainsAny(typed, "\"\\ ") {
		return "", ErrEmailInvalid
	}
	return typed, nil
}
