package fleet

import "time"

// Standing is whether a scooter serves and who has it, as the books said at a time of their own clock.
type Standing struct {
	Plate   string
	Service Service // empty: the books have no such scooter
	Hold    Hold
	At      time.Time
}
