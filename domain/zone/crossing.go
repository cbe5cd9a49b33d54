package zone

import (
	"fmt"
	"time"
)

// Force is what a zone's rule means to whoever rides in it.
type Force struct {
	Through bool `json:"ride_through_allowed"`
	MaxKmh  int  `json:"maximum_speed_kph,omitempty"` // 0: as the scooter's own
}

// Free reports whether nothing is in force.
func (f Force) Free() bool { return f.Through && f.MaxKmh == 0 }

// Crossing is a change of what is in force for a ride, or a zone that it passed.
type Crossing struct {
	RentalID    string    `json:"rental_id"`
	At          time.Time `json:"at"`  // by the device
	Set         int64     `json:"set"` // the version of the zones
	ZoneID      int64     `json:"zone_id,omitempty"`
	ZoneVersion int64     `json:"zone_version,omitempty"`
	Zone        string    `json:"zone,omitempty"` // its name; empty: outside of every zone
	Force
	// Passed: the zone was crossed between two positions, and is behind already.
	Passed bool `json:"passed,omitempty"`
}

// After reports whether a crossing tells more than an earlier one: by the device's time, and of one moment by the newer zones.
func (c Crossing) After(at time.Time, set int64) bool {
	return c.At.After(at) || c.At.Equal(at) && c.Set > set
}

// Words say what is in force, for the history.
func (c Crossing) Words() string {
	where := "Outside of every zone"
	if c.Zone != "" {
		where = c.Zone
	}
	switch {
	case !c.Through:
		return where + ": no riding through."
	case c.MaxKmh > 0:
		return fmt.Sprintf("%s: at most %d km/h.", where, c.MaxKmh)
	}
	return where + ": nothing is forbidden."
}
