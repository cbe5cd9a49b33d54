package protocol

import (
	"bytes"
	"regexp"
	"strconv"
	"unicode"
	"unicode/utf8"
)

const (
	// Hidden stands where a secret was.
	Hidden = "***"
	// MaxKept is the most that RedactFrame returns.
	MaxKept = 2 << 10
)

// secretInFrame finds where the lines begin that carry addresses and
// passwords: their keys, with whatever a bad line made of the blanks, or an
// escape, which may spell such a key. The values are unquoted, so nothing
// tells where they end: everything behind goes.
var secretInFrame = regexp.MustCompile(`"?\s*[uz][^A-Za-z0-9:]{0,8}:|\\u00`)

// RedactFrame is a raw frame, of either direction, as it may be logged, stored
// and shown. It needs not be decodable: one that can't be read is taken for one
// with secrets. The data of a firmware packet are replaced by their length, and
// what is longer than MaxKept is cut. The answer is a copy and may have any
// bytes that a stranger sent: see FrameText.
func RedactFrame(payload []byte) []byte {
	out := make([]byte, 0, min(len(payload)+16, MaxKept))
	shown, hides, end := visible(payload)
	if !hides && end == "" && len(shown) <= MaxKept {
		return append(out, shown...)
	}
	if hides {
		end = Hidden + `"}`
		if bytes.HasSuffix(shown, []byte(":")) {
			end = `"` + end
		}
	}
	if most := MaxKept - len(end); len(shown) > most {
		note := "...+" + strconv.Itoa(len(shown)-most) + " bytes"
		shown, end = shown[:most-len(note)], note+end
	}
	return append(append(out, shown...), end...)
}

// visible is the part of a frame before what must go, with what closes it.
func visible(payload []byte) (shown []byte, hides bool, end string) {
	shown = payload
	if code, _, ok := cutHeader(payload); ok && code == SendPacket {
		shown, end = cutData(payload)
	} else if harmless(payload) {
		return payload, false, ""
	}
	if at := secretInFrame.FindIndex(shown); at != nil {
		if shown[at[1]-1] != ':' {
			at[1] = at[0] // an escape: it goes too
		}
		return shown[:at[1]], true, ""
	}
	return shown, false, end
}

// cutData takes the binary off a firmware packet.
func cutData(payload []byte) (shown []byte, end string) {
	const key = `"d":`
	at := bytes.Index(payload, []byte(key))
	if at < 0 {
		return payload, ""
	}
	shown = payload[:at+len(key)]
	data := bytes.TrimSuffix(payload[len(shown):], []byte("}"))
	return shown, "<" + strconv.Itoa(len(data)) + " bytes>}"
}

// harmless tells whether a frame was understood and has no secrets: neither
// its own, nor another message's that it should not have.
func harmless(payload []byte) bool {
	if len(payload) > MaxPayload {
		return false
	}
	var f frame
	if f.read(string(payload)) != nil {
		c, err := DecodeCommand(payload, Dialect{}) // commands need not be JSON
		return err == nil && !find(c.Code).HasSecrets()
	}
	code, err := f.code()
	s := find(code)
	if err != nil || s == nil || s.HasSecrets() {
		return false
	}
	for i := range f.n {
		if key := f.fields[i].key; namesSecrets(key) && s.byKey(key) == nil {
			return false
		}
	}
	return true
}

// namesSecrets tells the keys under which some message carries secrets.
func namesSecrets(key string) bool { return key == "u" || key == "z" }

// FrameText is a frame as text for people: what can't be printed is written
// as \x00.
func FrameText(frame []byte) string {
	if printable(frame) {
		return string(frame)
	}
	const hex = "0123456789abcdef"
	out := make([]byte, 0, len(frame)+32)
	for len(frame) > 0 {
		r, size := utf8.DecodeRune(frame)
		if r == utf8.RuneError && size <= 1 || !unicode.IsPrint(r) {
			for _, c := range frame[:size] {
				out = append(out, '\\', 'x', hex[c>>4], hex[c&15])
			}
		} else {
			out = append(out, frame[:size]...)
		}
		frame = frame[size:]
	}
	return string(out)
}

func printable(frame []byte) bool {
	return utf8.Valid(frame) && bytes.IndexFunc(frame, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
