package series

import (
	"time"

	"rodada/geo"
)

// Place is where a scooter was, as it was reported: the last report of each stretch of the span, a sound one if there is one.
type Place struct {
	At       time.Time `json:"at" doc:"By the scooter's clock, when that can be believed."`
	Position geo.Point `json:"position,omitzero" doc:"Absent: it did not know."`
	Source   string    `json:"source" enum:"gps,lbs" doc:"lbs is by radio cells: hundreds of metres off."`
	Valid    bool      `json:"valid" doc:"Good enough for fares, zones and routes."`
	Flaw     string    `json:"flaw,omitempty" enum:"no_fix,null_island,jump,lbs,clock" doc:"Why it is not."`
	Received time.Time `json:"received" doc:"When it reached us, which may be much later."`
	Device   time.Time `json:"device,omitzero" doc:"What the scooter's clock said, when it is not believed; at is the time of reception then."`
}

// Charge is the battery, as the mean of a stretch.
type Charge struct {
	At      time.Time `json:"at" doc:"Where the stretch begins."`
	Percent *float64  `json:"percent,omitempty"`
	Volts   *float64  `json:"volts,omitempty"`
}

// Pace is how fast it went: the mean and the top of a stretch, and the last of what is set or counted.
type Pace struct {
	At     time.Time `json:"at" doc:"Where the stretch begins."`
	Kmh    *float64  `json:"kmh,omitempty" doc:"The mean."`
	TopKmh *float64  `json:"top_kmh,omitempty"`
	Limit  *int64    `json:"limit_kmh,omitempty" doc:"The speed limit that it was set to at last."`
	TripKm *int64    `json:"trip_km,omitempty" doc:"Whole km since its counter was cleared, at last."`
}

// Condition is the last that it said of its state in a stretch.
type Condition struct {
	At      time.Time `json:"at" doc:"Where the stretch begins."`
	Powered *bool     `json:"powered,omitempty"`
	Fallen  *bool     `json:"fallen,omitempty" doc:"It lay on its side."`
	Fault   *int64    `json:"fault,omitempty"`
	Alarm   *bool     `json:"alarm,omitempty" doc:"It called its position an alarm."`
}

// Reception is the strength of its radio, as the box counts it: the mean of a stretch.
type Reception struct {
	At    time.Time `json:"at" doc:"Where the stretch begins."`
	Level *float64  `json:"level,omitempty"`
}
