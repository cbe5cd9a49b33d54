package promotion

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"rodada/domain/rider"
)

// TraceKeyPurpose is what the key of traces is sealed for.
func TraceKeyPurpose(id string) string { return "trace-key/" + id }

// Traces are keyed hashes of the mailbox and the log-ins of a rider, by which somebody is known who comes back under another account.
// Without the key they tell nobody anything.
func Traces(key []byte, email string, links []rider.Link) []string {
	said := [][]string{}
	if email != "" {
		said = append(said, []string{"mail", mailbox(email)})
	}
	for _, l := range links {
		said = append(said, []string{"login", l.Service, l.Subject})
	}
	traces := make([]string, len(said))
	for i, parts := range said {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(strings.Join(parts, "\x00")))
		traces[i] = hex.EncodeToString(h.Sum(nil))
	}
	return traces
}

// mailbox is where mail to an address ends up: in whatever case it is written, without what follows a +, and at Google without dots.
func mailbox(email string) string {
	name, host, _ := strings.Cut(strings.ToLower(strings.TrimSpace(email)), "@")
	name, _, _ = strings.Cut(name, "+")
	if host == "gmail.com" || host == "googlemail.com" {
		name, host = strings.ReplaceAll(name, ".", ""), "gmail.com"
	}
	return name + "@" + host
}
