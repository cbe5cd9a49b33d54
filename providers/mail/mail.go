// Package mail sends letters: over SMTP, or into a folder on a developer's machine. What goes wrong is told without the address
// and without what a server said of it, because both end in logs and in the books.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"rodada/domain/letter"
)

// ErrNowhere is an installation without a way for mails.
var ErrNowhere = errors.New("mail: there is neither a server nor a folder for mails")

// Nowhere sends nothing.
func Nowhere(context.Context, letter.Letter) error { return ErrNowhere }

// compose makes a mail of a letter: plain text, from nobody who reads answers.
func compose(l letter.Letter, from string, at time.Time) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(from); err != nil {
		return nil, fmt.Errorf("mail: RODADA_MAIL_FROM: %w", err)
	}
	if err := m.To(l.To); err != nil {
		return nil, errAddress
	}
	subject, body := l.Words()
	m.Subject(subject)
	m.SetDateWithValue(at)
	m.SetMessageIDWithValue(l.ID + "@" + host(from))   // the same with every attempt
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday notes in return
	m.SetGenHeader("Content-Language", l.Language)
	m.SetBodyString(gomail.TypeTextPlain, body)
	return m, nil
}

// host is the domain of an address.
func host(from string) string {
	a, err := mail.ParseAddress(from)
	if err != nil {
		return "localhost"
	}
	return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
}

// RefusalError is a mail that no further attempt brings to its address.
type RefusalError struct{ why string }

// Error says what the server answered, as far as it is a code.
func (r *RefusalError) Error() string { return "mail: " + r.why }

// Permanent tells the worker that there is no use in another attempt.
func (r *RefusalError) Permanent() bool { return true }

var errAddress = &RefusalError{why: "that is no address"}
