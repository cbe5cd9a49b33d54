package protocol

// Dialect is how a scooter model departs from the seed. The zero value is the
// seed, byte for byte.
type Dialect struct {
	// StrictJSON quotes the values that the seed writes bare (33, 53, 101, 103).
	StrictJSON bool `json:"strict_json,omitempty"`
	// LowercaseLength writes the length of a firmware packet as "l" instead of
	// the seed's capital "I".
	LowercaseLength bool `json:"lowercase_length,omitempty"`
}
