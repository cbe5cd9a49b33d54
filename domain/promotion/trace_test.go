package promotion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/promotion"
	"rodada/domain/rider"
)

func TestTracesKnowAMailboxAndALogin(t *testing.T) {
	key := []byte("key")
	of := func(email string) string { return promotion.Traces(key, email, nil)[0] }
	for _, same := range []string{"ana@example.com", " Ana@EXAMPLE.com", "ana+promo@example.com", "ana+@example.com"} {
		require.Equal(t, of("ana@example.com"), of(same), same)
	}
	for _, other := range []string{"a.na@example.com", "anna@example.com", "ana@example.org", "ana@example.com.evil.org"} {
		require.NotEqual(t, of("ana@example.com"), of(other), other)
	}
	require.Equal(t, of("anaruiz@gmail.com"), of("Ana.Ruiz+x@googlemail.com"))
	require.Empty(t, promotion.Traces(key, "", nil))

	all := promotion.Traces(key, "ana@example.com", []rider.Link{{Service: "google", Subject: "1"}, {Service: "x", Subject: "1"}})
	require.Len(t, all, 3)
	require.NotEqual(t, all[1], all[2], "a subject is of its service")
	require.NotEqual(t, all, promotion.Traces([]byte("another"), "ana@example.com", []rider.Link{{Service: "google", Subject: "1"}, {Service: "x", Subject: "1"}}))
	require.NotContains(t, all[0], "ana")
}
