package protocol

// ParseFix reads the position of a report (19, g) by itself, as it stands in Message.Values. It has no time.
func ParseFix(text string) (Fix, error) {
	fix, reason := parseFix(text)
	if reason != "" {
		return Fix{}, &DecodeError{Code: PositionReport, Field: "g", Reason: reason}
	}
	return fix, nil
}
