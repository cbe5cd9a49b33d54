package person_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"rodada/domain/person"
	"rodada/domain/wording"
)

func TestNames(t *testing.T) {
	for typed, want := range map[string]string{
		"Ana": "Ana", "  María  José ": "María José", "Jose\u0301": "José", "O’Neill-Ruiz Jr.": "O’Neill-Ruiz Jr.", "-": "-", "李": "李",
		"علی\u200cرضا": "علی\u200cرضا", strings.Repeat("ñ", 80): strings.Repeat("ñ", 80),
	} {
		got, err := person.Name(typed)
		require.NoError(t, err, "%q", typed)
		require.Equal(t, want, got)
	}
	for _, typed := range []string{
		"", " ", "\u00a0", "\u3164", "\u2800", "\u200b", "\u0301", "Ana\x00", "Ana\nBcc: x", "Ana\tRuiz", "A\u202eanA", "\u2067Ana", "Ana\u200b", "\xff", "\u200d",
		strings.Repeat("a", 81),
	} {
		_, err := person.Name(typed)
		require.ErrorIs(t, err, person.ErrName, "%q", typed)
	}
}

func TestNamesFromElsewhere(t *testing.T) {
	for given, want := range map[string]string{
		"Ana":                          "Ana",
		"  María \t José\r\nRuiz ":     "María José Ruiz",
		"Ana\x00\x1b[31m":              "Ana[31m",
		"evil\u202eesrever":            "evilesrever",
		"\xff\xfeAna":                  "Ana",
		"":                             "",
		"\n":                           "",
		"\u0301":                       "",
		strings.Repeat("ñ", 100):       strings.Repeat("ñ", 80),
		strings.Repeat("a", 79) + " b": strings.Repeat("a", 79),
	} {
		require.Equal(t, want, person.CleanName(given), "%q", given)
	}
}

func FuzzNames(f *testing.F) {
	f.Add("Ana\x00 \xff")
	f.Add("Jose\u0301 \u202e")
	f.Fuzz(func(t *testing.T, given string) {
		for _, keep := range []func(string) (string, error){person.Name, func(s string) (string, error) { return person.CleanName(s), nil }} {
			name, err := keep(given)
			if err != nil || name == "" {
				continue
			}
			require.True(t, wording.Readable(name))
			require.True(t, norm.NFC.IsNormalString(name))
			require.LessOrEqual(t, utf8.RuneCountInString(name), person.NameLongest)
			require.Equal(t, -1, strings.IndexFunc(name, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }))
			again, err := person.Name(name)
			require.NoError(t, err)
			require.Equal(t, name, again)
		}
	})
}
