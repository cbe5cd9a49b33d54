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
	isNull bool
}

type frame struct {
	n      int
	short  [2]uint64 // one-letter ASCII keys seen so far: most keys are
	fields [maxFields]raw
}

// read takes apart a flat JSON object. Keys are trimmed, for boxes send
// "p " for "p". The texts are parts of s.
func (f *frame) read(s string) error {
	s = trimFrame(s)
	switch {
	case s == "" || s[0] != '{':
		return &DecodeError{Reason: ReasonMalformed}
	case nested(s):
		return &DecodeError{Reason: ReasonNested}
	case !gjson.Valid(s):
		return &DecodeError{Reason: ReasonMalformed}
	}
	// Valid and flat: from here on a quote, a comma or the brace ends a token.
	for i := skipBlank(s, 1); s[i] != '}'; i = skipBlank(s, i) {
		if s[i] == ',' {
			i = skipBlank(s, i+1)
		}
		key, after := stringAt(s, i)
		i = skipBlank(s, skipBlank(s, after)+1)
		r := raw{key: cleanKey(key)}
		if s[i] == '"' {
			r.text, i = stringAt(s, i)
		} else {
			start := i
			for s[i] != ',' && s[i] != '}' && s[i] > ' ' {
				i++
			}
			r.text = s[start:i]
			r.isNull = r.text == "null"
		}
		if err := f.add(r); err != nil {
			return err
		}
	}
	return nil
}

func (f *frame) add(r raw) error {
	if f.n == maxFields {
		return &DecodeError{Reason: ReasonTooManyFields}
	}
	var twice bool
	if len(r.key) == 1 && r.key[0] < 128 {
		word, bit := &f.short[r.key[0]>>6], uint64(1)<<(r.key[0]&63)
		twice = *word&bit != 0
		*word |= bit
	} else {
		twice = f.get(r.key) != nil
	}
	if twice {
		return &DecodeError{Field: clip(r.key), Reason: ReasonDuplicate}
	}
	f.fields[f.n] = r
	f.n++
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

// code reads "a". Its range is bounded, so that whoever counts by code cannot
// be made to count without end.
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

// stringAt reads the JSON string that begins at i and tells where it ends.
func stringAt(s string, i int) (string, int) {
	end := i + 1
	for s[end] != '"' {
		if s[end] == '\\' {
			end++
		}
		end++
	}
	text := s[i+1 : end]
	if strings.IndexByte(text, '\\') >= 0 {
		text = gjson.Parse(s[i : end+1]).Str
	}
	return text, end + 1
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

func skipBlank(s string, i int) int {
	for s[i] <= ' ' {
		i++
	}
	return i
}

// trimFrame takes off blanks and the NULs that some modules pad with.
func trimFrame(s string) string {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func cleanKey(key string) string {
	if len(key) == 1 && key[0] > ' ' && key[0] < 128 {
		return key
	}
	return strings.TrimSpace(clean(key))
}

// clip keeps a stranger's key from filling an error message.
func clip(key string) string {
	const most = 32
	if len(key) > most {
		return key[:most]
	}
	return key
}
