package protocol

import "slices"

// Message is one decoded report of a scooter.
type Message struct {
	Code  Code
	Plate string
	// Time is "t": Unix seconds in a position report, a random number in acks.
	Time    int64
	HasTime bool

	fields []field
}

// field is one value. Known fields have their parameter; unknown ones keep
// their key and the text of their value.
type field struct {
	param *Param
	key   string
	text  string
	n     int64
	f     float64
}

// Spec is the message's entry in the catalogue.
func (m Message) Spec() (Spec, bool) { return Lookup(m.Code) }

// Known tells whether the code is in the catalogue.
func (m Message) Known() bool { return find(m.Code) != nil }

// Status is the value of "s", whatever it means for this code.
func (m Message) Status() (int, bool) {
	for i := range m.fields {
		if p := m.fields[i].param; p != nil && p.Key == "s" {
			return int(m.fields[i].n), true
		}
	}
	return 0, false
}

// Result tells whether this answer means that its command was carried out, and
// in words what it says. An answer that should carry a result and does not is
// not done.
func (m Message) Result() (done bool, meaning string) {
	s := find(m.Code)
	if s == nil {
		return false, "unknown message"
	}
	status, ok := m.Status()
	switch {
	case ok:
		return s.Done(status), s.Meaning(status)
	case s.Status == StatusResult:
		return false, "no status"
	}
	return true, "answered"
}

// Has tells whether a parameter came with the message.
func (m Message) Has(name string) bool { return m.field(name) != nil }

// Int is an Integer parameter by its name.
func (m Message) Int(name string) (int64, bool) {
	if f := m.field(name); f != nil && f.param.Kind == Integer {
		return f.n, true
	}
	return 0, false
}

// Float is a Number or Integer parameter by its name.
func (m Message) Float(name string) (float64, bool) {
	f := m.field(name)
	switch {
	case f == nil:
		return 0, false
	case f.param.Kind == Integer:
		return float64(f.n), true
	}
	return f.f, f.param.Kind == Number
}

// Text is a Text parameter by its name.
func (m Message) Text(name string) (string, bool) {
	if f := m.field(name); f != nil && f.param.Kind == Text {
		return f.text, true
	}
	return "", false
}

func (m Message) field(name string) *field {
	for i := range m.fields {
		if p := m.fields[i].param; p != nil && p.Name == name {
			return &m.fields[i]
		}
	}
	return nil
}

// Values are the known parameters by name: int64, float64 or string.
func (m Message) Values() map[string]any {
	out := make(map[string]any, len(m.fields))
	for i := range m.fields {
		f := &m.fields[i]
		if f.param != nil {
			out[f.param.Name] = f.value()
		}
	}
	return out
}

// Extra are the keys that the catalogue does not know, as text.
func (m Message) Extra() map[string]string {
	var out map[string]string
	for i := range m.fields {
		if f := &m.fields[i]; f.param == nil {
			if out == nil {
				out = map[string]string{}
			}
			out[f.key] = f.text
		}
	}
	return out
}

func (f *field) value() any {
	switch f.param.Kind {
	case Integer:
		return f.n
	case Number:
		return f.f
	default:
		return f.text
	}
}

// Redacted is the message as it may be logged, stored and shown: without its
// secrets, and without what another message's secrets would be called.
func (m Message) Redacted() Message {
	s := find(m.Code)
	suspect := s != nil && s.HasSecrets()
	hides := func(f field) bool {
		if f.param != nil {
			return f.param.Secret
		}
		return suspect || namesSecrets(f.key)
	}
	if !slices.ContainsFunc(m.fields, hides) {
		return m
	}
	m.fields = slices.Clone(m.fields)
	for i := range m.fields {
		if hides(m.fields[i]) {
			m.fields[i].text = Hidden
		}
	}
	return m
}
