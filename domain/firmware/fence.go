package firmware

import (
	"fmt"
	"time"
)

// Fence orders those who send packets to a scooter: whoever holds a later one has taken over, and the others must stop. It
// sorts as text.
type Fence string

// NewFence is the fence of one try at one chunk of one attempt of the upgrade that began then.
func NewFence(began time.Time, attempt, chunk, try int) Fence {
	return Fence(fmt.Sprintf("%015d.%06d.%06d.%06d", began.UnixMilli(), attempt, chunk, try))
}
