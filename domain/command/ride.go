package command

// Ride is what a lock by staff does to the ride that holds the scooter.
type Ride string

// What a lock does to a ride.
const (
	RidePauses Ride = "pause"
	RideEnds   Ride = "end"
)
