package rider_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
)

func TestNamesFromElsewhere(t *testing.T) {
	for given, want := range map[string]string{
		"Ana":                          "Ana",
		"  María \t José\r\nRuiz ":     "María José Ruiz",
		"Ana\x00\x1b[31m":              "Ana[31m",
		"evil\u202eesrever":            "evilesrever",
		"\xff\xfeAna":                  "Ana",
		"":                             "",
		"\n":                           "",
		strings.Repeat("ñ", 100):       strings.Repeat("ñ", 80),
		strings.Repeat("a", 79) + " b": strings.Repeat("a", 79),
	} {
		require.Equal(t, want, rider.CleanName(given), "%q", given)
	}
}

func FuzzNamesFromElsewhere(f *testing.F) {
	f.Add("Ana\x00 \xff")
	f.Fuzz(func(t *testing.T, given string) {
		name := rider.CleanName(given)
		require.True(t, utf8.ValidString(name))
		require.LessOrEqual(t, utf8.RuneCountInString(name), 80)
		require.Equal(t, -1, strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }))
		require.Equal(t, name, rider.CleanName(name))
	})
}
