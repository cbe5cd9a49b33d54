package protocol

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxPlate = 64

// Why a plate is refused.
var (
	ErrPlateEmpty     = errors.New("plate is empty")
	ErrPlateLong      = errors.New("plate is longer than 64 bytes")
	ErrPlateCharacter = errors.New("plate has a character that is not allowed")
	ErrPlateReserved  = errors.New("plate is the name of a shared topic")
)

// ValidPlate tells whether a vehicle number is safe as one MQTT topic level:
// the plate is the topic of a scooter, so a wildcard in it would be read by,
// or sent to, the whole fleet.
func ValidPlate(plate string) error {
	switch {
	case plate == "":
		return ErrPlateEmpty
	case len(plate) > maxPlate:
		return ErrPlateLong
	case plate == "bike" || plate == "o":
		return ErrPlateReserved
	case strings.TrimSpace(plate) != plate || !utf8.ValidString(plate):
		return ErrPlateCharacter
	}
	for _, r := range plate {
		switch {
		case r == '/' || r == '+' || r == '#' || r == '$':
			return ErrPlateCharacter
		case !unicode.IsPrint(r):
			return ErrPlateCharacter
		}
	}
	return nil
}
