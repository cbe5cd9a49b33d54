package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"rodada/domain/limit"
	"rodada/domain/person"
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

// right takes back a try whose password was right.
func (t *tries) right(ctx context.Context, email string) {
	if t.throttle != nil {
		t.throttle.Right(ctx, t.login(ctx, email))
	}
}

// reset forgets the wrong tries at an account that got another password.
func (t *tries) reset(ctx context.Context, email string) {
	if t.throttle != nil {
		t.throttle.Reset(ctx, t.login(ctx, email))
	}
}

// meet makes the address that asks the owner's from now on.
func (t *tries) meet(ctx context.Context, email string) {
	if t.throttle != nil && email != "" {
		t.throttle.Meet(ctx, t.login(ctx, email))
	}
}

// met reports whether the address that asks is an owner's.
func (t *tries) met(ctx context.Context, email string) bool {
	return t.throttle != nil && t.throttle.Met(ctx, t.login(ctx, email))
}

// login hides who it is: the counters of addresses that are known are kept for long.
func (t *tries) login(ctx context.Context, email string) limit.Login {
	return limit.Login{
		Account: t.hide("account", string(t.audience)+"\x00"+person.LogIn(email)),
		Address: t.asker(ctx),
	}
}

// asker is the address that asks, as far as it counts as one.
func (t *tries) asker(ctx context.Context) string {
	return t.hide("address", household(addressFrom(ctx)))
}

func (t *tries) hide(what, text string) string {
	mac := hmac.New(sha256.New, t.secret)
	mac.Write([]byte(what + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
