package staff

import (
	"strings"
	"unicode/utf8"

	"rodada/domain/fault"
	"rodada/domain/wording"
)

// The shortest and the longest reason, in characters, without the blanks around it.
const (
	ReasonShortest = 3
	ReasonLongest  = 500
)

// ErrReason is the answer to a reason that is none.
var ErrReason = fault.Declare(fault.Invalid, "reason_invalid", "A reason has 3 to 500 characters that can be read, in one line.")

// Reason is why staff do something, as histories and the audit log keep it: without blanks around it. A text that says
// nothing, or that shows another thing than it says, is none: ErrReason.
func Reason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < ReasonShortest || n > ReasonLongest || !wording.Readable(text) {
		return "", ErrReason
	}
	return text, nil
}
