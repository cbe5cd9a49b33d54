package protocol

// Typed views of the reports that the rest of the system reads by field.

// VehicleParameters is the answer to QueryVehicle (16). Counters are whole
// kilometres and seconds.
type VehicleParameters struct {
	Status         int // undefined by the protocol
	LimitKmh       int
	SpeedKmh       int
	Fault          int // see FaultText
	BatteryPercent int
	TotalSeconds   int64
	TotalKm        int64
	TripSeconds    int64
	TripKm         int64
	PoweredOn      bool
}

// FaultText explains the fault code.
func (v VehicleParameters) FaultText() string { return FaultText(v.Fault) }

// FaultText explains a fault code of a vehicle report.
func FaultText(code int) string {
	if text, ok := faultCodes[code]; ok {
		return text
	}
	return "unknown fault"
}

// VehicleParameters reads a vehicle report. Every value but the undefined
// status must be there: a missing speed must not pass for standing still, nor
// a missing counter for zero.
func (m Message) VehicleParameters() (VehicleParameters, error) {
	r := reader{m: &m}
	r.expect(VehicleReport)
	status, _ := m.Int("status")
	v := VehicleParameters{
		Status:         int(status),
		LimitKmh:       int(r.within("limit_kmh", 0, 200)),
		SpeedKmh:       int(r.within("speed_kmh", 0, 200)),
		Fault:          int(r.int("fault")),
		BatteryPercent: int(r.within("battery_percent", 0, 100)),
		TotalSeconds:   r.count("total_seconds"),
		TotalKm:        r.count("total_km"),
		TripSeconds:    r.count("trip_seconds"),
		TripKm:         r.count("trip_km"),
		PoweredOn:      r.within("power", 0, 1) == 0,
	}
	if r.err != nil {
		return VehicleParameters{}, r.err
	}
	return v, nil
}

// Heartbeat is what a scooter says of itself every so often (27).
type Heartbeat struct {
	BatteryPercent int
	PoweredOn      bool
	// Fallen is false when the posture is not known: it is valid only while
	// powered on.
	Fallen         bool
	Voltage        float64 // V
	HasVoltage     bool
	Sensitivity    int // of the vibration alarm
	HasSensitivity bool
}

// Heartbeat reads a heartbeat; battery and power must be there.
func (m Message) Heartbeat() (Heartbeat, error) {
	r := reader{m: &m}
	r.expect(HeartbeatReport)
	h := Heartbeat{
		BatteryPercent: int(r.within("battery_percent", 0, 100)),
		PoweredOn:      r.within("power", 0, 1) == 0,
	}
	if r.err != nil {
		return Heartbeat{}, r.err
	}
	posture, _ := m.Int("posture")
	h.Fallen = h.PoweredOn && posture == 1
	h.Voltage, h.HasVoltage = m.Float("voltage")
	sensitivity, ok := m.Int("sensitivity")
	h.Sensitivity, h.HasSensitivity = int(sensitivity), ok
	return h, nil
}

// Version is the answer to QueryVersion (22).
type Version struct {
	Hardware, Firmware, SIM, IMEI string
	PoweredOn                     bool
	HasPower                      bool
}

// Version reads a version report; hardware and firmware must be there.
func (m Message) Version() (Version, error) {
	r := reader{m: &m}
	r.expect(VersionReport)
	v := Version{Hardware: r.text("hardware"), Firmware: r.text("firmware")}
	if r.err != nil {
		return Version{}, r.err
	}
	v.SIM, _ = m.Text("sim")
	v.IMEI, _ = m.Text("imei")
	power, ok := m.Int("power")
	v.PoweredOn, v.HasPower = ok && power == 0, ok
	return v, nil
}

// reader collects the first error of a view.
type reader struct {
	m   *Message
	err error
}

func (r *reader) fail(key string, why Reason) {
	if r.err == nil {
		r.err = &DecodeError{Code: r.m.Code, Field: key, Reason: why}
	}
}

func (r *reader) expect(c Code) {
	if r.m.Code != c {
		r.fail("a", ReasonWrongCode)
	}
}

func (r *reader) field(name string) *field {
	if r.err != nil {
		return nil
	}
	f := r.m.field(name)
	if f == nil {
		key := name
		if s := find(r.m.Code); s != nil {
			if i := s.indexOf(name); i >= 0 {
				key = s.Params[i].Key
			}
		}
		r.fail(key, ReasonMissing)
	}
	return f
}

func (r *reader) int(name string) int64 {
	if f := r.field(name); f != nil {
		return f.n
	}
	return 0
}

func (r *reader) text(name string) string {
	if f := r.field(name); f != nil {
		return f.text
	}
	return ""
}

func (r *reader) within(name string, low, high int64) int64 {
	f := r.field(name)
	if f == nil {
		return 0
	}
	if f.n < low || f.n > high {
		r.fail(f.param.Key, ReasonOutOfRange)
	}
	return f.n
}

func (r *reader) count(name string) int64 {
	const most = 1 << 40
	return r.within(name, 0, most)
}
