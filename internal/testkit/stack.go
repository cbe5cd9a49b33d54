package testkit

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"rodada/internal/devstack"
)

const startPatience = 10 * time.Minute // the first one may build Temporal

// shared are the stacks that this test binary started, one for each service, so
// that a test of the database does not wait for Temporal.
var shared = struct {
	sync.Mutex
	stacks map[devstack.Service]*devstack.Stack
}{stacks: map[devstack.Service]*devstack.Stack{}}

// Main runs a package's tests and then stops what they started. A package whose
// tests use this kit calls it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	Stop()
	os.Exit(code)
}

// Stop stops what this test binary started. Main calls it; a package with a
// TestMain of its own calls it after its tests.
func Stop() {
	shared.Lock()
	defer shared.Unlock()
	for name, s := range shared.stacks {
		s.Stop()
		delete(shared.stacks, name)
	}
}

// Stack is the whole shared stack.
func Stack(t testing.TB) devstack.Addresses {
	t.Helper()
	return need(t, devstack.All()...)
}

// need is the shared stack with at least these services.
func need(t testing.TB, services ...devstack.Service) devstack.Addresses {
	t.Helper()
	if file := setting(StackFile); file != "" {
		at, err := readAddresses(file)
		if err != nil {
			t.Fatalf("%s: %v", StackFile, err)
		}
		return at
	}
	shared.Lock()
	defer shared.Unlock()
	var at devstack.Addresses
	for _, name := range services {
		s, ok := shared.stacks[name]
		if !ok {
			s = startOne(t, name)
			shared.stacks[name] = s
		}
		at = at.And(s.Addresses())
	}
	return at
}

func startOne(t testing.TB, name devstack.Service) *devstack.Stack {
	t.Helper()
	// The stack outlives the test that asked first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), startPatience)
	defer cancel()
	s, err := devstack.Start(ctx, devstack.Options{
		Only: []devstack.Service{name}, Accounts: KnowsScooter,
		Progress: func(line string) { fmt.Fprintln(os.Stderr, line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readAddresses(file string) (devstack.Addresses, error) {
	var at devstack.Addresses
	text, err := os.ReadFile(file) //nolint:gosec // named by whoever runs the tests
	if err != nil {
		return at, err
	}
	return at, json.Unmarshal(text, &at)
}

// PrivateStack is a stack for one test, which may stop and kill its services.
func PrivateStack(t testing.TB, o devstack.Options) *devstack.Stack {
	t.Helper()
	if o.Progress == nil {
		o.Progress = func(line string) { t.Log(line) }
	}
	if o.Accounts == nil {
		o.Accounts = KnowsScooter
	}
	s, err := devstack.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}
