package protocol

import "regexp"

// Hidden stands where a secret was.
const Hidden = "***"

var (
	codeInFrame = regexp.MustCompile(`"\s*a\s*"\s*:\s*"?\s*([0-9]{1,3})\b`)
	// secretInFrame finds the keys of the lines that carry addresses and
	// passwords. Their values are unquoted, so nothing tells where they end:
	// everything behind the key goes.
	secretInFrame = regexp.MustCompile(`"?\s*[uz]\s*"?\s*:`)
)

// Redact is a frame, of either direction, as it may be logged, stored and
// shown. A frame whose code can't be told is taken for one with secrets. The
// payload itself is never changed; without secrets it is returned as it is.
func Redact(payload []byte) []byte {
	if !mayHoldSecrets(payload) {
		return payload
	}
	at := secretInFrame.FindIndex(payload)
	if at == nil {
		return payload
	}
	out := make([]byte, 0, at[1]+len(Hidden)+3)
	out = append(out, payload[:at[1]]...)
	return append(out, `"`+Hidden+`"}`...)
}

// mayHoldSecrets believes a frame to be harmless only when every code in it
// is known and has no secrets.
func mayHoldSecrets(payload []byte) bool {
	codes := codeInFrame.FindAllSubmatch(payload, -1)
	if len(codes) == 0 {
		return true
	}
	for _, c := range codes {
		n, _ := parseInt(string(c[1]))
		s := find(Code(n))
		if s == nil || s.HasSecrets() {
			return true
		}
	}
	return false
}
