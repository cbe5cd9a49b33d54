package testkit

import (
	"testing"

	"rodada/internal/devstack"
)

// IdentityProvider is an OIDC provider for one test, which may kill it. It needs Node.js.
func IdentityProvider(t testing.TB, o devstack.IdentityOptions) *devstack.IdentityProvider {
	t.Helper()
	RequireProgram(t, "node")
	RequireProgram(t, "npm")
	p, err := devstack.StartIdentity(t.Context(), o, func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}
