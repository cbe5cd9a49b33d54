package fleet

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rodada/domain/credential"
)

// plateLongest is in bytes, as the boxes count.
const plateLongest = 64

// reservedPlates are words that stand where a plate does: topics that scooters share, and addresses and arguments of ours.
// No plate may be one of them, whatever the case.
var reservedPlates = []string{".", "..", "bike", "export", "help", "import", "list", "o", "qr-sheet", "stream"}

// CheckPlate reports whether a new vehicle number can be one: a topic of its own at the broker, a part of an address that
// needs no escaping, and a text that people tell from others, and no name of the backend's at the broker. Of ErrPlateInvalid the detail "why" says which part is wrong.
func CheckPlate(plate string, backend ...string) error {
	wrong := func(why string) error { return ErrPlateInvalid.With("why", why) }
	switch {
	case plate == "":
		return wrong("empty")
	case len(plate) > plateLongest:
		return wrong("long")
	case slices.Contains(reservedPlates, Fold(plate)), credential.CheckFree(plate, backend...) != nil:
		return wrong("reserved")
	case !utf8.ValidString(plate), strings.IndexFunc(plate, unfit) >= 0:
		return wrong("character")
	}
	return nil
}

// unfit is a character that the broker, an address or a person would take for something else.
func unfit(r rune) bool {
	return strings.ContainsRune(`/\+#$?%&;"<>{}|^`+"`", r) || unicode.IsSpace(r) || !unicode.IsGraphic(r)
}

// Named is a plate that a scooter had, from when to when. Two of them overlap while a renumbering goes on, for the box changes
// its mind somewhere in it.
type Named struct {
	Plate string
	From  time.Time // zero: as long as anybody knows
	To    time.Time // zero: it has it still
}
