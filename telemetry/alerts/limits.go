package alerts

import "time"

// Limits say when something is wrong, and when it is right again.
type Limits struct {
	Every time.Duration // between looks at what changed. Default: 5 s, or Sweep if that is less
	Sweep time.Duration // between looks at the whole fleet. Default: 1 min

	BatteryBelow   int           // percent; it is well again 5 above. Default: 15
	OfflineAfter   time.Duration // of silence. Default: 15 min
	SpeedMarginKmh int           // above its limit. Default: 5
	MovedMeters    float64       // from where it was left. Default: 100
	Settle         time.Duration // how long after a ride a scooter may be shaken, and outside before it counts. Default: 2 min
	Quiet          time.Duration // how long nothing must happen before it is well again. Default: 15 min
	Repeat         time.Duration // until an alert that lasts is told again. Default: 24 h
}

// batteryBack is how many percent above the limit a battery must be to be well again.
const batteryBack = 5

func (l Limits) orUsual() Limits {
	usual(&l.Sweep, time.Minute)
	usual(&l.Every, min(5*time.Second, l.Sweep))
	usual(&l.BatteryBelow, 15)
	usual(&l.OfflineAfter, 15*time.Minute)
	usual(&l.SpeedMarginKmh, 5)
	usual(&l.MovedMeters, 100)
	usual(&l.Settle, 2*time.Minute)
	usual(&l.Quiet, 15*time.Minute)
	usual(&l.Repeat, 24*time.Hour)
	return l
}

func usual[T int | float64 | time.Duration](v *T, is T) {
	if *v <= 0 {
		*v = is
	}
}
