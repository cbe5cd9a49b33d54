// Package password keeps passwords as argon2id hashes, and keeps the memory that hashing takes within bounds, so that a
// flood of logins slows down instead of taking the machine with it.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"rodada/domain/fault"
)

// The parameters of new hashes: OWASP's smallest recommended set for argon2id, 19 MiB and two passes on one lane.
const (
	memoryKiB = 19456
	passes    = 2
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
)

// What a stored hash may ask for at most; more is not ours.
const (
	maxMemoryKiB = 1 << 18
	maxPasses    = 16
)

// ErrBusy is the answer when so many passwords are being checked that this one's turn did not come.
var ErrBusy = fault.Declare(fault.Unavailable, "too_many_logins", "Too many people are logging in right now. Try again.")

var errFormat = errors.New("password: not an argon2id hash in PHC format")

// Hasher hashes and checks passwords, a few at once.
type Hasher struct {
	turns chan struct{}
	decoy string
}

// New makes a Hasher that works on at most atOnce passwords, each of which takes 19 MiB.
func New(atOnce int) *Hasher {
	h := &Hasher{turns: make(chan struct{}, max(1, atOnce))}
	h.decoy = hash(rand.Text())
	return h
}

// Hash returns the hash of a password as a PHC string.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return hash(composed(password)), nil
}

// Matches reports whether a password belongs to a hash. An empty hash stands for an account that does not exist: it takes
// the same work and never matches, so that the time of the answer does not tell who has an account.
func (h *Hasher) Matches(ctx context.Context, password, phc string) (bool, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	known := phc != ""
	if !known {
		phc = h.decoy
	}
	same, err := matches(composed(password), phc)
	return same && known, err
}

func (h *Hasher) turn(ctx context.Context) (done func(), err error) {
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
		return nil, ErrBusy.Because(ctx.Err())
	}
}

// composed is a password however the keyboard it was typed on makes its accents. (RFC 8265, 4.2)
func composed(password string) string { return norm.NFC.String(password) }

func hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, keyBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func matches(password, phc string) (bool, error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errFormat
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, errFormat
	}
	var memory, time uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil {
		return false, errFormat
	}
	if memory == 0 || memory > maxMemoryKiB || time == 0 || time > maxPasses || threads == 0 {
		return false, errFormat
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, errFormat
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 {
		return false, errFormat
	}
	got := argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}
