package protocol

import (
	"strings"

	"github.com/tidwall/gjson"
)

const (
	// MaxPayload is the most a frame from a scooter may weigh.
	MaxPayload = 8 << 10
	// maxFields is the most keys a frame may have.
	maxFields = 32
)

// raw is one key of a frame with its value as text: a string's content, or a
// number, true or false as written.
type raw struct {
	key    string
	text   string
	isText bool
	isNull bool
}

type frame struct {
	fields [maxFields]raw
	n      int
}

// read takes apart a flat JSON object. Keys are trimmed, for boxes send
// "p " for "p". The texts are parts of s.
func (f *frame) read(s string) error {
	s = strings.Trim(s, " \t\r\n\x00")
	if s == "" || s[0] != '{' {
		return &DecodeError{Reason: ReasonMalformed}
	}
	if nested(s) {
		return &DecodeError{Reason: ReasonNested}
	}
	if !gjson.Valid(s) {
		return &DecodeError{Reason: ReasonMalformed}
	}
	var failed *DecodeError
	gjson.Parse(s).ForEach(func(key, val gjson.Result) bool {
		failed = f.add(strings.TrimSpace(key.Str), val)
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return nil
}

func (f *frame) add(key string, val gjson.Result) *DecodeError {
	if f.n == maxFields {
		return &DecodeError{Reason: ReasonTooManyFields}
	}
	if f.get(key) != nil {
		return &DecodeError{Field: clip(key), Reason: ReasonDuplicate}
	}
	r := &f.fields[f.n]
	f.n++
	r.key = key
	switch val.Type {
	case gjson.String:
		r.text, r.isText = val.Str, true
	case gjson.Null:
		r.isNull = true
	default:
		r.text = val.Raw
	}
	return nil
}

func (f *frame) get(key string) *raw {
	for i := range f.n {
		if f.fields[i].key == key {
			return &f.fields[i]
		}
	}
	return nil
}

// nested tells whether a second object or an array begins outside of a string.
// It comes before anything recursive sees the frame.
func nested(s string) bool {
	if strings.IndexByte(s[1:], '{') < 0 && strings.IndexByte(s, '[') < 0 {
		return false
	}
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			return true
		}
	}
	return false
}

// clip keeps a stranger's key from filling an error message.
func clip(key string) string {
	const most = 32
	if len(key) > most {
		return key[:most]
	}
	return key
}

// code reads "a". known is the field's wire key in errors.
func (f *frame) code() (Code, error) {
	a := f.get("a")
	if a == nil || a.isNull {
		return 0, &DecodeError{Field: "a", Reason: ReasonMissing}
	}
	n, ok := parseInt(a.text)
	if !ok {
		return 0, &DecodeError{Field: "a", Reason: ReasonWrongType}
	}
	if n < 1 || n > maxCode {
		return 0, &DecodeError{Field: "a", Reason: ReasonOutOfRange}
	}
	return Code(n), nil
}
