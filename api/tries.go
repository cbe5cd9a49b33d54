package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"rodada/domain/limit"
	"rodada/domain/rider"
)

// tries is how often passwords of an audience may be tried. It knows of accounts only what was typed, so that an account that does
// not exist behaves like any other.
type tries struct {
	throttle Throttle // nil: as often as one likes
	audience rider.Audience
	secret   []byte
	backoff  limit.Backoff
}

// begin counts a try at an account: limit.ErrWait when it must wait.
func (t *tries) begin(ctx context.Context, email string) error {
	if t.throttle == nil {
		return nil
	}
	if wait := t.throttle.Try(ctx, t.login(ctx, email), t.backoff); wait > 0 {
		return limit.In(limit.ErrWait, wait)
	}
	return nil
}

// right forgets the wrong tries at an account whose owner has shown up; known: the address is the owner's from now on.
func (t *tries) right(ctx context.Context, email string, known bool) {
	if t.throttle != nil {
		t.throttle.Right(ctx, t.login(ctx, email), known)
	}
}

// login hides who it is: the counters of addresses that are known are kept for long.
func (t *tries) login(ctx context.Context, email string) limit.Login {
	return limit.Login{
		Account: t.hide("account", string(t.audience)+"\x00"+strings.ToLower(strings.TrimSpace(email))),
		Address: t.hide("address", household(addressFrom(ctx))),
	}
}

func (t *tries) hide(what, text string) string {
	mac := hmac.New(sha256.New, t.secret)
	mac.Write([]byte(what + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
