package event

import "rodada/protocol"

// Flaw is why a position can't be believed; none: it can. What is flawed goes into the history and nowhere else: no fare,
// no zone and no map rests on it.
type Flaw string

// The flaws.
const (
	NoFlaw     Flaw = ""
	NoFix      Flaw = "no_fix"      // the box does not know where it is; the point is zero
	NullIsland Flaw = "null_island" // 0/0, or next to it: what a receiver says before it knows
	ByCells    Flaw = "lbs"         // by radio cells: hundreds of metres off
	Old        Flaw = "clock"       // by its clock of days ago, which may be so
	Jump       Flaw = "jump"        // further from the last good place than any scooter drives
)

// Flaws are all of them.
func Flaws() []Flaw { return []Flaw{NoFix, NullIsland, ByCells, Old, Jump} }

// nullIsland is how near to 0/0 in degrees, about 1 km in the sea, is 0/0.
const nullIsland = 0.01

// flaw is what a position shows by itself. Jumps and clocks take a Judge.
func (p Position) flaw() Flaw {
	switch {
	case p.Point.Lat > -nullIsland && p.Point.Lat < nullIsland && p.Point.Lng > -nullIsland && p.Point.Lng < nullIsland:
		return NullIsland
	case p.Source == protocol.LBS:
		return ByCells
	}
	return NoFlaw
}
