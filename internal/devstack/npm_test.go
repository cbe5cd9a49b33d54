package devstack_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

func TestPackagesAreFetchedOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("fetches packages")
	}
	testkit.RequireProgram(t, "npm")
	cache := t.TempDir()
	var mu sync.Mutex
	var said []string
	say := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, line)
	}
	var both sync.WaitGroup
	var dirs [2]string
	var errs [2]error
	for i := range dirs {
		both.Go(func() { dirs[i], errs[i] = devstack.FindIdentity(t.Context(), cache, say) })
	}
	both.Wait()
	require.Equal(t, [2]error{}, errs)
	require.Equal(t, dirs[0], dirs[1])
	require.FileExists(t, filepath.Join(dirs[0], "node_modules", "oidc-provider", "package.json"))
	fetched := 0
	for _, line := range said {
		if strings.Contains(line, "fetching its packages, once") {
			fetched++
		}
	}
	require.Equal(t, 1, fetched, "said: %v", said)
	left, err := filepath.Glob(filepath.Join(cache, "npm", "fetch-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// A package that is not the one of the lock file is not used.
func TestEveryPackageIsPinned(t *testing.T) {
	lock, err := os.ReadFile("identity/package-lock.json")
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(lock), `"node_modules/`), strings.Count(string(lock), `"integrity": "sha512-`))
	require.NotContains(t, string(lock), "resolved", "the registry is the reader's own")
}

func TestPackagesThatCannotBeHad(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // not even npm
	cache := t.TempDir()
	_, err := devstack.FindIdentity(t.Context(), cache, func(string) {})
	var e *devstack.MissingProgramError
	require.ErrorAs(t, err, &e)
	require.Contains(t, err.Error(), "Node.js")
	require.NotContains(t, err.Error(), "\n")
	left, err := filepath.Glob(filepath.Join(cache, "npm", "*identity-*", "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
