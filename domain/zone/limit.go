package zone

// How much zones may hold: they are judged within a request, and drawn on every rider's map.
const (
	// MaxCorners is how many corners a zone has at most.
	MaxCorners = 10_000
	// MaxImport is how many zones are imported at once at most, and MaxImportCorners how many corners they have together.
	MaxImport        = 5_000
	MaxImportCorners = 500_000
)

// Import is zones that are added together, for a request that may be repeated.
type Import struct {
	StaffID, Key, Digest string
	Drafts               []Draft
	// Replaces is the version of the set whose place they take; 0: they are added to what is in force.
	Replaces int64
}

// Imported is what came of an import.
type Imported struct {
	Set   int64 // that it made
	Zones []Named
}

// Named is a version of a zone in short.
type Named struct {
	ID      int64  `json:"id" db:"zone_id"`
	Version int64  `json:"version" db:"version"`
	Name    string `json:"name" db:"name"`
}
