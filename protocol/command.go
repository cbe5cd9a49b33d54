package protocol

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
)

// Args are a command's parameters by Param.Name. Integers may come in any Go
// integer type, as an integral float64 or as a json.Number.
type Args map[string]any

// Command is one message to a scooter. It travels as JSON.
type Command struct {
	Code Code `json:"code"`
	Args Args `json:"args,omitempty"`
}

// maxParams is the most parameters an entry of the catalogue may have.
const maxParams = 10

// value is one checked parameter.
type value struct {
	set  bool
	n    int64
	text string
	data []byte
}

type values [maxParams]value

// Validate checks the command against the catalogue: known parameters, types,
// ranges, and text that cannot leave its field. The error is a *FieldError.
func (c Command) Validate() error {
	var v values
	_, err := c.resolve(&v)
	return err
}

// Redacted is the command as it may be logged, stored and shown.
func (c Command) Redacted() Command {
	s := find(c.Code)
	if s == nil || !s.HasSecrets() {
		return c
	}
	out := Command{Code: c.Code, Args: maps.Clone(c.Args)}
	for name := range out.Args { // one that is not of the command may be a secret misspelt
		if i := s.indexOf(name); i < 0 || s.Params[i].Secret {
			out.Args[name] = Hidden
		}
	}
	return out
}

// resolve fills v with the checked parameters, in the order of the catalogue.
func (c Command) resolve(v *values) (*Spec, error) {
	s := find(c.Code)
	if s == nil {
		return nil, &FieldError{Code: c.Code, Field: "code", Reason: "unknown command"}
	}
	if s.Direction != ToScooter {
		return nil, &FieldError{Code: c.Code, Field: "code", Reason: "is sent by scooters, not to them"}
	}
	found := 0
	for i := range s.Params {
		p := &s.Params[i]
		arg, ok := c.Args[p.Name]
		if !ok || arg == nil {
			if !p.Optional {
				return nil, &FieldError{Code: c.Code, Field: p.Name, Reason: "is required"}
			}
			if ok {
				found++
			}
			continue
		}
		found++
		if reason := p.accept(arg, &v[i]); reason != "" {
			return nil, &FieldError{Code: c.Code, Field: p.Name, Reason: reason}
		}
	}
	if found != len(c.Args) {
		return nil, &FieldError{Code: c.Code, Field: c.unknownArg(s), Reason: "unknown parameter"}
	}
	if s.Line != nil {
		if err := s.checkGaps(v); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (c Command) unknownArg(s *Spec) string {
	for _, name := range slices.Sorted(maps.Keys(c.Args)) {
		if s.indexOf(name) < 0 {
			return name
		}
	}
	return ""
}

// checkGaps refuses a part of an unquoted line whose predecessor is missing:
// the parts would shift.
func (s *Spec) checkGaps(v *values) error {
	if s.Line.Quoted {
		return nil // an empty part keeps its place between quotes
	}
	for i := 1; i < len(s.Params); i++ {
		if v[i].set && !v[i-1].set {
			return &FieldError{Code: s.Code, Field: s.Params[i-1].Name, Reason: "is required before " + s.Params[i].Name}
		}
	}
	return nil
}

// accept checks one argument; it returns the reason when it is refused.
func (p *Param) accept(arg any, out *value) string {
	out.set = true
	switch p.Kind {
	case Integer:
		n, ok := toInt(arg)
		if !ok {
			return "must be an integer"
		}
		if (p.Min != nil && n < *p.Min) || (p.Max != nil && n > *p.Max) {
			return p.rangeText()
		}
		out.n = n
	case Text:
		text, ok := arg.(string)
		switch {
		case !ok:
			return "must be a text"
		case text == "" && !p.Optional:
			return "must not be empty"
		case len(text) > p.MaxLen:
			return "must not be longer than " + strconv.Itoa(p.MaxLen)
		}
		out.text = text
		return p.text.check(text)
	case Bytes:
		data, ok := toBytes(arg)
		if !ok || len(data) == 0 || len(data) > p.MaxLen {
			return "must be 1 to " + strconv.Itoa(p.MaxLen) + " bytes"
		}
		out.data = data
	case Number:
		return "cannot be sent" // no command has a fraction
	}
	return ""
}

func (p *Param) rangeText() string {
	switch {
	case p.Min == nil:
		return "must be at most " + strconv.FormatInt(*p.Max, 10)
	case p.Max == nil:
		return "must be at least " + strconv.FormatInt(*p.Min, 10)
	}
	return "must be from " + strconv.FormatInt(*p.Min, 10) + " to " + strconv.FormatInt(*p.Max, 10)
}

// toBytes also takes base64, which is what bytes become in JSON.
func toBytes(arg any) ([]byte, bool) {
	switch d := arg.(type) {
	case []byte:
		return d, true
	case string:
		data, err := base64.StdEncoding.DecodeString(d)
		return data, err == nil
	}
	return nil, false
}

// Parse turns what a person typed for this parameter, on a command line say,
// into an argument. It checks the type only; Validate does the rest.
func (p Param) Parse(typed string) (any, error) {
	switch p.Kind {
	case Integer:
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			return nil, &FieldError{Field: p.Name, Reason: "must be an integer"}
		}
		return n, nil
	case Number:
		f, ok := parseFloat(typed)
		if !ok {
			return nil, &FieldError{Field: p.Name, Reason: "must be a number"}
		}
		return f, nil
	default:
		return typed, nil
	}
}
