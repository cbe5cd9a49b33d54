package api

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"rodada/domain/rental"
)

// Keyed is the header of a request that may be repeated and happens once.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" example:"0b6f3f6e-6a0e-4e55-9d5e-3b3f7c1d9a10" doc:"1 to 128 visible characters, fresh for every new intent; required."`
}

// key is the request's key, or rental.ErrKeyMissing or rental.ErrKeyInvalid.
func (k Keyed) key() (string, error) {
	if k.IdempotencyKey == "" {
		return "", rental.ErrKeyMissing
	}
	return MaybeKeyed(k).key()
}

// MaybeKeyed is the header where a key helps, but is not needed.
type MaybeKeyed struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Optional, 1 to 128 visible characters: a repetition with the same key waits for the same answer."`
}

// key is the request's key, or empty, or rental.ErrKeyInvalid.
func (k MaybeKeyed) key() (string, error) {
	if k.IdempotencyKey != "" && !visible(k.IdempotencyKey) {
		return "", rental.ErrKeyInvalid
	}
	return k.IdempotencyKey, nil
}

func visible(key string) bool {
	return len(key) >= 1 && len(key) <= 128 && strings.IndexFunc(key, func(r rune) bool { return r < '!' || r > '~' }) < 0
}

// digest is what a key is bound to: the same key with another digest is another request.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
