package protocol

import (
	"strings"
	"unicode/utf8"
)

// Decode reads what a scooter published. It tolerates what real boxes send:
// keys with blanks, numbers as strings and strings as numbers, unknown keys
// and codes, a missing "t". Everything else is a *DecodeError that names the
// field. A required value that is missing is no error here: Fix, Heartbeat and
// the other views ask for what they need.
//
// The message's texts share one copy of the payload, which may be reused.
func Decode(payload []byte) (Message, error) {
	if len(payload) > MaxPayload {
		return Message{}, &DecodeError{Reason: ReasonTooLarge}
	}
	var f frame
	if err := f.read(string(payload)); err != nil {
		return Message{}, err
	}
	code, err := f.code()
	if err != nil {
		return Message{}, err
	}
	s := find(code)
	if s != nil && s.Direction != FromScooter {
		return Message{}, &DecodeError{Code: code, Field: "a", Reason: ReasonDirection}
	}
	plate, err := f.plate(code)
	if err != nil {
		return Message{}, err
	}
	m := Message{Code: code, Plate: plate}
	if err := m.take(&f, s); err != nil {
		return Message{}, err
	}
	return m, nil
}

func (f *frame) plate(code Code) (string, error) {
	i := f.get("i")
	if i == nil || i.isNull {
		return "", &DecodeError{Code: code, Field: "i", Reason: ReasonMissing}
	}
	if ValidPlate(i.text) != nil {
		return "", &DecodeError{Code: code, Field: "i", Reason: ReasonInvalid}
	}
	return i.text, nil
}

// take fills the message with the frame's fields but "a" and "i".
func (m *Message) take(f *frame, s *Spec) error {
	room := f.n - 2
	if s != nil && s.Line != nil {
		room += len(s.Params)
	}
	if room > 0 {
		m.fields = make([]field, 0, room)
	}
	for i := range f.n {
		r := &f.fields[i]
		if r.key == "a" || r.key == "i" || r.isNull {
			continue
		}
		if r.key == "t" {
			m.Time, m.HasTime = parseInt(r.text)
		}
		if err := m.takeField(r, s); err != nil {
			return err
		}
	}
	return nil
}

func (m *Message) takeField(r *raw, s *Spec) error {
	if s != nil && s.Line != nil && r.key == s.Line.Key {
		m.takeLine(r, s)
		return nil
	}
	p := s.byKey(r.key)
	if p == nil {
		m.keep(r)
		return nil
	}
	out := field{param: p}
	ok := true
	switch p.Kind {
	case Integer:
		out.n, ok = parseInt(r.text)
	case Number:
		out.f, ok = parseFloat(r.text)
	default:
		out.text = clean(r.text)
	}
	switch {
	case ok:
		m.fields = append(m.fields, out)
	case p.Optional || r.text == "":
		m.keep(r) // an unlock is not lost because its random number is odd
	default:
		return &DecodeError{Code: m.Code, Field: p.Key, Reason: ReasonWrongType}
	}
	return nil
}

func (m *Message) keep(r *raw) {
	m.fields = append(m.fields, field{key: r.key, text: clean(r.text)})
}

// takeLine splits a value that holds several parameters. One that does not
// have the documented parts is kept whole.
func (m *Message) takeLine(r *raw, s *Spec) {
	if strings.Count(r.text, s.Line.Separator) != len(s.Params)-1 {
		m.keep(r)
		return
	}
	before, rest := len(m.fields), r.text
	for i := range s.Params {
		part, after, _ := strings.Cut(rest, s.Line.Separator)
		part, rest = strings.TrimSpace(part), after
		f := field{param: &s.Params[i]}
		switch {
		case f.param.Kind != Integer:
			f.text = clean(part)
		case part == "":
			continue
		default:
			var ok bool
			if f.n, ok = parseInt(part); !ok {
				m.fields = m.fields[:before]
				m.keep(r)
				return
			}
		}
		m.fields = append(m.fields, f)
	}
}

// clean makes a stranger's text fit for a database: valid UTF-8, no NUL.
func clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
