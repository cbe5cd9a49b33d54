package fleet_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
)

func TestParseQR(t *testing.T) {
	for content, want := range map[string]string{
		"R7K2-09":                              "R7K2-09",
		"  R7K2\n":                             "R7K2",
		"https://rodada.example/s/R7K2":        "R7K2",
		"https://rodada.example/s/R7K2/":       "R7K2",
		"https://rodada.example/s/R7K2?from=x": "R7K2",
		"https://rodada.example/s/R7K2#top":    "R7K2",
		strings.Repeat("a", 40):                strings.Repeat("a", 40),
	} {
		got, err := fleet.ParseQR(content)
		require.NoError(t, err, content)
		require.Equal(t, want, got, content)
	}
	for _, content := range []string{
		"", " ", "abc", "a b c d", "ñandú", "R7K2'--", "http://rodada.example/R7K2", "https://", "https://rodada.example/s/?R7K2",
		strings.Repeat("a", 41), "https://rodada.example/" + strings.Repeat("a/", 300) + "R7K2", "R7K2\x00",
		"https://rodada.example", "https://localhost", "https://localhost/",
	} {
		_, err := fleet.ParseQR(content)
		require.ErrorIs(t, err, fleet.ErrQRInvalid, "%q", content)
	}
}

var code = regexp.MustCompile(`\A[0-9A-Za-z_-]{4,40}\z`)

func FuzzParseQR(f *testing.F) {
	for _, seed := range []string{"R7K2", "https://rodada.example/s/R7K2?x=1", "https:///", " R7K2\n", "https://a/?/b", "https://a/b#c/defg"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		got, err := fleet.ParseQR(content)
		if err != nil {
			require.ErrorIs(t, err, fleet.ErrQRInvalid)
			require.Empty(t, got)
			return
		}
		require.Regexp(t, code, got)
		require.Contains(t, content, got)
		again, err := fleet.ParseQR(got)
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		service fleet.Service
		hold    fleet.Hold
		want    string
	}{
		{fleet.InService, fleet.Free, "available"},
		{fleet.InService, fleet.InUse, "in_use"},
		{fleet.Maintenance, fleet.Securing, "securing"},
		{fleet.Maintenance, fleet.Free, "maintenance"},
		{fleet.Retired, fleet.Free, "retired"},
	} {
		require.Equal(t, c.want, fleet.Scooter{Service: c.service, Hold: c.hold}.Status())
	}
}
