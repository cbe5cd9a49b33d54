package protocol

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// DecodeCommand reads what the server published to a scooter: the scooter's
// side of Encode. Unquoted values and firmware packets, which are not JSON,
// are understood. Ranges are not checked: Validate does that.
func DecodeCommand(payload []byte, d Dialect) (Command, error) {
	if len(payload) > MaxPayload {
		return Command{}, &DecodeError{Reason: ReasonTooLarge}
	}
	code, rest, ok := cutHeader(payload)
	if !ok {
		return Command{}, &DecodeError{Reason: ReasonMalformed}
	}
	s := find(code)
	switch {
	case s == nil:
		return Command{}, &DecodeError{Code: code, Field: "a", Reason: ReasonOutOfRange}
	case s.Direction != ToScooter:
		return Command{}, &DecodeError{Code: code, Field: "a", Reason: ReasonDirection}
	case code == SendPacket:
		return decodePacket(rest, d)
	case s.Line != nil:
		return s.decodeLine(payload, rest)
	}
	return s.decodeFlat(payload)
}

// cutHeader takes the leading {"a":<code> off a frame. Commands always begin
// with their code.
func cutHeader(payload []byte) (Code, []byte, bool) {
	rest := bytes.TrimLeft(payload, " \t\r\n")
	for _, token := range []string{"{", `"a"`, ":"} {
		var ok bool
		if rest, ok = bytes.CutPrefix(rest, []byte(token)); !ok {
			return 0, nil, false
		}
		rest = bytes.TrimLeft(rest, " \t\r\n")
	}
	n, rest, ok := cutInt(rest)
	return Code(n), rest, ok && n <= maxCode
}

func cutInt(b []byte) (int, []byte, bool) {
	end := 0
	for end < len(b) && b[end] >= '0' && b[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(b[:end]))
	return n, b[end:], err == nil
}

func (s *Spec) decodeFlat(payload []byte) (Command, error) {
	var f frame
	if err := f.read(string(payload)); err != nil {
		return Command{}, err
	}
	c := Command{Code: s.Code}
	for i := range f.n {
		r := &f.fields[i]
		p := s.byKey(r.key)
		if p == nil {
			continue
		}
		n, ok := parseInt(r.text)
		if !ok {
			return Command{}, &DecodeError{Code: s.Code, Field: p.Key, Reason: ReasonWrongType}
		}
		if c.Args == nil {
			c.Args = Args{}
		}
		c.Args[p.Name] = n - p.Offset
	}
	return c, nil
}

// decodeLine reads the one value behind the code, quoted or not.
func (s *Spec) decodeLine(payload, rest []byte) (Command, error) {
	bad := &DecodeError{Code: s.Code, Field: s.Line.Key, Reason: ReasonMalformed}
	bare, ok := s.cutBare(string(rest))
	if !ok || strings.HasPrefix(bare, `"`) {
		v := gjson.GetBytes(payload, s.Line.Key)
		if !gjson.ValidBytes(payload) || v.Type != gjson.String {
			return Command{}, bad
		}
		bare = strings.TrimSpace(v.Str)
	}
	return s.splitLine(bare, bad)
}

// cutBare takes off what stands around the one value.
func (s *Spec) cutBare(rest string) (value string, ok bool) {
	for _, token := range [...]string{",", `"`, s.Line.Key, `"`, ":"} {
		if rest, ok = strings.CutPrefix(strings.TrimSpace(rest), token); !ok {
			return "", false
		}
	}
	rest, ok = strings.CutSuffix(strings.TrimSpace(rest), "}")
	return strings.TrimSpace(rest), ok
}

func (s *Spec) splitLine(text string, bad *DecodeError) (Command, error) {
	text, before := strings.CutPrefix(text, s.Line.Before)
	text, after := strings.CutSuffix(text, s.Line.After)
	parts := strings.Split(text, s.Line.Separator)
	if !before || !after || len(parts) > len(s.Params) {
		return Command{}, bad
	}
	c := Command{Code: s.Code, Args: Args{}}
	for i, part := range parts {
		p, part := &s.Params[i], strings.TrimSpace(part)
		if s.Line.Quoted {
			if len(part) < 2 || part[0] != '"' || part[len(part)-1] != '"' {
				return Command{}, bad
			}
			part = part[1 : len(part)-1]
		}
		if p.Kind == Integer {
			n, ok := parseInt(part)
			if !ok {
				return Command{}, &DecodeError{Code: s.Code, Field: s.Line.Key, Reason: ReasonWrongType}
			}
			c.Args[p.Name] = n
		} else if part != "" || !p.Optional {
			c.Args[p.Name] = part
		}
	}
	return c, nil
}

// decodePacket reads ,"x":<serial>,"I":<length>,"d":<bytes>} where the bytes
// may be anything, braces included: only the length tells where they end.
func decodePacket(rest []byte, d Dialect) (Command, error) {
	bad := func(field string, why Reason) (Command, error) {
		return Command{}, &DecodeError{Code: SendPacket, Field: field, Reason: why}
	}
	rest, ok := bytes.CutPrefix(rest, []byte(`,"x":`))
	serial, rest, isInt := cutInt(rest)
	if !ok || !isInt {
		return bad("x", ReasonMalformed)
	}
	rest, ok = bytes.CutPrefix(rest, []byte(`,"`+d.lengthKey()+`":`))
	length, rest, isInt := cutInt(rest)
	if !ok || !isInt {
		return bad(d.lengthKey(), ReasonMalformed)
	}
	data, ok := bytes.CutPrefix(rest, []byte(`,"d":`))
	data, closed := bytes.CutSuffix(data, []byte("}"))
	switch {
	case !ok || !closed:
		return bad("d", ReasonMalformed)
	case len(data) != length:
		return bad(d.lengthKey(), ReasonInvalid)
	}
	return Command{Code: SendPacket, Args: Args{
		"serial": int64(serial), "length": int64(length), "data": bytes.Clone(data),
	}}, nil
}
