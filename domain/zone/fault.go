package zone

import "rodada/domain/fault"

// The faults of zones.
var (
	// ErrGeometry is the answer to a zone whose shape is not one.
	ErrGeometry = fault.Declare(fault.Invalid, "zone_geometry_invalid", "The zone needs a GeoJSON Polygon or MultiPolygon whose rings surround an area and do not cross.")
	ErrCorners  = fault.Declare(fault.Invalid, "zone_too_detailed", "A zone has at most 10,000 corners.")
	ErrImport   = fault.Declare(fault.Invalid, "zone_import_too_large", "A file has at most 5,000 zones, and 500,000 corners.")
	ErrDraft    = fault.Declare(fault.Invalid, "zone_invalid", "The zone has a rule or a value that can't be.")
	ErrModel    = fault.Declare(fault.Invalid, "zone_model_unknown", "A rule of the zone names a model that there is not.")
	ErrUnknown  = fault.Declare(fault.NotFound, "zone_unknown", "There is no such zone.")
	ErrRetired  = fault.Declare(fault.Conflict, "zone_retired", "This zone is not in force any more.")
	ErrChanged  = fault.Declare(fault.Conflict, "zone_changed", "Somebody has changed this meanwhile. Look at it again.")
	ErrOrder    = fault.Declare(fault.Invalid, "zone_order_invalid", "The order names every zone in force once, but for the one that is everywhere.")
	ErrTwice    = fault.Declare(fault.Conflict, "zone_everywhere_taken", "There is a zone for everywhere already.")
	ErrNoArea   = fault.Declare(fault.Invalid, "zone_without_area", "This zone is wherever no other is: it has no area of its own.")
	ErrStart    = fault.Declare(fault.Conflict, "zone_start_forbidden", "A ride can't begin where this scooter stands.")
)
