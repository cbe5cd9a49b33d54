package event

import "time"

// Clock is what is thought of the time that a device gave. It alone decides what a report's time is.
type Clock string

// The clocks. All but NoClock and Right are corrected: reception counts, and what the device said is kept beside it.
const (
	NoClock Clock = ""       // it gave no time: reception counts
	Right   Clock = "right"  // believed, as far as it is not ahead of the reception
	Ahead   Clock = "ahead"  // of a time to come
	Unset   Clock = "unset"  // of a time before there was a fleet: a clock that nobody ever set
	Absurd  Clock = "absurd" // no time at all: not a number, or one beyond the years 1678 to 2262
	// Behind is a clock that is wrong, or one that is right and a report that was kept for days: a Judge tells them apart.
	Behind Clock = "behind"
)

// Corrected are the clocks that are not believed.
func Corrected() []Clock { return []Clock{Ahead, Unset, Absurd, Behind} }

// A device's clock is believed when it is at most this far ahead or behind.
const (
	clockAhead  = time.Minute
	clockBehind = 24 * time.Hour
)

// clockFirst is before any scooter reported. Clocks that were never set begin at 1970 or 2000, and those of receivers that count
// weeks fall back to before it.
var clockFirst = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// Clock is what is thought of the report's time.
func (r Report) Clock() Clock {
	switch {
	case r.Absurd:
		return Absurd
	case r.Device.IsZero():
		return NoClock
	case r.Device.After(r.Received.Add(clockAhead)):
		return Ahead
	case !r.Device.Before(r.Received.Add(-clockBehind)):
		return Right
	case r.Device.Before(clockFirst):
		return Unset
	}
	return Behind
}

// At is the time that the report holds for: the device's if its clock is right, else when it was received. It is never later than
// that: what is known of a later time would hold off what is received until then.
func (r Report) At() time.Time {
	if r.Clock() == Right && r.Device.Before(r.Received) {
		return r.Device
	}
	return r.Received
}
