package firmware

import (
	"cmp"
	"slices"
	"strings"
)

// VersionLongest is how many characters a version may have.
const VersionLongest = 64

// CheckVersion reports whether a text can be a version that a box reports: ErrVersion.
func CheckVersion(version string) error {
	if version == "" || len(version) > VersionLongest || strings.ContainsFunc(version, func(r rune) bool { return !inVersion(r) }) {
		return ErrVersion
	}
	return nil
}

func inVersion(r rune) bool {
	return isDigit(r) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("._+-", r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// Compare orders versions, of which nobody knows the form: V1.9, FW_2024-05-01, 3.0.12b7. It is the natural order: both are
// cut into numbers and words, and compared piece by piece, numbers by their value and words without their case. What stands
// between pieces does not count, nor does a v before the first number. A piece that one of them has not is a 0. In one place
// alpha, beta, dev, pre and rc come before 0, then other words, then numbers: 1.0rc2, 1, 1.0b, 1.1. The answer is 0 for versions
// that are equal in this order, though they may be written in two ways.
func Compare(a, b string) int {
	x, y := pieces(a), pieces(b)
	for i := 0; i < len(x) || i < len(y); i++ {
		if c := comparePieces(pieceAt(x, i), pieceAt(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

// Same reports whether a box that reports one version runs the other: letter by letter, but for the blanks around.
func Same(reported, version string) bool {
	return strings.TrimSpace(reported) == strings.TrimSpace(version)
}

// pieces are the numbers and the words of a version, in small letters; numbers without zeros in front.
func pieces(version string) (list []string) {
	kind := func(r rune) int {
		switch {
		case isDigit(r):
			return 1
		case r >= 'a' && r <= 'z':
			return 2
		}
		return 0
	}
	of, start := 0, 0
	text := strings.ToLower(version) + " "
	for i, r := range text {
		if kind(r) == of {
			continue
		}
		switch of {
		case 1:
			list = append(list, cmp.Or(strings.TrimLeft(text[start:i], "0"), "0"))
		case 2:
			list = append(list, text[start:i])
		}
		of, start = kind(r), i
	}
	if len(list) > 1 && list[0] == "v" && isDigit(rune(list[1][0])) {
		return list[1:]
	}
	return list
}

func pieceAt(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "0"
}

func comparePieces(a, b string) int {
	byRank := cmp.Compare(rank(a), rank(b))
	if byRank == 0 && rank(a) == number {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}
	return cmp.Or(byRank, cmp.Compare(a, b))
}

// The ranks of pieces in one place.
const (
	before = iota // a release
	zero
	word
	number
)

func rank(piece string) int {
	switch {
	case piece == "0":
		return zero
	case isDigit(rune(piece[0])):
		return number
	case slices.Contains([]string{"alpha", "beta", "dev", "pre", "rc"}, piece):
		return before
	}
	return word
}
