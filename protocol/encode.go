package protocol

import "strconv"

// Encode writes a command as the bytes to publish: byte for byte as the seed
// writes it, its unquoted values included, unless the dialect says otherwise.
// The error is a *FieldError and nothing may be published then.
func Encode(c Command, d Dialect) ([]byte, error) {
	var v values
	s, err := c.resolve(&v)
	if err != nil {
		return nil, err
	}
	if s.Code == SendPacket {
		data := s.indexOf("data")
		if length := s.indexOf("length"); v[length].set && int(v[length].n) != len(v[data].data) {
			return nil, &FieldError{Code: s.Code, Field: "length", Reason: "is not the length of data"}
		}
		return appendPacket(nil, v[s.indexOf("serial")].n, v[data].data, d), nil
	}
	b := append(make([]byte, 0, s.room), s.head...)
	if s.Line != nil {
		b = appendLineField(b, s, &v, d)
	} else {
		for i := range s.Params {
			p := &s.Params[i]
			if !v[i].set {
				continue
			}
			b = strconv.AppendInt(append(b, p.wire...), v[i].n+p.Offset, 10)
		}
	}
	return append(b, '}'), nil
}

// EncodePacket writes one firmware packet (67): data is 1 to MaxPacket bytes,
// serials start at 0. The frame carries the raw bytes and is not JSON in any
// dialect.
func EncodePacket(serial int, data []byte, d Dialect) ([]byte, error) {
	c := Command{Code: SendPacket, Args: Args{"serial": serial, "data": data}}
	return Encode(c, d)
}

func appendPacket(b []byte, serial int64, data []byte, d Dialect) []byte {
	if b == nil {
		b = make([]byte, 0, len(data)+48)
	}
	b = append(b, `{"a":67,"x":`...)
	b = strconv.AppendInt(b, serial, 10)
	b = appendKey(b, d.lengthKey())
	b = strconv.AppendInt(b, int64(len(data)), 10)
	b = append(b, `,"d":`...)
	b = append(b, data...)
	return append(b, '}')
}

func (d Dialect) lengthKey() string {
	if d.LowercaseLength {
		return "l"
	}
	return "I"
}

func appendKey(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

// appendLineField writes the parameters that share one value.
func appendLineField(b []byte, s *Spec, v *values, d Dialect) []byte {
	b = append(b, s.Params[0].wire...)
	if !d.StrictJSON {
		return appendLine(b, s, v)
	}
	return appendQuoted(b, string(appendLine(nil, s, v)))
}

func appendLine(b []byte, s *Spec, v *values) []byte {
	l := s.Line
	b = append(b, l.Before...)
	for i := range s.Params {
		if !v[i].set && !l.Quoted {
			break // only trailing parts may be missing: see checkGaps
		}
		if i > 0 {
			b = append(b, l.Separator...)
		}
		if l.Quoted {
			b = append(b, '"')
		}
		if s.Params[i].Kind == Integer {
			b = strconv.AppendInt(b, v[i].n, 10)
		} else {
			b = append(b, v[i].text...)
		}
		if l.Quoted {
			b = append(b, '"')
		}
	}
	return append(b, l.After...)
}
