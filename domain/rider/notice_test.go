package rider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
)

func TestNoticesSpeakBothLanguages(t *testing.T) {
	for _, k := range rider.NoticeKinds() {
		require.NotEmpty(t, k.Words("en"), k)
		require.NotEmpty(t, k.Words("es"), k)
		require.NotEqual(t, k.Words("en"), k.Words("es"), k)
		require.Equal(t, k.Words("en"), k.Words("fr"), k)
	}
}
