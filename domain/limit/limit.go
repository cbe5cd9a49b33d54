// Package limit says how often something may be done. It counts nothing itself: package throttle does.
package limit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rodada/domain/fault"
)

// Quota is how often something may be done in a while. The zero Quota is no limit.
type Quota struct {
	Count int
	Per   time.Duration
}

// maxPer bounds the while, so that what is counted is forgotten some day.
const maxPer = 24 * time.Hour

var errQuota = errors.New("must be a number and a time such as 60/1m, or 0 for no limit")

// Parse reads 60/1m; 0 is no limit.
func Parse(text string) (Quota, error) {
	if text == "0" {
		return Quota{}, nil
	}
	count, per, ok := strings.Cut(text, "/")
	if !ok {
		return Quota{}, errQuota
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return Quota{}, errQuota
	}
	d, err := time.ParseDuration(per)
	if err != nil || d < time.Second || d > maxPer {
		return Quota{}, errQuota
	}
	return Quota{Count: n, Per: d}, nil
}

// UnmarshalText is Parse for settings.
func (q *Quota) UnmarshalText(text []byte) (err error) {
	*q, err = Parse(string(text))
	return err
}

// None reports whether there is no limit.
func (q Quota) None() bool { return q.Count == 0 }

func (q Quota) String() string {
	if q.None() {
		return "0"
	}
	return fmt.Sprintf("%d/%s", q.Count, q.Per)
}

// Verdict is what came of asking to do it once more.
type Verdict struct {
	Allowed bool
	Left    int           // how often it may be done at once from here
	Reset   time.Duration // until all of the quota is there again
	Retry   time.Duration // until it may be done again, if not now
}

// Backoff is how long tries must wait after too many wrong ones: First once Tries of them were wrong, then twice as long each time, up
// to Max.
type Backoff struct {
	Tries      int
	First, Max time.Duration
}

// Times is the Backoff that begins n times as late.
func (b Backoff) Times(n int) Backoff {
	b.Tries *= n
	return b
}

// Login is somebody who tries to log in: to which account, known or not, and from where. Neither is a name or an address in clear.
type Login struct {
	Account string
	Address string
}

// The faults of who comes too often.
var (
	ErrTooMany = fault.Declare(fault.Limited, "too_many_requests", "Too many requests. Wait a moment.")
	ErrWait    = fault.Declare(fault.Limited, "login_wait", "Too many wrong attempts. Wait a while, or set a new password.")
)

// In is a fault that says when to come back.
func In(f *fault.Error, wait time.Duration) *fault.Error { return f.With("retry_after", Seconds(wait)) }

// Seconds are whole ones, never less than it takes, and at least one.
func Seconds(d time.Duration) int { return int(max(1, (d+time.Second-1)/time.Second)) }
