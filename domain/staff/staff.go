// Package staff is the people who run the fleet: accounts of their own, apart from the riders'.
package staff

import "time"

// Member is a staff account.
type Member struct {
	ID           string // UUID
	FirstName    string
	LastName     string
	Email        string
	PasswordHash string
	Permissions  []Permission
	CreatedAt    time.Time
}

// Alert is something about a scooter that a person must look at. One is open per scooter and kind.
type Alert struct {
	ID       int64
	Plate    string
	Kind     AlertKind
	Text     string
	RentalID string
	OpenedAt time.Time
	ClosedAt time.Time
	ClosedBy string // staff's email, or system
}

// AlertKind is a kind of alert.
type AlertKind string

// The kinds of alerts.
const (
	NotSecured   AlertKind = "not_secured"    // a ride is over and its lock is not confirmed
	FaultAtStart AlertKind = "fault_at_start" // the scooter refused to unlock
	Onboarding   AlertKind = "onboarding"     // a scooter can't be taken in
	Renumbering  AlertKind = "renumbering"    // a scooter is heard under neither of two plates
	Upgrade      AlertKind = "upgrade"        // a firmware upgrade is stuck
)

// AlertKinds lists every kind of alert.
func AlertKinds() []AlertKind {
	return []AlertKind{NotSecured, FaultAtStart, Onboarding, Renumbering, Upgrade}
}
