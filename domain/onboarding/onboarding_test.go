package onboarding_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/onboarding"
)

func TestSameIMEI(t *testing.T) {
	require.True(t, onboarding.SameIMEI("860000000000001", "860000000000001"))
	require.True(t, onboarding.SameIMEI("86-000000-000000-1", " 860000000000001 "))
	require.False(t, onboarding.SameIMEI("860000000000001", "860000000000002"))
	require.False(t, onboarding.SameIMEI("860000000000001", ""))
}

func TestOver(t *testing.T) {
	for _, s := range onboarding.States() {
		require.Equal(t, s == onboarding.Done || s == onboarding.Aborted, s.Over(), s)
	}
}
