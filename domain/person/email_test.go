package person_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/person"
)

func TestEmails(t *testing.T) {
	long := strings.Repeat("a", 63)
	for typed, want := range map[string]string{
		"ana@example.com": "ana@example.com", " \tAna.Ruiz+scooter@Sub.Example.ES\n": "ana.ruiz+scooter@sub.example.es", "n\u0303andu@example.com": "ñandu@example.com",
		"ana@MÜNCHEN.de": "ana@xn--mnchen-3ya.de", "ana@xn--mnchen-3ya.de": "ana@xn--mnchen-3ya.de", "ana@ejemplo。com": "ana@ejemplo.com",
		"o'neill@example.com": "o'neill@example.com", "ana@" + long + ".com": "ana@" + long + ".com", "ana@example.xn--p1ai": "ana@example.xn--p1ai",
	} {
		got, err := person.Email(typed)
		require.NoError(t, err, typed)
		require.Equal(t, want, got)
		require.Equal(t, want, person.LogIn(typed))
	}
	for _, typed := range []string{
		"", "ana", "ana@", "@example.com", "Ana <ana@example.com>", "ana@example.com, eva@example.com", `"a b"@example.com`, "ana@exa mple.com",
		strings.Repeat("a", 250) + "@example.com", strings.Repeat("a", 65) + "@example.com", "ana@example.com\nBcc: eva@example.com",
		"ana@localhost", "ana@example", "ana@example.", "ana@.com", "ana@example..com", "ana@-example.com", "ana@example-.com", "ana@exa_mple.com",
		"ana@127.0.0.1", "ana@[127.0.0.1]", "ana@example.123", "ana@" + long + "a.com", "ana@xn--.com", "ana@xn--a.com", "a\u202ena@example.com", "ana\x00@example.com",
		"an\u200ba@example.com", "ana@exam\u00adple.co m", "ana.@example.com", ".ana@example.com", "a..na@example.com", "ana@eva@example.com", "ana\xff@example.com",
	} {
		_, err := person.Email(typed)
		require.ErrorIs(t, err, person.ErrEmail, "%q", typed)
	}
	require.Equal(t, "root@localhost", person.LogIn(" Root@localhost\x00 "), "an account of before is found, and nothing that can't be looked up")
}

// However somebody types an address, it is the same one.
func TestAnAddressIsOne(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		email := rapid.StringMatching(`[a-zñé0-9]{1,10}(\.[a-z0-9+-]{1,5})?@[a-z0-9]{1,10}(-[a-z]{1,3})?\.[a-z]{2,6}`).Draw(r, "email")
		typed := strings.Map(func(c rune) rune {
			if rapid.Bool().Draw(r, "capital") {
				return unicode.ToUpper(c)
			}
			return c
		}, email)
		typed = rapid.StringMatching(`[ \t]{0,2}`).Draw(r, "before") + typed + rapid.StringMatching(`[ \n]{0,2}`).Draw(r, "after")
		got, err := person.Email(typed)
		require.NoError(r, err, "%q", typed)
		require.Equal(r, email, got)
	})
}

func FuzzEmails(f *testing.F) {
	for _, seed := range []string{"ana@example.com", "İ@example.com", "ana@ß.de", "ana@xn--a.com", "a@\u202e.com", "ǅ@e\u0301.es"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		email, err := person.Email(typed)
		if err != nil {
			require.ErrorIs(t, err, person.ErrEmail)
			require.NotContains(t, person.LogIn(typed), "\x00")
			return
		}
		again, err := person.Email(email)
		require.NoError(t, err)
		require.Equal(t, email, again)
		require.LessOrEqual(t, len(email), 254)
		require.Equal(t, -1, strings.IndexFunc(email, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d'
		}))
		_, host, _ := strings.Cut(email, "@")
		require.Regexp(t, `^[a-z0-9-]+(\.[a-z0-9-]+)+$`, host)
	})
}
