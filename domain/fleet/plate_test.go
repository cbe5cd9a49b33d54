package fleet_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/fleet"
)

func TestAPlateIsATopicAndAPartOfAnAddress(t *testing.T) {
	for _, plate := range []string{"12AB", "MAD-0001", "a.b", "ñ-1", "...", strings.Repeat("A", 64)} {
		require.NoError(t, fleet.CheckPlate(plate), plate)
	}
	for plate, why := range map[string]string{
		"": "empty", strings.Repeat("A", 65): "long",
		".": "reserved", "..": "reserved", "bike": "reserved", "O": "reserved", "Import": "reserved", "rodada": "reserved", "Rodada-7": "reserved", "export": "reserved", "qr-sheet": "reserved",
		"LIST": "reserved", "help": "reserved",
		"a?b": "character", "a%2": "character", "a#b": "character", "a/b": "character", "a b": "character", " a": "character", "a+b": "character",
		"$a": "character", "a\u202eb": "character", "a\x00": "character", "a\xff": "character",
	} {
		err := fleet.CheckPlate(plate)
		require.ErrorIs(t, err, fleet.ErrPlateInvalid, "%q", plate)
		f, _ := fault.From(err)
		require.Equal(t, why, f.Details["why"], "%q", plate)
	}
}
