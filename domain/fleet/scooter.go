// Package fleet is the scooters: who they are, whether they serve, and who holds them.
package fleet

import (
	"regexp"
	"strings"
	"time"

	"rodada/domain/fault"
	"rodada/geo"
)

// Scooter is one vehicle. Its names are six different things: ID (ours), DeviceID (stable, for MDS), PublicID (for GBFS,
// changes after every ride), QRCode (printed), Plate (the wire's vehicle number) and IMEI (the box's).
type Scooter struct {
	ID       int64
	DeviceID string // UUID
	PublicID string // UUID
	QRCode   string
	Plate    string
	IMEI     string
	Model    Model
	Service  Service
	Hold     Hold
	Reason   string // why it is out of service, in staff's words
	Position geo.Point
	Battery  int // percent, as last stored; -1 unknown. Live state is fresher
	// LimitKmh is the speed limit that holds for this scooter between rides: the model's, or staff's.
	LimitKmh  int
	StationID string // UUID of the station where it stands; empty: free-floating
	Station   string // that station's short name
	Note      string // staff's own words
	Firmware  string // what the box said last that it runs; empty: nobody knows
	// FirmwareAt is when it said so.
	FirmwareAt time.Time
	UpgradeID  string // UUID of the upgrade that is under way; empty: none
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Model is a make of scooter with the dialect that its box speaks.
type Model struct {
	ID              int64
	Name            string
	StrictJSON      bool // quote the values that the protocol writes unquoted
	LowercaseLength bool // 67 writes its length as l instead of I
	MaxKmh          int  // what it can drive: bounds plausible distances
	RangeMeters     int  // with a full battery
}

// RangeWith is about how far it goes with so many percent in the battery, in metres: in proportion. (GBFS current_range_meters)
func (m Model) RangeWith(percent int) int { return m.RangeMeters * max(0, min(percent, 100)) / 100 }

// Service says whether a scooter takes part, as staff decide.
type Service string

// The values of Service.
const (
	InService   Service = "in_service"
	Blocked     Service = "blocked"     // by staff, with a reason
	Maintenance Service = "maintenance" // in need of hands
	Missing     Service = "missing"
	Retired     Service = "retired"
)

// Hold says who has the scooter now, as rentals and upgrades decide.
type Hold string

// The values of Hold.
const (
	Free      Hold = "free"
	Reserved  Hold = "reserved"
	InUse     Hold = "in_use"
	Securing  Hold = "securing"  // the rider is out, the lock is not confirmed yet
	Upgrading Hold = "upgrading" // its box is given another firmware
)

// Status is the one word for both, as lists and feeds show it: the hold while there is one, else the service.
func (s Scooter) Status() string {
	if s.Hold != Free {
		return string(s.Hold)
	}
	if s.Service == InService {
		return "available"
	}
	return string(s.Service)
}

// Faults of finding and taking a scooter.
var (
	ErrQRInvalid      = fault.Declare(fault.Invalid, "qr_invalid", "That is not the QR code of a scooter.")
	ErrScooterUnknown = fault.Declare(fault.NotFound, "scooter_unknown", "There is no such scooter.")
	ErrUnavailable    = fault.Declare(fault.Conflict, "scooter_unavailable", "This scooter is out of service.")
	ErrHeld           = fault.Declare(fault.Conflict, "scooter_held", "Somebody else has this scooter.")
	ErrSecuring       = fault.Declare(fault.Conflict, "scooter_securing", "This scooter is still being locked after its last ride.")
	ErrMapAway        = fault.Declare(fault.Unavailable, "map_unavailable", "The map of the scooters is not available at the moment. Try again.")
	ErrUnchecked      = fault.Declare(fault.Unavailable, "scooter_unchecked", "This scooter can't be checked at the moment, and is not unlocked without. Try again shortly.")
	ErrBatteryLow     = fault.Declare(fault.Conflict, "scooter_battery_low", "This scooter's battery is too low for a ride.")
)

var codePattern = regexp.MustCompile(`^[0-9A-Za-z_-]{4,40}$`)

// ParseQR takes what a scanner read, the bare printed code or a link that ends in it, and returns the code.
func ParseQR(content string) (string, error) {
	code := strings.TrimSpace(content)
	if len(code) > 512 {
		return "", ErrQRInvalid
	}
	if rest, isLink := strings.CutPrefix(code, "https://"); isLink {
		if end := strings.IndexAny(rest, "?#"); end >= 0 {
			rest = rest[:end]
		}
		_, path, _ := strings.Cut(rest, "/") // the host is no code
		path = strings.TrimSuffix(path, "/")
		code = path[strings.LastIndexByte(path, '/')+1:]
	}
	if !codePattern.MatchString(code) {
		return "", ErrQRInvalid
	}
	return code, nil
}
