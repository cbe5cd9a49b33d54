package fare

import "time"

// Distance is how far a ride went by the trip counter of its scooter, in metres. The counter is cleared after the unlock,
// which may fail, so the difference to the baseline counts; a counter below its baseline was cleared late, and counts from
// zero. What no scooter of this model can have driven in the time is cut to what it can. (Protocol, code 16, z)
func Distance(baselineKm, endKm int, riding time.Duration, maxKmh int) int64 {
	km := int64(endKm - baselineKm)
	if km < 0 {
		km = int64(endKm)
	}
	limit := int64(riding.Hours() * float64(maxKmh) * 1000)
	return max(0, min(km*1000, limit))
}
