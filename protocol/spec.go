package protocol

// Direction says who speaks.
type Direction string

const (
	ToScooter   Direction = "WR" // from the server to one scooter
	FromScooter Direction = "RD" // from a scooter to the server
)

// Topic is the role of the topic a message travels on. Names on the broker are
// configuration: see Topics.
type Topic string

const (
	TopicVehicle Topic = "vehicle" // the scooter's own topic: its plate
	TopicBike    Topic = "bike"    // what scooters send
	TopicOther   Topic = "o"       // the few reports the seed puts on "o"
	TopicUnnamed Topic = "unnamed" // the seed names none: expect it on bike and o
)

// Kind is the type of a parameter's value.
type Kind string

const (
	Integer Kind = "integer" // int64
	Number  Kind = "number"  // float64
	Text    Kind = "text"    // string
	Bytes   Kind = "bytes"   // raw binary, only in firmware packets
)

// Param is one value of a message, under the name the rest of the system uses.
type Param struct {
	Name string `json:"name"` // English snake_case
	Key  string `json:"key"`  // key on the wire; parts of one Line share it
	// DirtyKey is how real boxes send the key when that is not Key itself.
	DirtyKey string `json:"dirty_key,omitempty"`
	// Bare: boxes send digits without quotes, although it is no quantity.
	Bare     bool           `json:"bare,omitempty"`
	Kind     Kind           `json:"kind"`
	Min      *int64         `json:"min,omitempty"` // smallest value of an Integer
	Max      *int64         `json:"max,omitempty"` // largest value of an Integer
	MaxLen   int            `json:"max_len,omitempty"`
	Default  *int64         `json:"default,omitempty"` // what the box comes with
	Optional bool           `json:"optional,omitempty"`
	Unit     string         `json:"unit,omitempty"`
	Values   map[int]string `json:"values,omitempty"` // meaning of an enumeration
	Secret   bool           `json:"secret,omitempty"` // never in a log, a history or a list
	Offset   int64          `json:"offset,omitempty"` // added on the wire: 13 sends 2000+km/h
	Example  any            `json:"example,omitempty"`
	Doc      string         `json:"doc,omitempty"`

	text textRule
	wire string // key with what stands around it in a frame
}

// StatusKind says what the key "s" of a report means.
type StatusKind string

const (
	StatusNone   StatusKind = ""       // the report has no "s"
	StatusResult StatusKind = "result" // 0 is success, the rest are refusals
	StatusState  StatusKind = "state"  // a state of the scooter: any value is an answer
	StatusRaw    StatusKind = "raw"    // undefined by the seed: kept as it came
)

// Precondition is something that must hold for a command to work; callers are
// told about it before anything is sent.
type Precondition string

const (
	NeedsPowerOn         Precondition = "powered-on"
	NeedsPowerOff        Precondition = "powered-off"
	NeedsLampCommandMode Precondition = "lamp-mode-command" // 43 set to 0
	NeedsUnheld          Precondition = "unheld"            // no rental or upgrade holds the scooter
	OnlyByUpgrade        Precondition = "only-by-upgrade"   // sent by a firmware upgrade alone
)

// Line describes a value made of several parameters in one string, which the
// seed writes without quotes around it.
type Line struct {
	Key       string `json:"key"`
	Before    string `json:"before,omitempty"`
	Separator string `json:"separator"`
	Quoted    bool   `json:"quoted,omitempty"` // each part in double quotes of its own
	After     string `json:"after,omitempty"`
}

// Spec is one message of the protocol.
type Spec struct {
	Code      Code      `json:"code"`
	Name      string    `json:"name"` // kebab-case, as in the REST path and the CLI
	Title     string    `json:"title"`
	Direction Direction `json:"direction"`
	Topic     Topic     `json:"topic"`
	QoS       byte      `json:"qos"`
	Params    []Param   `json:"params,omitempty"` // in the order of the wire
	Line      *Line     `json:"line,omitempty"`
	// Ack is the code of the answer, 0 for none.
	Ack Code `json:"ack,omitempty"`
	// Status says what "s" means here; Statuses gives the meaning of its values.
	Status   StatusKind     `json:"status,omitempty"`
	Statuses map[int]string `json:"statuses,omitempty"`
	// Blind: may be sent again without having heard from the scooter, because
	// a late or second arrival changes nothing.
	Blind bool `json:"blind"`
	// Dangerous: needs a permission of its own, a reason and an audit entry.
	Dangerous  bool `json:"dangerous"`
	Deprecated bool `json:"deprecated,omitempty"`
	// NotWhileMoving: would stop a rider at speed, or opens what must hold while the wheels turn.
	NotWhileMoving bool           `json:"not_while_moving,omitempty"`
	Preconditions  []Precondition `json:"preconditions,omitempty"`
	Section        string         `json:"section"` // heading in the seed's phase 1
	Doc            string         `json:"doc,omitempty"`

	letters *[128]uint8 // position in Params of a one-letter key, plus one
	head    string      // how its frames begin
	room    int         // what its frames take, nearly always
}

// Param finds a parameter by its name.
func (s Spec) Param(name string) (Param, bool) {
	if i := s.indexOf(name); i >= 0 {
		return s.Params[i], true
	}
	return Param{}, false
}

func (s *Spec) indexOf(name string) int {
	for i := range s.Params {
		if s.Params[i].Name == name {
			return i
		}
	}
	return -1
}

// HasSecrets tells whether frames of this message must be redacted.
func (s Spec) HasSecrets() bool {
	for i := range s.Params {
		if s.Params[i].Secret {
			return true
		}
	}
	return false
}

// Meaning explains a status. Asked of a command, it explains the status of
// its ack.
func (s Spec) Meaning(status int) string {
	if s.Direction == ToScooter {
		ack := find(s.Ack)
		if ack == nil {
			return ""
		}
		return ack.Meaning(status)
	}
	if text, ok := s.Statuses[status]; ok {
		return text
	}
	if s.Status == StatusRaw {
		return "a report: the protocol does not say what its status means"
	}
	return "unknown status"
}

// Done tells whether an answer with this status means that the command was
// carried out. Where "s" is a state or undefined, any answer is.
// Asked of a command, it judges by its ack.
func (s Spec) Done(status int) bool {
	if s.Direction == ToScooter {
		ack := find(s.Ack)
		return ack != nil && ack.Done(status)
	}
	return s.Status != StatusResult || status == 0
}
