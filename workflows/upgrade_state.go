package workflows

import (
	"time"

	"rodada/domain/firmware"
)

// UpgradeState is what an upgrade takes along when it continues as new.
type UpgradeState struct {
	State   firmware.State   `json:"state"`
	Trouble firmware.Trouble `json:"trouble,omitempty"` // why it is parked, or is given up
	Detail  string           `json:"detail,omitempty"`
	Began   time.Time        `json:"began"`           // of the first run
	Seq     int              `json:"seq"`             // of the last stored step
	Sends   int              `json:"sends"`           // of the last send
	Heirs   int              `json:"heirs,omitempty"` // how often another run took it over
	From    string           `json:"from,omitempty"`
	// Touched: the box was told to begin, so it is asked again what it runs before it serves.
	Touched bool `json:"touched,omitempty"`
	// Begun: it may wait for packets, or with an image for its reboot, and lets nobody ride until it is rebooted.
	Begun    bool          `json:"begun,omitempty"`
	Attempt  int           `json:"attempt,omitempty"`  // how often the box began
	Tries    int           `json:"tries,omitempty"`    // that came to nothing since the beginning, or since staff came
	Chunk    int           `json:"chunk,omitempty"`    // of the last one
	Next     int           `json:"next,omitempty"`     // packets that the box has taken in this attempt
	Silenced int           `json:"silenced,omitempty"` // where it fell silent last in this attempt, and 1
	Failures int           `json:"failures,omitempty"`
	Backoff  time.Duration `json:"backoff,omitempty"`
	Since    time.Time     `json:"since,omitzero"`   // this attempt
	Report   string        `json:"report,omitempty"` // the send that waits for 69
	Said     *int          `json:"said,omitempty"`   // in 69
	// RebootedAt is when the box was told last to reboot, or staff came.
	RebootedAt time.Time `json:"rebooted_at,omitzero"`
	// Resume is where a retry goes on, and ParkedUntil when nobody is waited for any more.
	Resume      firmware.State `json:"resume,omitempty"`
	ParkedUntil time.Time      `json:"parked_until,omitzero"`
	// Decided are the decisions of staff that no stored step has named yet.
	Decided []string `json:"decided,omitempty"`
	// Final is how it ends when the scooter is given back without the image.
	Final firmware.State `json:"final,omitempty"`
}
