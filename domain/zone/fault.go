package zone

import "rodada/domain/fault"

// ErrGeometry is the answer to a zone whose shape is not one.
var ErrGeometry = fault.Declare(fault.Invalid, "zone_geometry_invalid", "The zone needs a GeoJSON Polygon or MultiPolygon whose rings surround an area and do not cross.")
