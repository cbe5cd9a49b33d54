package lease

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/redis/go-redis/v9"

	"rodada/protocol"
)

// ErrLifetime is the refusal of a lease that would run out at once, or never.
var ErrLifetime = errors.New("lease: the lifetime must be a millisecond or more")

// Store is the leases of all scooters. It is safe for concurrent use. Give it a client with ContextTimeoutEnabled, or
// the deadline of a call does not reach Redis.
type Store struct {
	redis  redis.UniversalClient
	prefix string
}

// New returns the leases in the given Redis; prefix goes before every key.
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{redis: client, prefix: prefix}
}

// of is the keys of one answer: its lease and what that was claimed with.
func (s *Store) of(plate string, ack protocol.Code) []string {
	code := strconv.Itoa(int(ack))
	return []string{s.tag(plate) + ":lease:" + code, s.tag(plate) + ":taken:" + code}
}

func (s *Store) heard(plate string) string { return s.tag(plate) + ":heard" }

// tag escapes the plate: a brace in it would end the hash tag early and part the keys of one scooter.
func (s *Store) tag(plate string) string { return s.prefix + "{" + url.QueryEscape(plate) + "}" }
