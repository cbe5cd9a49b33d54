package person_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/person"
)

func TestPasswords(t *testing.T) {
	for _, good := range []string{
		"correct horse battery", "brand new password", "not this one, please", "rodada-rider-4711", "Tr0ub4dor&3x", "contraseña de mi perro", "7KQ2MXR4TBZZ",
		"пароль для самоката", "密码是四个字呀再来几个", "4JQXAHJ7Q2TZ5M3WVYK6GPD7NE", "k8!Wz0p-2vQ", "8#4!9@2$7%1",
	} {
		require.NoError(t, person.CheckPassword(good, "ana@example.com", "Ana", "Ruiz"), good)
	}
	for _, weak := range []string{
		"", "          ", "aaaaaaaaaaaa", "121212121212", "abcabcabcabc", "1234567890", "0987654321", "19-11-1985", "2511198512", "qwertyuiop", "poiuytrewq", "abcdefghijkl",
		"password123", "PASSWORD1234!", "passwordpassword", "Contraseña2024", "contrasen\u0303a2024", "iloveyou1234", "1q2w3e4r5t", "qwerty123456", "ｐａｓｓｗｏｒｄ１２", "!!!admin2026",
		"anaruiz@example.com", "anaruiz12345", "Rodada12345", "abcd12345678",
	} {
		require.ErrorIs(t, person.CheckPassword(weak, "anaruiz@example.com", "Ana", "Ruiz"), person.ErrPasswordWeak, weak)
	}
	for _, text := range []string{"correct horse\x00battery", "correct\nhorse battery", "correct horse \u202eyrettab", "correct horse \xff"} {
		require.ErrorIs(t, person.CheckPassword(text), person.ErrPasswordText, "%q", text)
	}
}

// What is repeated, or goes on with digits, is no better than what it is made of; and a random one is good.
func TestPasswordsOfParts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		unit := rapid.StringMatching(`[a-z0-9ñ]{1,4}`).Draw(r, "unit")
		require.ErrorIs(r, person.CheckPassword(strings.Repeat(unit, rapid.IntRange(10, 40).Draw(r, "times"))), person.ErrPasswordWeak)
		require.ErrorIs(r, person.CheckPassword("Password"+rapid.StringMatching(`[0-9!.*]{2,20}`).Draw(r, "end")), person.ErrPasswordWeak)
		random := rapid.StringMatching(`[a-z]{3}[0-9][A-Z]{3}-[a-z]{3}[0-9][a-z]{3}`).Draw(r, "random")
		if random[:7] != random[8:] {
			require.NoError(r, person.CheckPassword(random))
		}
	})
}
