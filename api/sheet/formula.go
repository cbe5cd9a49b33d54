package sheet

import (
	"strconv"
	"strings"
)

// A cell that begins with one of these is a formula to a spreadsheet, which then may run what somebody else has written.
const formulaStarts = "=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20"

func isFormula(cell string) bool {
	for i, r := range cell {
		return i == 0 && strings.ContainsRune(formulaStarts, r)
	}
	return false
}

// escape puts an apostrophe before what a spreadsheet would take for a formula; numbers stay numbers. A text that begins with
// apostrophes before one gets one more, so that unescape gives back what was.
func escape(cell string) string {
	if _, err := strconv.ParseFloat(cell, 64); err == nil && !strings.ContainsAny(cell, "xXpPiInN_") {
		return cell
	}
	if isFormula(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// unescape takes away the apostrophe that escape has put there.
func unescape(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && isFormula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return cell
}
