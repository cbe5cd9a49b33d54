package main

import (
	"fmt"
	"runtime"
	"time"

	"rodada/protocol"
)

// measureCodec encodes and decodes every message of the catalogue, by package protocol and by encoding/json with a struct of
// the same fields, side by side.
func measureCodec() error {
	fmt.Printf("\nThe codec: ns and allocations per message; encoding/json of an equivalent struct (ns, allocations); how often as fast.\n")
	fmt.Printf("%-37s %9s %3s %9s %3s %8s %12s %3s %9s %3s %8s\n", "", "encode", "", "json", "", "", "decode", "", "json", "", "")
	var aim worst
	for _, s := range protocol.Catalogue() {
		m, err := sampleOf(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		encode, encodeJSON := beside(m.encode, m.encodeJSON)
		decode, decodeJSON := beside(m.decode, m.decodeJSON)
		fmt.Printf("%3d %-33s %s %s\n", s.Code, s.Name, sides(encode, encodeJSON), sides(decode, decodeJSON))
		if often(s) {
			aim.add(encode, encodeJSON, decode, decodeJSON)
		}
	}
	fmt.Printf("the least for 19, 27 and the acks: encode %.1fx, decode %.1fx (aim: 1.5x); the most allocations there: encode %d, decode %d\n",
		aim.encode, aim.decode, aim.encodeAllocs, aim.decodeAllocs)
	fmt.Println("Encoding takes one allocation, for the bytes; decoding two, for a copy of the bytes that all texts share and for the fields.")
	return nil
}

// often tells the messages that the aim is set for: what a fleet says all day.
func often(s protocol.Spec) bool {
	return s.Code == protocol.PositionReport || s.Code == protocol.HeartbeatReport || s.Status == protocol.StatusResult
}

// cost is what one call takes.
type cost struct {
	ns     float64
	allocs uint64
}

// beside measures two in turns and keeps the best of each, so that what else the machine does falls on neither. What is nil
// costs nothing.
func beside(ours, theirs func() error) (a, b cost) {
	a.allocs, b.allocs = allocations(ours), allocations(theirs)
	for range 40 {
		a.ns, b.ns = best(a.ns, ours), best(b.ns, theirs)
	}
	return a, b
}

// best is the least of what was measured before and a thousandth of a second of doing it again.
func best(before float64, do func() error) float64 {
	if do == nil {
		return 0
	}
	const atOnce = 16 // the clock costs as much as a short message
	n, began := 0, time.Now()
	for time.Since(began) < time.Millisecond {
		for range atOnce {
			_ = do() // sampleOf has seen it succeed
		}
		n += atOnce
	}
	took := float64(time.Since(began).Nanoseconds()) / float64(n)
	if before == 0 || took < before {
		return took
	}
	return before
}

func allocations(do func() error) uint64 {
	if do == nil {
		return 0
	}
	const times = 200 // beside which those of the runtime vanish
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		_ = do()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / times
}

func sides(ours, theirs cost) string {
	if theirs.ns == 0 {
		return fmt.Sprintf("%9.0f %3d %9s %3s %8s   ", ours.ns, ours.allocs, "no JSON", "", "")
	}
	return fmt.Sprintf("%9.0f %3d %9.0f %3d %7.1fx   ", ours.ns, ours.allocs, theirs.ns, theirs.allocs, theirs.ns/ours.ns)
}

// worst is the least advantage and the most allocations of several messages.
type worst struct {
	encode, decode             float64
	encodeAllocs, decodeAllocs uint64
}

func (w *worst) add(encode, encodeJSON, decode, decodeJSON cost) {
	if e := encodeJSON.ns / encode.ns; w.encode == 0 || e < w.encode {
		w.encode = e
	}
	if d := decodeJSON.ns / decode.ns; w.decode == 0 || d < w.decode {
		w.decode = d
	}
	w.encodeAllocs, w.decodeAllocs = max(w.encodeAllocs, encode.allocs), max(w.decodeAllocs, decode.allocs)
}
