package postgres

import (
	"encoding/json"
	"fmt"

	"rodada/domain/zone"
	"rodada/geo"
)

// parseArea reads a GeoJSON Polygon or MultiPolygon. A position is longitude, latitude and what we do not need, in this
// order. (RFC 7946, 3.1)
func parseArea(text []byte) (geo.Area, error) {
	var shape struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(text, &shape); err != nil {
		return geo.Area{}, zone.ErrGeometry.Because(err)
	}
	var polygons [][][]position
	var err error
	switch shape.Type {
	case "Polygon":
		polygons = make([][][]position, 1)
		err = json.Unmarshal(shape.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(shape.Coordinates, &polygons)
	default:
		err = fmt.Errorf("type %q", shape.Type)
	}
	if err != nil {
		return geo.Area{}, zone.ErrGeometry.Because(err)
	}
	area, err := geo.NewArea(points(polygons))
	if err != nil {
		return geo.Area{}, zone.ErrGeometry.Because(err).With("problem", err.Error())
	}
	return area, nil
}

type position geo.Point

// UnmarshalJSON reads [longitude, latitude, …].
func (p *position) UnmarshalJSON(text []byte) error {
	var numbers []float64
	if err := json.Unmarshal(text, &numbers); err != nil {
		return err
	}
	if len(numbers) < 2 {
		return fmt.Errorf("a position of %d numbers", len(numbers))
	}
	p.Lng, p.Lat = numbers[0], numbers[1]
	return nil
}

func points(polygons [][][]position) [][][]geo.Point {
	out := make([][][]geo.Point, len(polygons))
	for i, rings := range polygons {
		out[i] = make([][]geo.Point, len(rings))
		for j, ring := range rings {
			for _, p := range ring {
				out[i][j] = append(out[i][j], geo.Point(p))
			}
		}
	}
	return out
}
