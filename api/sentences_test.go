package api_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
	_ "rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/firmware"
	_ "rodada/domain/money"
	_ "rodada/domain/zone"
)

// TestEveryFaultHasASpanishSentence walks the whole vocabulary of the packages behind the API.
func TestEveryFaultHasASpanishSentence(t *testing.T) {
	faults := fault.All()
	require.Greater(t, len(faults), 30)
	for code, f := range faults {
		t.Run(code, func(t *testing.T) {
			require.NotEmpty(t, api.Spanish(code), "say it in sentences.go")
			require.NotEqual(t, f.Message, api.Spanish(code))
			require.NotZero(t, api.StatusOf(f.Kind))
		})
	}
}

func TestEveryCodeOfHTTPHasBothSentences(t *testing.T) {
	for code, english := range api.PlainEnglish() {
		require.NotEmpty(t, english)
		require.NotEmpty(t, api.Spanish(code), code)
	}
}

func TestNoSentenceIsLeftOver(t *testing.T) {
	for _, code := range api.SpanishCodes() {
		_, isFault := fault.Lookup(code)
		_, isPlain := api.PlainEnglish()[code]
		require.True(t, isFault || isPlain, "nothing says %s any more", code)
	}
}

func TestEveryKindOfFaultHasItsStatus(t *testing.T) {
	for kind, status := range map[fault.Kind]int{
		fault.Malformed: 400, fault.Invalid: 422, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409,
		fault.PaymentRequired: 402, fault.Refused: 422, fault.Silent: 504, fault.Unavailable: 503, fault.Limited: 429,
	} {
		require.Equal(t, status, api.StatusOf(kind), kind)
	}
}

// Each has the same place for what was said, and the same numbers.
func TestEveryFlawOfAPlanHasBothSentences(t *testing.T) {
	facts := regexp.MustCompile(`[0-9]+|<>`)
	for _, what := range firmware.FlawKinds() {
		english, spanish := firmware.Flaw{What: what, Said: "<>"}.String(), firmware.Flaw{Said: "<>"}.Say(api.SpanishPlan(what))
		require.NotEmpty(t, spanish, what)
		require.ElementsMatch(t, facts.FindAllString(english, -1), facts.FindAllString(spanish, -1), what)
		require.NotContains(t, english+spanish, "%")
	}
}
