package protocol

// Pieces that many entries of the catalogue share.

func at(n int64) *int64 { return &n }

var (
	hardwareResult = map[int]string{0: "success", 1: "hardware fault", 2: "firmware upgrading"}
	counterResult  = map[int]string{0: "success", 1: "hardware fault", 2: "firmware upgrading", 3: "already later than the latest shutdown time"}
	faultResult    = map[int]string{0: "success", 1: "fault"}
	plainResult    = map[int]string{0: "success", 1: "failure"}
	powerValues    = map[int]string{0: "powered on", 1: "powered off"}
	postureValues  = map[int]string{0: "upright", 1: "fallen"}
)

// Fields that most reports carry. In acks "t" is a random number, not a time.
var (
	fieldTime   = Param{Name: "time", Key: "t", Kind: Integer, Example: 1503046415, Optional: true, Doc: "a random number in acks"}
	fieldSerial = Param{Name: "serial", Key: "n", Kind: Integer, Example: 0, Optional: true, Doc: "serial number, may repeat"}
	fieldStatus = Param{Name: "status", Key: "s", Kind: Integer, Example: 0}
)

// timedAck is an ack with a time, a result and a serial number.
func timedAck(code Code, name, title string, statuses map[int]string) Spec {
	s := plainAck(code, name, title, statuses)
	s.Params = []Param{fieldTime, fieldStatus, fieldSerial}
	return s
}

// plainAck is an ack with nothing but a result.
func plainAck(code Code, name, title string, statuses map[int]string) Spec {
	return Spec{
		Code: code, Name: name, Title: title, Direction: FromScooter, Topic: TopicBike,
		Params: []Param{fieldStatus}, Status: StatusResult, Statuses: statuses, Section: title,
	}
}

// on moves a message to another topic.
func (s Spec) on(t Topic) Spec { s.Topic = t; return s }

// by sets the QoS the seed documents.
func (s Spec) by(qos byte) Spec { s.QoS = qos; return s }

// under names the seed's own heading where the title improves on it.
func (s Spec) under(section string) Spec { s.Section = section; return s }

// command is a message to the scooter.
func command(code Code, name, title string, ack Code, params ...Param) Spec {
	return Spec{
		Code: code, Name: name, Title: title, Direction: ToScooter, Topic: TopicVehicle,
		Ack: ack, Params: params, Section: title,
	}
}

// report is a message from the scooter whose "s", if it has one, is no result.
func report(code Code, name, title string, status StatusKind, params ...Param) Spec {
	return Spec{
		Code: code, Name: name, Title: title, Direction: FromScooter, Topic: TopicBike,
		Status: status, Params: params, Section: title,
	}
}

func (s Spec) blind() Spec          { s.Blind = true; return s }
func (s Spec) dangerous() Spec      { s.Dangerous = true; return s }
func (s Spec) deprecated() Spec     { s.Deprecated = true; return s }
func (s Spec) notWhileMoving() Spec { s.NotWhileMoving = true; return s }
func (s Spec) doc(text string) Spec { s.Doc = text; return s }
func (s Spec) line(l Line) Spec     { s.Line = &l; return s }

func (s Spec) needs(p ...Precondition) Spec { s.Preconditions = p; return s }

func (s Spec) means(statuses map[int]string) Spec { s.Statuses = statuses; return s }
