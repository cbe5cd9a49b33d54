package workflows

import (
	"strings"
	"time"

	"rodada/activities"
	"rodada/domain/onboarding"
)

// OnboardName is the workflow type of taking a scooter in: it is heard, tells who it is, and gets a credential of its own.
const OnboardName = "Onboard"

const onboardPrefix = "onboarding/"

// OnboardID is the workflow ID of the taking in of a scooter: one at a time.
func OnboardID(plate string) string { return onboardPrefix + plate }

// OnboardPlate is the inverse of OnboardID.
func OnboardPlate(workflowID string) (plate string, ok bool) {
	return strings.CutPrefix(workflowID, onboardPrefix)
}

// OnboardInput starts an onboarding whose row is in the store already, or goes on with one (State) after continue-as-new.
type OnboardInput struct {
	OnboardingID string        `json:"onboarding_id"`
	Plate        string        `json:"plate"`
	Dialect      Dialect       `json:"dialect"`
	Switch       bool          `json:"switch"` // give it a credential of its own
	Limits       OnboardLimits `json:"limits"`
	State        *OnboardState `json:"state,omitempty"`
}

// OnboardLimits are the times an onboarding lives by, and a renumbering.
type OnboardLimits struct {
	AckWindow      time.Duration `json:"ack_window"`
	Backoff        time.Duration `json:"backoff"`
	BackoffMax     time.Duration `json:"backoff_max"`
	Patience       time.Duration `json:"patience"`        // with a scooter that was never heard, until staff are alerted
	SwitchPatience time.Duration `json:"switch_patience"` // with one that is to come back as another
}

// comingBack is how long a box that reconnects is given before it is asked, and to answer: little at first, because most are
// back within a second and a question that came too early is lost.
func (l OnboardLimits) comingBack(tries int) (window, pause time.Duration) {
	if tries <= 3 {
		return min(l.AckWindow, 3*time.Second), min(l.Backoff, time.Second)
	}
	return l.AckWindow, l.Backoff
}

// OnboardState is what an onboarding takes along when it continues as new.
type OnboardState struct {
	State     onboarding.State   `json:"state"`
	Trouble   onboarding.Trouble `json:"trouble,omitempty"`
	Resume    onboarding.State   `json:"resume,omitempty"` // after Parked
	Seq       int                `json:"seq"`
	Sends     int                `json:"sends"`
	Since     time.Time          `json:"since"` // it waits for the box
	AskedAt   time.Time          `json:"asked_at,omitzero"`
	Backoff   time.Duration      `json:"backoff"`
	Provided  bool               `json:"provided,omitempty"`
	Suspended bool               `json:"suspended,omitempty"` // the old credential
	Alerted   bool               `json:"alerted,omitempty"`
	Box       onboarding.Box     `json:"box"`
	Issued    *activities.Issued `json:"issued,omitempty"`
}

// SignalOnboard carries what staff want of an onboarding.
const SignalOnboard = "onboard" // OnboardRequest

// OnboardRequest is one wish of staff's. One that is meant for another onboarding of this scooter is ignored.
type OnboardRequest struct {
	OnboardingID string    `json:"onboarding_id"`
	Do           OnboardDo `json:"do"`
	By           string    `json:"by"` // staff ID
	// Replace: the bootstrap account was made here before, and has another password now.
	Replace bool `json:"replace,omitempty"`
}

// OnboardDo is a kind of wish.
type OnboardDo string

// The wishes.
const (
	OnboardProvide OnboardDo = "provide" // the bootstrap credential has changed: let the broker know
	OnboardRetry   OnboardDo = "retry"   // what was in the way is mended
	OnboardAbort   OnboardDo = "abort"
)
