// Package seal keeps secrets that must be stored where many can look (a database, the history of a workflow) unreadable
// without a key of the configuration. What is sealed is text: it fits a column, a JSON field and the argument of a command.
// It knows nothing of what it seals, so that every layer may use it.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Prefix begins everything that is sealed: sealed:<key>:<nonce and ciphertext>.
const Prefix = "sealed:"

// KeySize is the length of a key in bytes (AES-256).
const KeySize = 32

// Why a secret can't be opened, or a key not used.
var (
	ErrKeys   = errors.New("seal: keys are written as <name>:<base64 of 32 bytes>, separated by commas")
	ErrKey    = errors.New("seal: sealed with a key that is not configured")
	ErrSealed = errors.New("seal: not something that was sealed for this purpose")
)

// Keys seals with its first key and opens with any: put a new key in front, and take the old one away when nothing is
// sealed with it any more. The zero value has no key.
type Keys struct {
	first string
	names []string
	by    map[string]cipher.AEAD
}

var keyName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,16}$`)

// Parse reads keys as the configuration writes them. An error never contains one.
func Parse(text string) (Keys, error) {
	keys := Keys{by: map[string]cipher.AEAD{}}
	for _, one := range strings.Split(text, ",") {
		name, encoded, _ := strings.Cut(strings.TrimSpace(one), ":")
		secret, err := base64.StdEncoding.DecodeString(encoded)
		if _, twice := keys.by[name]; err != nil || twice || len(secret) != KeySize || !keyName.MatchString(name) {
			return Keys{}, ErrKeys
		}
		block, err := aes.NewCipher(secret)
		if err != nil {
			return Keys{}, fmt.Errorf("seal: %w", err)
		}
		if keys.by[name], err = cipher.NewGCM(block); err != nil {
			return Keys{}, fmt.Errorf("seal: %w", err)
		}
		keys.names = append(keys.names, name)
	}
	keys.first = keys.names[0]
	return keys, nil
}

// NewKey makes a key as Parse reads it.
func NewKey(name string) string {
	secret := make([]byte, KeySize)
	_, _ = rand.Read(secret) // never fails
	return name + ":" + base64.StdEncoding.EncodeToString(secret)
}

// Empty reports whether there is no key to seal with.
func (k Keys) Empty() bool { return k.first == "" }

// Seal hides a secret. Only Open with the same purpose reveals it, so that what was sealed for one thing can't be slipped
// in for another; name the purpose with whose secret it is.
func (k Keys) Seal(secret, purpose string) (string, error) {
	if k.Empty() {
		return "", ErrKey
	}
	aead := k.by[k.first]
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(secret)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails
	out := aead.Seal(nonce, nonce, []byte(secret), []byte(purpose))
	return Prefix + k.first + ":" + base64.RawURLEncoding.EncodeToString(out), nil
}

// Open reveals a secret.
func (k Keys) Open(sealed, purpose string) (string, error) {
	rest, is := strings.CutPrefix(sealed, Prefix)
	name, encoded, whole := strings.Cut(rest, ":")
	if !is || !whole {
		return "", ErrSealed
	}
	aead, known := k.by[name]
	if !known {
		return "", ErrKey
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(raw) < aead.NonceSize() {
		return "", ErrSealed
	}
	secret, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(purpose))
	if err != nil {
		return "", ErrSealed
	}
	return string(secret), nil
}

// Current names the key that is sealed with.
func (k Keys) Current() string { return k.first }

// Names lists the keys by their order.
func (k Keys) Names() []string { return slices.Clone(k.names) }

// Anew seals a sealed secret with the first key.
func (k Keys) Anew(sealed, purpose string) (string, error) {
	secret, err := k.Open(sealed, purpose)
	if err != nil {
		return "", err
	}
	return k.Seal(secret, purpose)
}

// Is reports whether a text looks sealed.
func Is(text string) bool { return strings.HasPrefix(text, Prefix) }
