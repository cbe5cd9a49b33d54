package letter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestEveryLetterHasWordsInBothLanguages(t *testing.T) {
	for _, kind := range letter.Kinds() {
		var said [2]string
		for i, language := range []string{"en", "es"} {
			subject, body := letter.Letter{Kind: kind, Language: language, Code: "123456", Service: "Google"}.Words()
			require.NotEmpty(t, subject, kind)
			require.NotContains(t, subject, "\n", kind)
			require.NotContains(t, subject, "123456", "who looks at a locked screen sees it")
			require.NotContains(t, body, "{", kind)
			said[i] = subject + body
		}
		require.NotEqual(t, said[0], said[1], kind)
		coded := kind == letter.Register || kind == letter.Reset || kind == letter.ChangeEmail || kind == letter.ProveSelf
		require.Equal(t, coded, strings.Contains(said[0], "123456"), kind)
		require.Equal(t, coded, strings.Contains(said[1], "123456"), kind)
	}
}

func TestAnEnvelopeKeepsItsLetter(t *testing.T) {
	l := letter.Letter{ID: "1", Kind: letter.Register, Language: "es", To: "ana@example.com", Code: "123456", ExpiresAt: noon}
	plain, err := l.Close(nil)
	require.NoError(t, err)
	got, err := plain.Open(nil)
	require.NoError(t, err)
	require.Equal(t, l, got)

	seal := func(secret, purpose string) (string, error) { return "sealed:" + purpose + "|" + secret, nil }
	open := func(sealed, purpose string) (string, error) {
		secret, fits := strings.CutPrefix(sealed, "sealed:"+purpose+"|")
		if !fits {
			return "", errors.New("sealed for something else")
		}
		return secret, nil
	}
	sealed, err := l.Close(seal)
	require.NoError(t, err)
	got, err = sealed.Open(open)
	require.NoError(t, err)
	require.Equal(t, l, got)
	_, err = sealed.Open(nil)
	require.ErrorIs(t, err, letter.ErrSealed)
	sealed.ID = "2"
	_, err = sealed.Open(open)
	require.ErrorContains(t, err, "something else", "a letter is no other's")
}

func TestLettersAreTriedForADayAndNeverTooLate(t *testing.T) {
	now, tries := noon, 0
	for e := (letter.Envelope{Attempts: 1}); ; e.Attempts++ {
		next, again := e.TryAgain(now)
		if !again {
			break
		}
		require.True(t, next.After(now))
		now, tries = next, tries+1
	}
	require.Equal(t, 9, tries)
	require.Greater(t, now.Sub(noon), 22*time.Hour)

	short := letter.Envelope{Attempts: 3, ExpiresAt: noon.Add(2 * time.Minute)}
	_, again := short.TryAgain(noon)
	require.False(t, again, "it would come when its code is over")
	require.True(t, short.Over(noon.Add(2*time.Minute)))
	require.False(t, short.Over(noon))
	require.False(t, letter.Envelope{}.Over(noon))
}
