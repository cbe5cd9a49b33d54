package history

// The measurements, each with the tag Plate and the field Received. A field that a message does not say is left out.
const (
	GPS     = "gps"     // Lat, Lng, Source, Valid, Flaw, Device
	Speed   = "speed"   // Kmh, Limit, TripKm
	Battery = "battery" // Percent, Volts
	Status  = "status"  // Powered, Fallen, Fault, Alarm
	Signal  = "signal"  // Level
)

// Plate is the one tag.
const Plate = "plate"

// Received is when the point's message reached us, in nanoseconds since 1970. The point's own time is the one it holds for:
// the device's where it gives one that can be believed, else the same.
const Received = "received"

// The fields, and their kinds in InfluxDB.
const (
	Lat    = "lat"    // float, degrees
	Lng    = "lng"    // float, degrees
	Source = "source" // string: gps or lbs
	Valid  = "valid"  // boolean: nothing speaks against the position
	Flaw   = "flaw"   // string, only of a position that is not valid
	Device = "device" // integer, nanoseconds since 1970: the device's time, only when it is not believed

	Kmh    = "kmh"     // float
	Limit  = "limit"   // integer, km/h
	TripKm = "trip_km" // integer

	Percent = "percent" // integer
	Volts   = "volts"   // float

	Powered = "powered" // boolean
	Fallen  = "fallen"  // boolean
	Fault   = "fault"   // integer, protocol.FaultText
	Alarm   = "alarm"   // boolean: the box calls its position an alarm

	Level = "level" // integer, as the box counts it
)
