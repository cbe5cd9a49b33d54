package firmware

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"rodada/domain/fault"
)

// Statement is what an operator's key signs of an image: which bytes, of which version, are for which model.
type Statement struct {
	Model   string // its name, letter by letter
	Version string
	Size    int
	SHA256  string // lower-case hex
}

// StatementOf describes bytes.
func StatementOf(model, version string, bytes []byte) Statement {
	sum := sha256.Sum256(bytes)
	return Statement{Model: model, Version: version, Size: len(bytes), SHA256: hex.EncodeToString(sum[:])}
}

// Text is the statement as it is signed: five lines, each with an end.
func (s Statement) Text() []byte {
	return fmt.Appendf(nil, "rodada-firmware-v1\nmodel %s\nversion %s\nsize %d\nsha256 %s\n", s.Model, s.Version, s.Size, s.SHA256)
}

// Check reports whether the statement can be signed at all: ErrVersion, ErrSize, and ErrSignature for a model whose name would
// break its line.
func (s Statement) Check() error {
	switch {
	case CheckVersion(s.Version) != nil:
		return ErrVersion
	case s.Size < 1:
		return ErrSize
	case s.Model == "" || strings.ContainsFunc(s.Model, unicode.IsControl):
		return ErrSignature.Saying("A model with such a name can't have a signed image.")
	}
	return nil
}

// Sign is the detached signature of a statement.
func (s Statement) Sign(key ed25519.PrivateKey) []byte { return ed25519.Sign(key, s.Text()) }

// Keys are the operator's public keys by their names. Several may be good at once, to change them one by one.
type Keys map[string]ed25519.PublicKey

// ParseKeys reads name:base64 of 32 bytes, several with commas between.
func ParseKeys(text string) (Keys, error) {
	keys := Keys{}
	for entry := range strings.SplitSeq(text, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		name, encoded, ok := strings.Cut(entry, ":")
		raw, err := base64.StdEncoding.DecodeString(encoded)
		switch {
		case !ok || name == "" || err != nil || len(raw) != ed25519.PublicKeySize:
			return nil, fmt.Errorf("a firmware key is name:base64 of %d bytes, not %.20q", ed25519.PublicKeySize, entry)
		case keys[name] != nil:
			return nil, fmt.Errorf("two firmware keys are called %q", name)
		}
		keys[name] = raw
	}
	return keys, nil
}

// Verify is the name of the key that signed a statement: ErrSignature when none of them did, ErrNoKeys when there are none.
func (k Keys) Verify(s Statement, signature []byte) (name string, err error) {
	if len(k) == 0 {
		return "", ErrNoKeys
	}
	if err := s.Check(); err != nil {
		return "", err
	}
	for _, name := range slices.Sorted(maps.Keys(k)) {
		if len(signature) == ed25519.SignatureSize && ed25519.Verify(k[name], s.Text(), signature) {
			return name, nil
		}
	}
	return "", ErrSignature
}

// Faults of signatures.
var (
	ErrSignature = fault.Declare(fault.Invalid, "firmware_signature_invalid", "None of the operator's keys has signed these bytes for this model and version.")
	ErrNoKeys    = fault.Declare(fault.Unavailable, "firmware_keys_missing", "This installation knows no operator's key to check firmware with.")
)
