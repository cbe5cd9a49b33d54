package firmware_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/firmware"
)

func TestVersionsInTheirOrder(t *testing.T) {
	for _, ascending := range [][]string{
		{"1.9", "1.10", "2"},
		{"V1.9", "v1.10", "V2.0.1"},
		{"1.0alpha", "1.0-beta2", "1.0-beta10", "1.0.rc1", "1.0", "1.0b", "1.1"},
		{"FW_2023-12-31", "FW_2024-05-01", "FW_2024-05-01_hotfix", "FW_2024-05-01_2"},
		{"3.0.12b7", "3.0.12b12", "3.0.13"},
		{"", "1"},
		{"99999999999999999999998", "99999999999999999999999"},
	} {
		for i, a := range ascending {
			for j, b := range ascending {
				got := firmware.Compare(a, b)
				switch {
				case i < j:
					require.Negative(t, got, "%s < %s", a, b)
				case i > j:
					require.Positive(t, got, "%s > %s", a, b)
				default:
					require.Zero(t, got)
				}
			}
		}
	}
	for _, equal := range [][2]string{{"1.0", "1"}, {"1.0", "1.0.0"}, {"v1.2", "1.2"}, {"1_2", "1.2"}, {"1.02", "1.2"}, {"A1", "a1"}, {"", "0"}} {
		require.Zero(t, firmware.Compare(equal[0], equal[1]), "%s = %s", equal[0], equal[1])
	}
	require.NotZero(t, firmware.Compare("v", "w"))
}

// However boxes write their versions, sorting them gives one answer.
func TestTheOrderOfVersionsIsOne(t *testing.T) {
	version := rapid.StringMatching(`[vV]?([0-9]{1,3}|alpha|rc|b|[._-]){0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := version.Draw(t, "a"), version.Draw(t, "b"), version.Draw(t, "c")
		require.Zero(t, firmware.Compare(a, a))
		require.Equal(t, firmware.Compare(a, b), -firmware.Compare(b, a))
		if firmware.Compare(a, b) <= 0 && firmware.Compare(b, c) <= 0 {
			require.LessOrEqual(t, firmware.Compare(a, c), 0)
		}
	})
}

func TestWhatAVersionMayBe(t *testing.T) {
	for _, good := range []string{"1", "V1.9-rc.2+b7", "FW_2024", strings.Repeat("9", 64)} {
		require.NoError(t, firmware.CheckVersion(good), good)
	}
	for _, bad := range []string{"", " ", "1 2", "1\n", "ñ", "1/2", `"`, "\x00", strings.Repeat("9", 65)} {
		require.ErrorIs(t, firmware.CheckVersion(bad), firmware.ErrVersion, "%q", bad)
	}
}

// What a box reports may be anything.
func FuzzCompare(f *testing.F) {
	f.Add("V1.9", "1.10rc2")
	f.Add("\xff1", "é0\x00")
	f.Fuzz(func(t *testing.T, a, b string) {
		require.Equal(t, firmware.Compare(a, b), -firmware.Compare(b, a))
		require.Zero(t, firmware.Compare(a, a))
	})
}
