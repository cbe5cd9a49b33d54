package protocol

// Topics are the names on the broker of the topics that scooters publish to.
type Topics struct {
	Bike  string
	Other string
}

// DefaultTopics are the names the seed uses.
func DefaultTopics() Topics { return Topics{Bike: "bike", Other: "o"} }

// Publish is the topic on which a message travels to or from a plate. Where the
// seed names none, the scooter's side uses the bike topic; a listener must
// accept every report on both.
func (t Topics) Publish(s Spec, plate string) string {
	switch s.Topic {
	case TopicVehicle:
		return plate
	case TopicOther:
		return t.Other
	default:
		return t.Bike
	}
}
