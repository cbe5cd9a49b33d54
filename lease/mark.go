package lease

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/firmware"
)

// markSending: as enterSending, but what is there is written over.
var markSending = redis.NewScript(`
local fence = redis.call('HGET', KEYS[1], 'fence')
if fence and fence > ARGV[1] then return 0 end
if fence == ARGV[1] then
  redis.call('HSET', KEYS[1], 'sent', ARGV[6], 'failures', ARGV[7], 'at', ARGV[9])
  return 1
end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'upgrade', ARGV[3], 'attempt', ARGV[4], 'packets', ARGV[5],
  'sent', ARGV[6], 'failures', ARGV[7], 'since', ARGV[8], 'at', ARGV[9])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

// markPatience is how long a round trip may take that serves several callers, none of whom may end it.
const markPatience = 5 * time.Second

// marks are the marks of all scooters that this process sends packets to: those that come while a round trip is under way
// share the next one.
type marks struct {
	mu      sync.Mutex
	busy    bool
	waiting []*mark
}

type mark struct {
	key  string
	args []any
	done chan struct{} // closed when the others are set
	ours bool
	err  error
}

// MarkSending stores how far an attempt has come. False: somebody has a later fence, and the caller must send no more. What
// Redis has lost is written anew. When ctx ends first nobody knows what was stored.
func (s *Store) MarkSending(ctx context.Context, plate string, f firmware.Fence, p firmware.Progress) (bool, error) {
	m := &mark{key: s.upgrade(plate), args: progressArgs(f, p), done: make(chan struct{})}
	if s.marks.add(m) {
		s.markWaiting(ctx) // a lone scooter wakes nobody
		if s.marks.more() {
			go func() {
				for more := true; more; more = s.marks.more() {
					s.markWaiting(ctx)
				}
			}()
		}
	}
	select {
	case <-m.done:
	case <-ctx.Done():
		return false, fmt.Errorf("store the progress of an upgrade: %w", ctx.Err())
	}
	if m.err != nil {
		return false, fmt.Errorf("store the progress of an upgrade: %w", m.err)
	}
	return m.ours, nil
}

// add queues a mark; true: nobody is on the way to Redis, so the caller must go.
func (q *marks) add(m *mark) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, m)
	first := !q.busy
	q.busy = true
	return first
}

// more reports whether whoever went has to go again; otherwise the next one to come goes.
func (q *marks) more() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy = len(q.waiting) > 0
	return q.busy
}

// markWaiting takes all that wait to Redis in one round trip.
func (s *Store) markWaiting(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markPatience)
	defer cancel()
	s.marks.mu.Lock()
	batch := s.marks.waiting
	s.marks.waiting = nil
	s.marks.mu.Unlock()
	var unknown []*mark
	s.markAll(ctx, batch, markSending.EvalSha)
	for _, m := range batch {
		if redis.HasErrorPrefix(m.err, "NOSCRIPT") {
			unknown = append(unknown, m)
		}
	}
	if len(unknown) > 0 {
		s.markAll(ctx, unknown, markSending.Eval)
	}
	for _, m := range batch {
		close(m.done)
	}
}

func (s *Store) markAll(
	ctx context.Context, batch []*mark, run func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd,
) {
	cmds := make([]*redis.Cmd, len(batch))
	_, _ = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error { // each has its own error
		for i, m := range batch {
			cmds[i] = run(ctx, p, []string{m.key}, m.args...)
		}
		return nil
	})
	for i, m := range batch {
		var got int
		got, m.err = cmds[i].Int()
		m.ours = got == 1
	}
}
