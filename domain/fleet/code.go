package fleet

import (
	"crypto/rand"
	"strings"
)

// codeAlphabet has no letter or digit that is easily taken for another on a scratched label: no 0 and O, 1, I and L, 2 and Z,
// 5 and S, 8 and B, U and V. It has 24 of them.
const codeAlphabet = "34679ACDEFGHJKMNPQRTUWXY"

// codeLength makes 24^10 codes: nobody guesses one, and none comes twice.
const codeLength = 10

// NewCode invents a code to print. It says nothing of the scooter that gets it.
func NewCode() string {
	const fair = 256 - 256%len(codeAlphabet) // bytes from here on would favour the first letters
	var code strings.Builder
	for raw := make([]byte, 2*codeLength); code.Len() < codeLength; {
		_, _ = rand.Read(raw) // never fails
		for _, b := range raw {
			if int(b) < fair && code.Len() < codeLength {
				code.WriteByte(codeAlphabet[int(b)%len(codeAlphabet)])
			}
		}
	}
	return code.String()
}

// CheckCode reports whether a code can be printed and read again. It must not be the plate, which anybody can see and count up.
func CheckCode(code, plate string) error {
	if !codePattern.MatchString(code) || strings.EqualFold(code, plate) {
		return ErrCodeInvalid
	}
	return nil
}
