package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"time"

	"rodada/domain/fault"
)

// The faults of the second factor.
var (
	ErrCodeMissing  = fault.Declare(fault.Forbidden, "second_factor_missing", "This account has a second factor: send its code too.")
	ErrCodeWrong    = fault.Declare(fault.Forbidden, "second_factor_wrong", "The code is wrong, too old, or was used already.")
	ErrCodeWait     = fault.Declare(fault.Limited, "second_factor_wait", "There were too many wrong codes. Wait a while.")
	ErrFactorNeeded = fault.Declare(fault.Forbidden, "second_factor_required", "That needs an account with a second factor. Set one up first.")
	ErrFactorNone   = fault.Declare(fault.Conflict, "second_factor_none", "This account has no second factor, or has begun none.")
	ErrFactorNoKey  = fault.Declare(fault.Unavailable, "second_factor_no_key", "Second factors need a key to seal their secrets with: RODADA_SEAL_KEYS.")
)

// FactorPurpose is what the secret of an account's second factor is sealed for.
func FactorPurpose(id string) string { return "totp/" + id }

// CodeCheck looks up a code: the moment that it is of, as a number that grows; false: it is the code of no moment about now.
type CodeCheck func(sealed string) (step int64, ok bool, err error)

// CodeWait is how long no code is looked at after so many wrong ones in a row: nobody tries a million.
func CodeWait(misses int) time.Duration {
	const free, longest = 5, time.Hour
	if misses < free {
		return 0
	}
	return min(longest, time.Minute<<min(misses-free, 10))
}

const recoveryCodes = 10

// RecoveryCodes makes codes of 80 bits for an account whose device is gone, and what is stored of them.
func RecoveryCodes() (shown []string, hashes [][]byte) {
	for range recoveryCodes {
		text := strings.ToLower(rand.Text()[:16])
		text = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		hash, _ := RecoveryHash(text)
		shown, hashes = append(shown, text), append(hashes, hash)
	}
	return shown, hashes
}

// RecoveryHash is what is stored of a recovery code; false: it can be none.
func RecoveryHash(typed string) (hash []byte, ok bool) {
	text := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(typed))
	if len(text) != 16 {
		return nil, false
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:], true
}
