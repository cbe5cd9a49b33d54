package station

import "rodada/geo"

// Edit is what staff change of a station; nil leaves it as it is.
type Edit struct {
	ShortName *string
	Name      *string
	Address   *string
	Position  *geo.Point
	Capacity  *int
	Charging  *bool
	State     *State
	Note      *string
}

// Apply is the station after the edit.
func (e Edit) Apply(s Station) (Station, error) {
	set(&s.ShortName, e.ShortName)
	set(&s.Name, e.Name)
	set(&s.Address, e.Address)
	set(&s.Position, e.Position)
	set(&s.Capacity, e.Capacity)
	set(&s.Charging, e.Charging)
	set(&s.State, e.State)
	set(&s.Note, e.Note)
	return s, s.Check()
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
