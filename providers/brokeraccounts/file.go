package brokeraccounts

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
)

// Login is a name and a password.
type Login struct{ User, Password string }

// Plan is what a broker begins with.
type Plan struct {
	Topics Topics
	// Backend may publish and hear everything, but not change accounts.
	Backend Login
	// Accounts may change accounts and nothing else. The same user as Backend: that one may do both.
	Accounts Login
	Scooters []Account
}

// The plugin's way to keep a password: PBKDF2 with SHA-512.
const (
	iterations = 101
	saltSize   = 12
)

type stored struct {
	Username   string `json:"username"`
	Roles      []role `json:"roles"`
	Password   string `json:"password"`
	Salt       string `json:"salt"`
	Iterations int    `json:"iterations"`
}

// File is the plugin's configuration file for a broker that starts for the first time.
func (p Plan) File() ([]byte, error) {
	roles := []role{backendRole(), adminRole(), scooterRole(p.Topics)}
	backend := []role{{Name: roleBackend}}
	admin := []role{{Name: roleAdmin}}
	if p.Accounts.User == p.Backend.User {
		backend, admin = append(backend, admin...), nil
	}
	clients := []stored{}
	add := func(user, password string, roles []role) error {
		salt := make([]byte, saltSize)
		_, _ = rand.Read(salt) // never fails
		hash, err := pbkdf2.Key(sha512.New, password, salt, iterations, sha512.Size)
		clients = append(clients, stored{
			Username: user, Roles: roles, Iterations: iterations,
			Password: base64.StdEncoding.EncodeToString(hash), Salt: base64.StdEncoding.EncodeToString(salt),
		})
		return err
	}
	if err := add(p.Backend.User, p.Backend.Password, backend); err != nil {
		return nil, err
	}
	if admin != nil {
		if err := add(p.Accounts.User, p.Accounts.Password, admin); err != nil {
			return nil, err
		}
	}
	known := map[string]bool{}
	for _, a := range p.Scooters {
		if err := a.check(p.Topics); err != nil {
			return nil, err
		}
		for _, n := range a.Numbers {
			if !known[n] {
				known[n] = true
				roles = append(roles, ofNumber(n))
			}
		}
		if err := add(a.User, a.Password, rolesOf(a)); err != nil {
			return nil, err
		}
	}
	return json.MarshalIndent(map[string]any{
		// What no role allows is forbidden; to receive as well, because a session outlives the rights it was opened with.
		"defaultACLAccess": map[string]bool{send: false, receive: false, "subscribe": false, "unsubscribe": true},
		"roles":            roles, "groups": []role{}, "clients": clients,
	}, "", "  ")
}
