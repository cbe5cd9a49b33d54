package wording_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/wording"
)

func TestReadable(t *testing.T) {
	for _, text := range []string{
		"", "Old town", "Casco antiguo, 2.ª fase", "区域🛴é", "ناحیهٔ می\u200cخواهم", "क्\u200dष", "र्\u200dय", "👩\u200d🚒", "👩🏽\u200d🚒", "🏳️\u200d🌈", "👨\u200d👩\u200d👧 school", "❤️\u200d🔥",
	} {
		require.True(t, wording.Readable(text), "%q", text)
	}
	for _, text := range []string{
		"a\nb", "a\x1b[31m", "nul\x00", "\xff", "a\u202eb", "\u2066a\u2069", "\u200fa", "a\u2028b", "a\u200bb", "\ufeffa", "soft\u00adhyphen",
		"pay\u200dpal", "pay\u200cpal", "па\u200dпа", "\u200d👩", "👩\u200d", "👩\u200d\u200d🚒", "می\u200c \u200cx", "a \u200d b",
	} {
		require.False(t, wording.Readable(text), "%q", text)
	}
}

// Whatever is readable stays so when it is put together with a blank, and a control anywhere spoils it.
func TestAControlAnywhereSpoilsAText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Filter(wording.Readable).Draw(t, "text")
		require.True(t, wording.Readable(text+" "+text))
		spoiler := rapid.SampledFrom([]string{"\u202e", "\u2066", "\x00", "\n", "\u2028", "\u200b", "\x7f"}).Draw(t, "spoiler")
		at := rapid.IntRange(0, len([]rune(text))).Draw(t, "at")
		runes := []rune(text)
		require.False(t, wording.Readable(string(runes[:at])+spoiler+string(runes[at:])))
	})
}
