package pass

import (
	"encoding/json"

	"rodada/domain/zone"
	"rodada/geo"
)

// Local is a pass that is for rides that begin in one city.
type Local struct {
	ID   string          `json:"id"`
	Area json.RawMessage `json:"area"` // GeoJSON
}

// Here is the IDs of the passes whose city contains a place; nil: nobody knows the place, and none does.
func Here(local []Local, place *geo.Point) ([]string, error) {
	ids := []string{}
	if place == nil {
		return ids, nil
	}
	for _, l := range local {
		area, err := zone.StoredArea(l.Area)
		if err != nil {
			return nil, err
		}
		if area.Contains(*place) {
			ids = append(ids, l.ID)
		}
	}
	return ids, nil
}
