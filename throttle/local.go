package throttle

import (
	"maps"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rodada/domain/limit"
)

// kept is how many keys a generation of local counters holds: some megabytes, however many come.
const kept = 20_000

// local is the counters of this process alone. There are two generations of them: when the younger is full, the older is
// forgotten, so that what is asked for stays and the memory ends.
type local struct {
	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newLocal() *local { return &local{young: map[string]*rate.Limiter{}} }

func (l *local) take(key string, q limit.Quota) limit.Verdict {
	of, now := l.of(key, q), time.Now()
	r := of.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	left := max(0, of.TokensAt(now))
	return limit.Verdict{
		Allowed: wait == 0, Left: int(left), Retry: wait, Reset: time.Duration((float64(q.Count) - left) / float64(q.Count) * float64(q.Per)),
	}
}

func (l *local) of(key string, q limit.Quota) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.young[key]
	if found == nil {
		if found = l.old[key]; found == nil {
			found = rate.NewLimiter(rate.Limit(float64(q.Count)/q.Per.Seconds()), q.Count)
		}
		if len(l.young) >= kept {
			l.young, l.old = map[string]*rate.Limiter{}, l.young
		}
		l.young[key] = found
	}
	return found
}

// forget forgets all keys with a prefix.
func (l *local) forget(prefix string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, keys := range []map[string]*rate.Limiter{l.young, l.old} {
		maps.DeleteFunc(keys, func(key string, _ *rate.Limiter) bool { return strings.HasPrefix(key, prefix) })
	}
}
