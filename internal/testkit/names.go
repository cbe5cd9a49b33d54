package testkit

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// unique is a short name that no other test, of any run, has.
func unique() string { return strings.ReplaceAll(uuid.NewString(), "-", "")[:16] }

// Plate is the number of a scooter that only this test knows.
func Plate(t testing.TB) string {
	t.Helper()
	return "T" + strings.ToUpper(unique())
}
