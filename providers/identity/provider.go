package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Provider is an OIDC provider as an operator writes it down.
type Provider struct {
	Name      string `json:"name"`  // in addresses
	Title     string `json:"title"` // for people
	Issuer    string `json:"issuer"`
	ID        string `json:"client_id"`
	Secret    string `json:"client_secret"`
	Algorithm string `json:"alg"` // of ID tokens; empty: RS256
}

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	algorithms  = []string{
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
	}
	reserved = []string{"google", "facebook", "x"}
)

// Parse reads a JSON list of providers, and no text none. An error never contains a secret.
func Parse(text string) ([]Provider, error) {
	if text == "" {
		return nil, nil
	}
	var list []Provider
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil || decoder.More() {
		return nil, errors.New(`identity: providers are a JSON list of objects with name, title, issuer, client_id, client_secret and alg`)
	}
	var seen []string
	for i, p := range list {
		if err := p.validate(); err != nil {
			return nil, fmt.Errorf("identity: provider %d: %w", i+1, err)
		}
		if slices.Contains(seen, p.Name) || slices.Contains(reserved, p.Name) {
			return nil, fmt.Errorf("identity: provider %d: the name is taken", i+1)
		}
		seen = append(seen, p.Name)
	}
	return list, nil
}

func (p Provider) validate() error {
	switch {
	case !namePattern.MatchString(p.Name):
		return errors.New("name must be lower-case letters, digits and hyphens, 32 at most, beginning with a letter")
	case p.Title == "":
		return errors.New("title must not be empty")
	case !IsSafe(p.Issuer):
		return errors.New("issuer must be an https:// URL")
	case p.ID == "" || p.Secret == "":
		return errors.New("client_id and client_secret must not be empty")
	case p.Algorithm != "" && !slices.Contains(algorithms, p.Algorithm):
		return fmt.Errorf("alg must be one of %v", algorithms)
	}
	return nil
}

// IsSafe reports whether secrets may travel to an address: over https, or to this very machine.
func IsSafe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
