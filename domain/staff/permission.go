package staff

import (
	"slices"

	"rodada/domain/fault"
)

// Permission is one kind of work that a member of staff may do.
type Permission string

// The permissions.
const (
	View              Permission = "view"    // to look at scooters, rentals, alerts, zones; every other includes it
	Operate           Permission = "operate" // to run the fleet: commands, service, rides of others
	Pricing           Permission = "pricing"
	Money             Permission = "money"
	People            Permission = "people"
	Firmware          Permission = "firmware"
	DangerousCommands Permission = "dangerous_commands" // those that open, disconnect or erase; with Operate
	Admin             Permission = "admin"              // everything, and the audit log
)

// Permissions lists all of them.
func Permissions() []Permission {
	return []Permission{View, Operate, Pricing, Money, People, Firmware, DangerousCommands, Admin}
}

// Known reports whether there is such a permission.
func (p Permission) Known() bool { return slices.Contains(Permissions(), p) }

// May reports whether the member has a permission. An admin has every one, and every other one includes the view: whoever
// may change something may look. Who is suspended may nothing.
func (m Member) May(p Permission) bool {
	if m.Suspended() || slices.Contains(m.Withheld, p) {
		return false
	}
	if p == View && slices.ContainsFunc(m.Permissions, Permission.Known) {
		return true
	}
	return slices.Contains(m.Permissions, p) || slices.Contains(m.Permissions, Admin) && !slices.Contains(m.Withheld, Admin)
}

// ErrPermission is the answer to a member of staff who may not do that; its details name the permission.
var ErrPermission = fault.Declare(fault.Forbidden, "permission_missing", "Your account has not the permission for that.")

// Lacking is ErrPermission for one permission.
func Lacking(p Permission) error {
	return ErrPermission.Saying("Your account needs the permission %q for that.", p).With("permission", p)
}
