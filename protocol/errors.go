package protocol

import (
	"fmt"
	"strconv"
)

// FieldError says which parameter of a command cannot be sent, and why.
type FieldError struct {
	Code   Code   // the command
	Field  string // Param.Name; "code" when the command itself is wrong
	Reason string // for people; never contains the value, which may be secret
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("command %s: %s: %s", e.Code, e.Field, e.Reason)
}

// Reason tells why a frame was refused; its values are few, so they may label
// a metric.
type Reason string

const (
	ReasonTooLarge      Reason = "too-large"
	ReasonMalformed     Reason = "malformed" // not a JSON object
	ReasonNested        Reason = "nested"    // a value is an object or an array
	ReasonTooManyFields Reason = "too-many-fields"
	ReasonMissing       Reason = "missing"
	ReasonDuplicate     Reason = "duplicate" // two keys are the same once trimmed
	ReasonWrongType     Reason = "wrong-type"
	ReasonOutOfRange    Reason = "out-of-range"
	ReasonInvalid       Reason = "invalid"    // right type, impossible value
	ReasonNoFix         Reason = "no-fix"     // a position report without a position
	ReasonWrongCode     Reason = "wrong-code" // asked for a view of another message
	ReasonDirection     Reason = "direction"  // a command where a report was expected, or the reverse
)

// DecodeError says which field of a frame is bad. Field is the wire key, empty
// when the frame as a whole is.
type DecodeError struct {
	Code   Code // 0 when not even that could be read
	Field  string
	Reason Reason
}

func (e *DecodeError) Error() string {
	text := "frame"
	if e.Code != 0 {
		text = "frame " + e.Code.String()
	}
	if e.Field != "" {
		text += ": field " + strconv.Quote(e.Field)
	}
	return text + ": " + string(e.Reason)
}
