package protocol_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

func TestValidPlate(t *testing.T) {
	for plate, want := range map[string]error{
		"12AB":                  nil,
		"000003":                nil,
		"123456789888888":       nil,
		"Bike":                  nil,
		"ÑU 7":                  nil,
		strings.Repeat("x", 64): nil,
		"":                      protocol.ErrPlateEmpty,
		strings.Repeat("x", 65): protocol.ErrPlateLong,
		"bike":                  protocol.ErrPlateReserved,
		"o":                     protocol.ErrPlateReserved,
		"a/b":                   protocol.ErrPlateCharacter,
		"+":                     protocol.ErrPlateCharacter,
		"a#":                    protocol.ErrPlateCharacter,
		"$SYS":                  protocol.ErrPlateCharacter,
		" 12AB":                 protocol.ErrPlateCharacter,
		"12AB\n":                protocol.ErrPlateCharacter,
		"12\x00AB":              protocol.ErrPlateCharacter,
		"12\u200bAB":            protocol.ErrPlateCharacter, // an invisible blank
		"12\u202eAB":            protocol.ErrPlateCharacter, // turns the rest around
		"12\xffAB":              protocol.ErrPlateCharacter,
	} {
		require.ErrorIs(t, protocol.ValidPlate(plate), want, "%q", plate)
	}
}
