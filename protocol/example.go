package protocol

// ExamplePlate is the vehicle number of the seed's examples.
const ExamplePlate = "12AB"

// Example is a frame of the message with the example of every parameter.
func (s Spec) Example() ([]byte, error) {
	values := map[string]any{}
	for _, p := range s.Params {
		if p.Example != nil {
			values[p.Name] = p.Example
		}
	}
	if s.Direction == ToScooter {
		return Encode(Command{Code: s.Code, Args: values}, Dialect{})
	}
	m, err := NewMessage(s.Code, ExamplePlate, values)
	if err != nil {
		return nil, err
	}
	return EncodeMessage(m)
}
