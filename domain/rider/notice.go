package rider

// Notice is something a rider is told while away from the app.
type Notice struct {
	RiderID  string     `json:"rider_id"`
	RentalID string     `json:"rental_id"`
	Kind     NoticeKind `json:"kind"`
}

// NoticeKind says what a notice is about; it is also the kind of its event in the rental's history.
type NoticeKind string

// The kinds of notices.
const (
	RideForgotten NoticeKind = "ride_forgotten" // it goes on, and nobody ended it
	RidePaused    NoticeKind = "ride_paused"    // by its limit
	RideEnded     NoticeKind = "ride_ended"     // by its limit
)
