package devstack

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Identity is an OIDC provider. It is no part of the stack: the tests that log in with other services start one of their own.
const Identity Service = "identity"

//go:embed identity/package.json identity/package-lock.json identity/provider.mjs
var identityFiles embed.FS

var identityProgram = nodeProgram{Identity, "identity", identityFiles}

// IdentityClient is who may have people logged in by the provider, as it is registered there. (OpenID Connect Dynamic Client Registration
// 1.0, section 2)
type IdentityClient struct {
	ID         string   `json:"client_id"`
	Secret     string   `json:"client_secret"`
	Back       []string `json:"redirect_uris"`
	AuthMethod string   `json:"token_endpoint_auth_method,omitempty"`
	Algorithm  string   `json:"id_token_signed_response_alg,omitempty"`
}

// IdentityOptions is what the provider knows and how it signs.
type IdentityOptions struct {
	Clients []IdentityClient `json:"clients"`
	// Keys are private JSON Web Keys; the first of a kind signs.
	Keys []any `json:"keys"`
	// ClaimsInIDTokens has the address and names in ID tokens, as Google does; otherwise they must be asked for.
	ClaimsInIDTokens bool     `json:"claimsInIDTokens"`
	Algorithms       []string `json:"idTokenAlgorithms"`
}

// IdentityProvider is a provider that runs: panva's oidc-provider.
type IdentityProvider struct {
	port int
	dir  string
	proc process
}

// StartIdentity starts a provider on a free port.
func StartIdentity(ctx context.Context, o IdentityOptions, progress func(string)) (*IdentityProvider, error) {
	all, err := Options{}.withDefaults()
	if err != nil {
		return nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, identityProgram.missing(err)
	}
	program, err := identityProgram.find(ctx, all.Cache, progress)
	if err != nil {
		return nil, err
	}
	port, err := claims{}.claim(Identity, 0, "")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "rodada-identity-")
	if err != nil {
		return nil, err
	}
	p := &IdentityProvider{port: port, dir: dir}
	p.proc = process{
		service: Identity, program: node, args: []string{filepath.Join(program, "provider.mjs"), ""}, dir: dir,
		logFile: filepath.Join(dir, "log"), stopWith: syscall.SIGTERM, ended: func(error) {},
	}
	if err := p.Start(ctx, o); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// Start starts a provider that was killed again, at the same address, with other options if these are others. It has forgotten who was
// logging in.
func (p *IdentityProvider) Start(ctx context.Context, o IdentityOptions) error {
	settings, err := json.Marshal(struct {
		IdentityOptions
		Port int `json:"port"`
	}{o, p.port})
	if err != nil {
		return err
	}
	p.proc.args[1] = string(settings)
	return p.proc.start(ctx, func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Issuer()+"/.well-known/openid-configuration", nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("it answers %s", answer.Status)
		}
		return nil
	})
}

// Issuer is the provider's name and address.
func (p *IdentityProvider) Issuer() string { return "http://" + loopback(p.port) }

// Kill ends the provider at once.
func (p *IdentityProvider) Kill() { p.proc.kill() }

// Stop ends the provider and removes what it left.
func (p *IdentityProvider) Stop() {
	p.proc.stop()
	_ = os.RemoveAll(p.dir)
}
