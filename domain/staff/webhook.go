package staff

import (
	"slices"
	"time"

	"rodada/domain/fault"
)

// What may be wrong with a webhook.
var (
	ErrWebhookUnknown = fault.Declare(fault.NotFound, "webhook_unknown", "There is no such webhook.")
	ErrWebhookURL     = fault.Declare(fault.Invalid, "webhook_url_invalid", "A webhook needs an https:// address without a user or a fragment.")
	ErrWebhookInside  = fault.Declare(fault.Invalid, "webhook_address_private", "A webhook leads to the public Internet, or to a network that RODADA_WEBHOOK_NETWORKS names.")
	ErrWebhookNoKey   = fault.Declare(fault.Unavailable, "webhook_no_key", "Webhooks need a key to seal their secrets with: RODADA_SEAL_KEYS.")
)

// Webhook is an address that is told of alerts.
type Webhook struct {
	ID        string // UUID
	URL       string
	Kinds     []AlertKind // empty: all
	Secret    string      // sealed for WebhookPurpose
	Paused    bool
	CreatedAt time.Time
}

// Request is a request of a member of staff that may be repeated: what is asked for is in the digest.
type Request struct{ StaffID, Key, Digest string }

// WebhookPurpose is what the secret of a webhook is sealed for.
func WebhookPurpose(id string) string { return "webhook/" + id }

// Distinct is the kinds without those that come twice.
func Distinct(kinds []AlertKind) (once []AlertKind) {
	for _, kind := range kinds {
		if !slices.Contains(once, kind) {
			once = append(once, kind)
		}
	}
	return once
}

// What a webhook is told.
const (
	AlertOpened   = "alert.opened"
	AlertRepeated = "alert.repeated"
	AlertClosed   = "alert.closed"
)

// Delivery is one thing that a webhook is told.
type Delivery struct {
	ID        string // UUID: the same with every attempt
	WebhookID string
	URL       string
	Secret    string // sealed
	Event     string
	Body      string
	CreatedAt time.Time
	Attempts  int
	DueAt     time.Time // zero: it is over
	SentAt    time.Time // zero: it has not arrived
	Trouble   string    // why the last attempt failed
}

// Outbox is what is on its way to webhooks that are not paused.
type Outbox struct {
	Waiting int
	Overdue time.Duration // of the delivery whose next attempt should have begun longest ago
}

// patience is how long to wait after each failed attempt: some three days in all.
var patience = []time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// TryAgain is how long to wait after so many failed attempts; false: it was tried often enough.
func TryAgain(attempts int) (time.Duration, bool) {
	if attempts < 1 || attempts > len(patience) {
		return 0, attempts < 1
	}
	return patience[attempts-1], true
}
