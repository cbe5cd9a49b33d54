// Package onetime makes and reads the codes of a second factor: six digits that a device works out from a shared secret and the time
// (RFC 6238), as every authenticator app does.
package onetime

import (
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

const (
	issuer  = "Rodada"
	seconds = 30 // that a code is of
	around  = 1  // codes before and after the present one that are taken: clocks differ
)

// New makes a secret for an account, and the address by which an app takes it in.
func New(account string) (secret, address string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Period: seconds, SecretSize: 20})
	if err != nil {
		return "", "", fmt.Errorf("onetime: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// Step is the number of the half minute that a code is of, about now; false: it is of none.
func Step(secret, code string, now time.Time) (step int64, ok bool, err error) {
	present := now.Unix() / seconds
	for step := present - around; step <= present+around; step++ {
		want, err := Code(secret, time.Unix(step*seconds, 0))
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true, nil
		}
	}
	return 0, false, nil
}

// Code is what the device shows at a time.
func Code(secret string, at time.Time) (string, error) {
	code, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: seconds, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("onetime: %w", err)
	}
	return code, nil
}
