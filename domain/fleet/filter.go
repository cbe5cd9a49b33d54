package fleet

// FreeFloating is the station that filters and imports call none.
const FreeFloating = "none"

// FirmwareUnknown is the firmware that filters call none: the box never said what it runs.
const FirmwareUnknown = "none"

// Filter picks scooters by what is stored of them; what is empty picks all.
type Filter struct {
	Service  []Service `json:"service,omitempty"`
	Hold     []Hold    `json:"hold,omitempty"`
	Status   []string  `json:"status,omitempty"` // words of Scooter.Status
	ModelID  int64     `json:"model,omitempty"`
	Station  string    `json:"station,omitempty"`  // a UUID, or FreeFloating
	Text     string    `json:"text,omitempty"`     // part of plate, printed code or IMEI
	Firmware []string  `json:"firmware,omitempty"` // versions, or FirmwareUnknown
	Plates   []string  `json:"plates,omitempty"`
}

// Key is what it takes to judge a scooter by its live state before the whole of it is read.
type Key struct {
	ID      int64
	Plate   string
	Battery int    // as stored; -1 unknown
	Place   string // in the order that was asked for
	After   bool   // it belongs to the page that was asked for, or to a later one
}
