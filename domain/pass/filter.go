package pass

import "time"

// Filter picks passes; what is empty picks all.
type Filter struct {
	RiderID   string
	ProductID string
	Current   bool // that are good now, whether something is left of them or not
	Since     time.Time
	Until     time.Time
}
