package staff

import (
	"crypto/rand"
	"time"
	"unicode/utf8"

	"rodada/domain/fault"
)

// The length of a password of staff, in characters.
const (
	PasswordShortest = 12
	PasswordLongest  = 200
)

// PasswordDays is how long a password holds that somebody else was given for an account.
const PasswordDays = 3

// The faults of staff's accounts.
var (
	ErrMemberUnknown     = fault.Declare(fault.NotFound, "staff_unknown", "There is no such member of staff.")
	ErrSuspended         = fault.Declare(fault.Forbidden, "staff_suspended", "This account is suspended.")
	ErrLastAdmin         = fault.Declare(fault.Conflict, "staff_last_admin", "Nobody else could manage the accounts of staff then.")
	ErrPermissionUnknown = fault.Declare(fault.Invalid, "permission_unknown", "There is no such permission.")
	ErrPasswordLength    = fault.Declare(fault.Invalid, "password_length", "A password of staff has 12 to 200 characters.")
	ErrPasswordSame      = fault.Declare(fault.Invalid, "password_same", "That is the password that the account has already.")
	ErrPasswordTemporary = fault.Declare(fault.Forbidden, "password_temporary", "Set a password of your own first.")
	ErrPasswordExpired   = fault.Declare(fault.Forbidden, "password_expired", "This password was good for a few days. Ask for another.")
)

// CheckPassword is ErrPasswordLength for what can't be a password of staff.
func CheckPassword(text string) error {
	if n := utf8.RuneCountInString(text); n < PasswordShortest || n > PasswordLongest {
		return ErrPasswordLength.With("field", "password")
	}
	return nil
}

// TemporaryPassword makes a password of 128 bits that is handed over, and replaced by its owner.
func TemporaryPassword() string { return rand.Text() }

// ParsePermissions reads permissions, each once: ErrPermissionUnknown.
func ParsePermissions(names []string) (list []Permission, err error) {
	seen := map[Permission]bool{}
	for _, name := range names {
		p := Permission(name)
		if !p.Known() {
			return nil, ErrPermissionUnknown.Saying("There is no permission %q.", name).With("field", "permissions").With("permission", name)
		}
		if !seen[p] {
			list = append(list, p)
		}
		seen[p] = true
	}
	return list, nil
}

// Edit is what is changed of an account; nil stays.
type Edit struct {
	FirstName   *string
	LastName    *string
	Permissions *[]Permission
}

// Apply makes the change.
func (e Edit) Apply(m *Member) {
	if e.FirstName != nil {
		m.FirstName = *e.FirstName
	}
	if e.LastName != nil {
		m.LastName = *e.LastName
	}
	if e.Permissions != nil {
		m.Permissions = *e.Permissions
	}
}

// Filter picks accounts; what is empty picks all.
type Filter struct {
	Text       string // part of the names or the email
	Permission Permission
	Suspended  *bool
}

// Suspended reports whether the account may do nothing for now.
func (m Member) Suspended() bool { return !m.SuspendedAt.IsZero() }

// Admin reports whether the account keeps the others.
func (m Member) Admin() bool { return m.May(Admin) }

// Ready is the reason why an account may do nothing yet but look after itself: ErrSuspended, ErrPasswordTemporary.
func (m Member) Ready() error {
	switch {
	case m.Suspended():
		return ErrSuspended
	case !m.PasswordExpires.IsZero():
		return ErrPasswordTemporary
	}
	return nil
}

// Need is the reason why the account may not do what a permission lets: Ready, ErrFactorNeeded, Lacking.
func (m Member) Need(p Permission) error {
	if err := m.Ready(); err != nil {
		return err
	}
	if m.May(p) {
		return nil
	}
	m.Withheld = nil
	if m.May(p) {
		return ErrFactorNeeded
	}
	return Lacking(p)
}

// LogIn is the reason why an account may not log in though its password is right: ErrSuspended, ErrPasswordExpired.
func (m Member) LogIn(now time.Time) error {
	switch {
	case m.Suspended():
		return ErrSuspended
	case !m.PasswordExpires.IsZero() && !now.Before(m.PasswordExpires):
		return ErrPasswordExpired
	}
	return nil
}
