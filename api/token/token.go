// Package token issues and reads what riders and staff carry: short access tokens that are checked without a look into
// the store, and long refresh tokens that are random, used once, and stored as hashes only.
package token

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rodada/domain/rider"
)

const (
	issuer      = "rodada"
	secretBytes = 32 // as many as HMAC-SHA-256 gives out (RFC 7518, 3.2)
	bearerChars = 4096
)

// Issuer signs and reads access tokens: JWT, HS256 and nothing else, for one audience each.
type Issuer struct {
	secret []byte
	kid    string
	live   map[string][]byte // secrets to read with, by their key IDs
	life   time.Duration
	now    func() time.Time
}

// NewIssuer makes an Issuer whose tokens live for life. The secret has at least 32 bytes.
func NewIssuer(secret string, life time.Duration, now func() time.Time) (*Issuer, error) {
	i := &Issuer{secret: []byte(secret), kid: keyID(secret), life: life, now: now, live: map[string][]byte{}}
	return i, i.Accept(secret)
}

// Accept also reads tokens that are signed with another secret: the one of before, or the one to come.
func (i *Issuer) Accept(secret string) error {
	if len(secret) < secretBytes {
		return fmt.Errorf("token: the secret has %d bytes, %d are the least", len(secret), secretBytes)
	}
	i.live[keyID(secret)] = []byte(secret)
	return nil
}

func keyID(secret string) string {
	sum := sha256.Sum256([]byte("kid:" + secret))
	return hex.EncodeToString(sum[:4])
}

// claims are what an access token says: beside the registered ones, the session that it is of.
type claims struct {
	jwt.RegisteredClaims
	Session string `json:"sid,omitempty"`
}

// Issue signs a token for a subject of an audience, and says when it expires.
func (i *Issuer) Issue(subject string, audience rider.Audience) (signed string, expires time.Time, err error) {
	return i.IssueIn("", subject, audience)
}

// IssueIn is Issue for a session: when that ends, the token is over too, as far as who reads it looks.
func (i *Issuer) IssueIn(session, subject string, audience rider.Audience) (signed string, expires time.Time, err error) {
	now := i.now()
	expires = now.Add(i.life).Truncate(time.Second)
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{Session: session, RegisteredClaims: jwt.RegisteredClaims{
		Issuer:    issuer,
		Subject:   subject,
		Audience:  jwt.ClaimStrings{string(audience)},
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(expires),
	}})
	t.Header["kid"] = i.kid
	signed, err = t.SignedString(i.secret)
	return signed, expires, err
}

// Read returns the subject of a token of an audience, or rider.ErrToken.
func (i *Issuer) Read(signed string, audience rider.Audience) (subject string, err error) {
	subject, _, err = i.ReadIn(signed, audience)
	return subject, err
}

// ReadIn is Read with the session, which is empty where the token is of none.
func (i *Issuer) ReadIn(signed string, audience rider.Audience) (subject, session string, err error) {
	if len(signed) > bearerChars {
		return "", "", rider.ErrToken
	}
	var said claims
	_, err = jwt.ParseWithClaims(signed, &said, i.key,
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(string(audience)),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(i.now),
	)
	if err != nil {
		return "", "", rider.ErrToken.Because(err)
	}
	if said.Subject == "" {
		return "", "", rider.ErrToken
	}
	return said.Subject, said.Session, nil
}

func (i *Issuer) key(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	secret, known := i.live[kid]
	if !known {
		return nil, errors.New("signed with a key that is not ours")
	}
	return secret, nil
}

// NewRefresh makes a refresh token of 256 random bits, with a mark of its audience so that one shown at the other's door
// is turned away unspent.
func NewRefresh(audience rider.Audience) (shown string, hash []byte) {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	shown = mark(audience) + base64.RawURLEncoding.EncodeToString(random)
	return shown, sum(shown)
}

// RefreshHash is what the store knows of a refresh token; rider.ErrToken when it can't be one of this audience.
func RefreshHash(shown string, audience rider.Audience) ([]byte, error) {
	random, ok := strings.CutPrefix(shown, mark(audience))
	if !ok || len(random) != base64.RawURLEncoding.EncodedLen(32) {
		return nil, rider.ErrToken
	}
	return sum(shown), nil
}

func mark(audience rider.Audience) string { return string(audience) + "_" }

func sum(shown string) []byte {
	h := sha256.Sum256([]byte(shown))
	return h[:]
}
