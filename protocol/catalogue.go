package protocol

import (
	"maps"
	"slices"
	"strconv"
)

// maxCode bounds the table behind Lookup; codes beyond it are unknown.
const maxCode = 255

var (
	table  [maxCode + 1]*Spec
	sorted []*Spec
	names  = map[string]*Spec{}
)

func init() {
	for _, group := range [][]Spec{
		powerMessages, counterMessages, queryMessages, rideMessages, comfortMessages,
		lockMessages, networkMessages, firmwareMessages, reportMessages,
	} {
		for i := range group {
			s := &group[i]
			s.index()
			table[s.Code] = s
			names[s.Name] = s
			sorted = append(sorted, s)
		}
	}
	slices.SortFunc(sorted, func(a, b *Spec) int { return int(a.Code - b.Code) })
}

// index prepares byKey, for nearly every wire key is one letter, and what
// every frame of the message has in common.
func (s *Spec) index() {
	const value, plate = 10, 16 // bytes
	s.letters = new([128]uint8)
	s.head = `{"a":` + strconv.Itoa(int(s.Code))
	if s.Direction == FromScooter {
		s.head += `,"i":`
		s.room = plate
	}
	s.room += len(s.head) + 1
	for i := range s.Params {
		p := &s.Params[i]
		p.wire = wireKey(p.Key)
		if p.DirtyKey != "" && s.Direction == FromScooter {
			p.wire = wireKey(p.DirtyKey)
		}
		s.room += len(p.wire) + value
		if p.Kind == Text {
			s.room += value
		}
	}
	for i := range s.Params {
		if key := s.Params[i].Key; len(key) == 1 && key[0] < 128 && s.letters[key[0]] == 0 {
			s.letters[key[0]] = uint8(i + 1)
		}
	}
}

func wireKey(key string) string { return `,"` + key + `":` }

// byKey finds the parameter of a wire key; none when s is nil.
func (s *Spec) byKey(key string) *Param {
	if s == nil || len(key) != 1 || key[0] >= 128 || s.letters[key[0]] == 0 {
		return nil
	}
	return &s.Params[s.letters[key[0]]-1]
}

func find(c Code) *Spec {
	if c < 0 || c > maxCode {
		return nil
	}
	return table[c]
}

// Catalogue lists every message by ascending code. It is the caller's own
// copy.
func Catalogue() []Spec {
	out := make([]Spec, len(sorted))
	for i, s := range sorted {
		out[i] = s.clone()
	}
	return out
}

// Lookup finds a message by its code. It is on the path of every message, so
// the slices and maps in the answer are the catalogue's own: read only.
func Lookup(c Code) (Spec, bool) {
	if s := find(c); s != nil {
		return *s, true
	}
	return Spec{}, false
}

// LookupName finds a message by its kebab-case name; read only, like Lookup.
func LookupName(name string) (Spec, bool) {
	if s, ok := names[name]; ok {
		return *s, true
	}
	return Spec{}, false
}

// clone keeps callers from changing the one source.
func (s *Spec) clone() Spec {
	out := *s
	out.Params = slices.Clone(s.Params)
	for i := range out.Params {
		out.Params[i].Values = maps.Clone(s.Params[i].Values)
	}
	out.Statuses = maps.Clone(s.Statuses)
	out.Preconditions = slices.Clone(s.Preconditions)
	if s.Line != nil {
		line := *s.Line
		out.Line = &line
	}
	return out
}
