package protocol

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// NewMessage builds a report, as a scooter would. Values are by Param.Name;
// ranges are not checked, for boxes don't. The error is a *FieldError.
func NewMessage(code Code, plate string, vals map[string]any) (Message, error) {
	s := find(code)
	if s == nil || s.Direction != FromScooter {
		return Message{}, &FieldError{Code: code, Field: "code", Reason: "is no report of a scooter"}
	}
	if err := ValidPlate(plate); err != nil {
		return Message{}, &FieldError{Code: code, Field: "i", Reason: err.Error()}
	}
	m := Message{Code: code, Plate: plate, fields: make([]field, 0, len(vals))}
	for i := range s.Params {
		p := &s.Params[i]
		v, ok := vals[p.Name]
		if !ok {
			continue
		}
		f := field{param: p}
		if !f.set(v) {
			return Message{}, &FieldError{Code: code, Field: p.Name, Reason: "is not of kind " + string(p.Kind)}
		}
		if p.Key == "t" {
			m.Time, m.HasTime = f.n, true
		}
		m.fields = append(m.fields, f)
	}
	if len(m.fields) != len(vals) {
		for _, name := range slices.Sorted(maps.Keys(vals)) {
			if s.indexOf(name) < 0 {
				return Message{}, &FieldError{Code: code, Field: name, Reason: "unknown parameter"}
			}
		}
	}
	return m, nil
}

func (f *field) set(v any) (ok bool) {
	switch f.param.Kind {
	case Integer:
		f.n, ok = toInt(v)
	case Number:
		f.f, ok = toFloat(v)
	default:
		f.text, ok = v.(string)
	}
	return ok
}

// EncodeMessage writes a report as boxes do, dirty keys included. One that no
// listener would take for its length is a *FieldError.
func EncodeMessage(m Message) ([]byte, error) {
	s := find(m.Code)
	if s == nil || s.Direction != FromScooter {
		return nil, &FieldError{Code: m.Code, Field: "code", Reason: "is no report of a scooter"}
	}
	b := make([]byte, 0, s.room)
	b = append(b, s.head...)
	b = appendQuoted(b, m.Plate)
	if s.Line != nil {
		b = m.appendLine(b, s)
	}
	for i := range m.fields {
		f := &m.fields[i]
		switch {
		case f.param == nil:
			b = append(appendQuoted(append(b, ','), f.key), ':')
			b = appendQuoted(b, f.text)
		case s.Line == nil || f.param.Key != s.Line.Key:
			b = f.append(append(b, f.param.wire...))
		}
	}
	b = append(b, '}')
	if len(b) > MaxPayload {
		return nil, &FieldError{Code: m.Code, Field: "frame", Reason: "is longer than " + strconv.Itoa(MaxPayload)}
	}
	return b, nil
}

// appendLine writes the parts of a line; one that is missing leaves its place
// empty.
func (m *Message) appendLine(b []byte, s *Spec) []byte {
	none := len(b)
	b = append(append(b, s.Params[0].wire...), '"')
	found := false
	for i := range s.Params {
		if i > 0 {
			b = append(b, s.Line.Separator...)
		}
		f := m.field(s.Params[i].Name)
		if f == nil {
			continue
		}
		found = true
		if f.param.Kind == Integer {
			b = strconv.AppendInt(b, f.n, 10)
		} else {
			b = appendEscaped(b, f.text)
		}
	}
	if !found {
		return b[:none]
	}
	return append(b, '"')
}

func (f *field) append(b []byte) []byte {
	switch f.param.Kind {
	case Integer:
		return strconv.AppendInt(b, f.n+f.param.Offset, 10)
	case Number:
		return strconv.AppendFloat(b, f.f, 'f', -1, 64)
	default:
		if f.param.Bare && plainNumber(f.text) {
			return append(b, f.text...)
		}
		return appendQuoted(b, f.text)
	}
}

// plainNumber tells whether a text survives as a JSON number.
func plainNumber(s string) bool {
	return s != "" && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}

// messageJSON is how a message travels inside the system, where names and
// not wire keys are used.
type messageJSON struct {
	Code   Code              `json:"code"`
	Plate  string            `json:"plate"`
	Values map[string]any    `json:"values,omitempty"`
	Extra  map[string]string `json:"extra,omitempty"`
}

// MarshalJSON keeps the values when a message crosses a process.
func (m Message) MarshalJSON() ([]byte, error) {
	return json.Marshal(messageJSON{Code: m.Code, Plate: m.Plate, Values: m.Values(), Extra: m.Extra()})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Message) UnmarshalJSON(data []byte) error {
	var in messageJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a random "t" may not fit a float64
	if err := d.Decode(&in); err != nil {
		return err
	}
	out := Message{Code: in.Code, Plate: in.Plate}
	if find(in.Code) != nil {
		var err error
		if out, err = NewMessage(in.Code, in.Plate, in.Values); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in.Extra)) {
		text := in.Extra[key]
		out.fields = append(out.fields, field{key: key, text: text})
		if key == "t" {
			out.Time, out.HasTime = parseInt(text)
		}
	}
	*m = out
	return nil
}
