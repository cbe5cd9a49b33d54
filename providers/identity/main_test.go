package identity_test

import (
	"testing"

	"rodada/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
