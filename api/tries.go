package api

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"rodada/api/password"
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
	return t.at(ctx, t.login(ctx, email))
}

func (t *tries) at(ctx context.Context, l limit.Login) error {
	if t.throttle == nil {
		return nil
	}
	if wait := t.throttle.Try(ctx, l, t.backoff); wait > 0 {
		return limit.In(limit.ErrWait, wait)
	}
	return nil
}

// own looks at the password that somebody types who is logged in: limit.ErrWait, rider.ErrPassword. Wrong ones make their session wait, at
// every door that takes one, and nobody who logs in: whoever has stolen a token can't guess for long, nor lock its owner out.
func (t *tries) own(ctx context.Context, hasher *password.Hasher, typed, hash string) error {
	session := t.session(ctx)
	l := limit.Login{Account: session, Address: session}
	if err := t.at(ctx, l); err != nil {
		return err
	}
	same, err := hasher.Matches(ctx, typed, hash)
	switch {
	case err != nil:
		return err
	case !same:
		return rider.ErrPassword
	}
	if t.throttle != nil {
		t.throttle.Right(ctx, l)
	}
	return nil
}

// session is who is logged in, and nobody who is logged in elsewhere to the same account.
func (t *tries) session(ctx context.Context) string {
	return t.hide("session", string(t.audience)+"\x00"+cmp.Or(sessionFrom(ctx), subjectFrom(ctx)))
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
