package protocol_test

import (
	"encoding/json"
	"testing"

	"rodada/protocol"
)

// The comparison is encoding/json into a struct that holds the same fields,
// in the same run.

var benchFrames = []struct {
	name  string
	frame string
	plain func() any
}{
	{"position", `{"a":19,"i":"12AB","g":"3020.5887,12006.4229,1","t":1503046415}`, func() any {
		return &struct {
			A int    `json:"a"`
			I string `json:"i"`
			G string `json:"g"`
			T int64  `json:"t"`
		}{}
	}},
	{"heartbeat", `{"a":27,"i":"12AB","b":90,"c":0,"s":1,"r":37.5,"v":25}`, func() any {
		return &struct {
			A int     `json:"a"`
			I string  `json:"i"`
			B int     `json:"b"`
			C int     `json:"c"`
			S int     `json:"s"`
			R float64 `json:"r"`
			V int     `json:"v"`
		}{}
	}},
	{"ack", `{"a":2,"i":"12AB","t":1503046415,"s":0,"n":0}`, func() any {
		return &struct {
			A int    `json:"a"`
			I string `json:"i"`
			T int64  `json:"t"`
			S int    `json:"s"`
			N int    `json:"n"`
		}{}
	}},
	{"vehicle", `{"a":16,"i":"12AB","s":8,"k":25,"p ":12,"e ":4,"b ":80,"y":3600,"q":100,"w":60,"z":2,"c":0}`, func() any {
		return &struct {
			A int    `json:"a"`
			I string `json:"i"`
			S int    `json:"s"`
			K int    `json:"k"`
			P int    `json:"p "`
			E int    `json:"e "`
			B int    `json:"b "`
			Y int64  `json:"y"`
			Q int64  `json:"q"`
			W int64  `json:"w"`
			Z int64  `json:"z"`
			C int    `json:"c"`
		}{}
	}},
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range benchFrames {
		payload := []byte(c.frame)
		b.Run(c.name+"/protocol", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := protocol.Decode(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/encoding-json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := json.Unmarshal(payload, c.plain()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	plain := struct {
		A int `json:"a"`
		K int `json:"k"`
	}{A: 13, K: 2020}
	command := protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": 20}}
	b.Run("speed-limit/protocol", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := protocol.Encode(command, protocol.Dialect{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("speed-limit/encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(plain); err != nil {
				b.Fatal(err)
			}
		}
	})
}
