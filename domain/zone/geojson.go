package zone

import (
	"encoding/json"
	"errors"
	"fmt"

	"rodada/geo"
)

// ParseArea reads a GeoJSON Polygon or MultiPolygon. A position is longitude, latitude and what we do not need, in this
// order. (RFC 7946, 3.1)
func ParseArea(text []byte) (geo.Area, error) {
	return parseArea(text, func(polygons [][][]geo.Point) (geo.Area, error) {
		corners := 0
		for _, rings := range polygons {
			for _, ring := range rings {
				corners += len(ring)
				if n := len(ring); n > 1 && ring[0] == ring[n-1] {
					corners-- // it is closed by its first
				}
			}
		}
		if corners > MaxCorners {
			return geo.Area{}, ErrCorners.With("corners", corners).With("max_corners", MaxCorners).With("field", "geometry")
		}
		return geo.NewArea(polygons)
	})
}

// StoredArea reads what ParseArea has read before, without looking for rings that cross: most of the work.
func StoredArea(text []byte) (geo.Area, error) { return parseArea(text, geo.KnownArea) }

func parseArea(text []byte, build func([][][]geo.Point) (geo.Area, error)) (geo.Area, error) {
	var shape struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
	if err := json.Unmarshal(text, &shape); err != nil {
		return geo.Area{}, badGeometry(&geo.ShapeError{Flaw: geo.Unreadable, Problem: "is not GeoJSON"})
	}
	polygons, err := parsePolygons(shape.Type, shape.Coordinates)
	if err != nil {
		return geo.Area{}, badGeometry(err)
	}
	area, err := build(polygons)
	if flaw := new(geo.ShapeError); errors.As(err, &flaw) {
		return geo.Area{}, badGeometry(err)
	}
	return area, err
}

// badGeometry is the fault of a shape, with the place that is to blame.
func badGeometry(err error) error {
	f := ErrGeometry.Saying("The zone is no area: %v.", err).Because(err).With("field", "geometry")
	var shape *geo.ShapeError
	if !errors.As(err, &shape) {
		return f
	}
	for name, number := range map[string]int{"polygon": shape.Polygon, "ring": shape.Ring, "vertex": shape.Vertex} {
		if number > 0 {
			f = f.With(name, number)
		}
	}
	return f.With("flaw", string(shape.Flaw)).With("problem", shape.Problem)
}

func parsePolygons(kind string, coordinates any) ([][][]geo.Point, error) {
	list := []any{coordinates}
	switch kind {
	case "Polygon":
	case "MultiPolygon":
		var ok bool
		if list, ok = coordinates.([]any); !ok {
			return nil, &geo.ShapeError{Flaw: geo.Unreadable, Problem: "has no list of polygons as its coordinates"}
		}
	default:
		return nil, &geo.ShapeError{Flaw: geo.Unreadable, Problem: fmt.Sprintf("is neither a Polygon nor a MultiPolygon but %q", kind)}
	}
	polygons := make([][][]geo.Point, len(list))
	for i, each := range list {
		rings, ok := each.([]any)
		if !ok {
			return nil, &geo.ShapeError{Flaw: geo.Unreadable, Polygon: i + 1, Problem: "is not a list of rings"}
		}
		polygons[i] = make([][]geo.Point, len(rings))
		for j, ring := range rings {
			positions, ok := ring.([]any)
			if !ok {
				return nil, &geo.ShapeError{Flaw: geo.Unreadable, Polygon: i + 1, Ring: j + 1, Problem: "is not a list of positions"}
			}
			for k, position := range positions {
				p, ok := parsePosition(position)
				if !ok {
					return nil, &geo.ShapeError{Flaw: geo.Unreadable, Polygon: i + 1, Ring: j + 1, Vertex: k + 1, Problem: "is not [longitude, latitude]"}
				}
				polygons[i][j] = append(polygons[i][j], p)
			}
		}
	}
	return polygons, nil
}

func parsePosition(position any) (p geo.Point, ok bool) {
	numbers, ok := position.([]any)
	if !ok || len(numbers) < 2 {
		return p, false
	}
	lng, isLng := numbers[0].(float64)
	lat, isLat := numbers[1].(float64)
	return geo.Point{Lat: lat, Lng: lng}, isLng && isLat
}
