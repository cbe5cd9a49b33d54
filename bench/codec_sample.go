package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"rodada/protocol"
)

// sample is one message and what is done with it. The JSON side is nil for a firmware packet, which is no JSON.
type sample struct {
	encode, decode         func() error
	encodeJSON, decodeJSON func() error
}

// sampleOf makes an example of a message, does everything with it once, and refuses a comparison of what is not the same.
func sampleOf(s protocol.Spec) (sample, error) {
	values := map[string]any{}
	for _, p := range s.Params {
		if p.Example != nil {
			values[p.Name] = p.Example
		}
	}
	m, frame, err := ours(s, values)
	if err != nil || s.Code == protocol.SendPacket {
		return m, err
	}
	if s.Line != nil && s.Direction == protocol.ToScooter { // to compare with what JSON can read
		if frame, err = protocol.Encode(protocol.Command{Code: s.Code, Args: values}, protocol.Dialect{StrictJSON: true}); err != nil {
			return m, err
		}
	}
	plain := equivalent(s)
	filled := reflect.New(plain).Interface()
	if err := json.Unmarshal(frame, filled); err != nil {
		return m, fmt.Errorf("%s: %w", frame, err)
	}
	if again, err := json.Marshal(filled); err != nil || !bytes.Equal(frame, again) {
		return m, fmt.Errorf("%s is %s in JSON (%w)", frame, again, err)
	}
	m.encodeJSON = func() error { _, err := json.Marshal(filled); return err }
	m.decodeJSON = func() error { return json.Unmarshal(frame, reflect.New(plain).Interface()) }
	return m, nil
}

// ours is the side of package protocol.
func ours(s protocol.Spec, values map[string]any) (m sample, frame []byte, err error) {
	if s.Direction == protocol.ToScooter {
		c := protocol.Command{Code: s.Code, Args: values}
		m.encode = func() error { _, err := protocol.Encode(c, protocol.Dialect{}); return err }
		if frame, err = protocol.Encode(c, protocol.Dialect{}); err == nil {
			m.decode = func() error { _, err := protocol.DecodeCommand(frame, protocol.Dialect{}); return err }
			err = m.decode()
		}
		return m, frame, err
	}
	report, err := protocol.NewMessage(s.Code, protocol.ExamplePlate, values)
	if err != nil {
		return m, nil, err
	}
	m.encode = func() error { _, err := protocol.EncodeMessage(report); return err }
	if frame, err = protocol.EncodeMessage(report); err == nil {
		m.decode = func() error { _, err := protocol.Decode(frame); return err }
		err = m.decode()
	}
	return m, frame, err
}

// equivalent is a struct with the message's fields, in its order.
func equivalent(s protocol.Spec) reflect.Type {
	fields := []reflect.StructField{field("A", "a", int64(0))}
	if s.Direction == protocol.FromScooter {
		fields = append(fields, field("I", "i", ""))
	}
	if s.Line != nil {
		return reflect.StructOf(append(fields, field("Line", s.Line.Key, "")))
	}
	for i, p := range s.Params {
		key := p.Key
		if p.DirtyKey != "" {
			key = p.DirtyKey
		}
		var kind any = ""
		switch {
		case p.Kind == protocol.Integer || p.Bare:
			kind = int64(0)
		case p.Kind == protocol.Number:
			kind = 0.0
		}
		fields = append(fields, field(fmt.Sprint("P", i), key, kind))
	}
	return reflect.StructOf(fields)
}

func field(name, key string, of any) reflect.StructField {
	return reflect.StructField{Name: name, Type: reflect.TypeOf(of), Tag: reflect.StructTag(fmt.Sprintf("json:%q", key))}
}
