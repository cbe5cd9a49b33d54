package mqttbridge

import "sync"

// queue is a line that its writer never waits at: what does not fit is refused.
type queue[T any] struct {
	limit int

	mu     sync.Mutex
	items  []T
	closed bool
	wake   chan struct{} // has room for one: there may be something to take
}

func newQueue[T any](limit int) *queue[T] {
	return &queue[T]{limit: limit, wake: make(chan struct{}, 1)}
}

// put adds an item, or reports that there is no room for it.
func (q *queue[T]) put(item T) bool {
	q.mu.Lock()
	fits := !q.closed && len(q.items) < q.limit
	if fits {
		q.items = append(q.items, item)
	}
	q.mu.Unlock()
	q.nudge()
	return fits
}

// take waits for items and takes the oldest, up to limit of them; none: the queue is closed and empty. It has one reader.
func (q *queue[T]) take(limit int) []T {
	for {
		q.mu.Lock()
		n := min(limit, len(q.items))
		batch := q.items[:n:n]
		q.items = q.items[n:]
		if len(q.items) == 0 {
			q.items = nil
		}
		closed := q.closed
		q.mu.Unlock()
		if n > 0 || closed {
			return batch
		}
		<-q.wake
	}
}

// close lets the reader take what is left; nothing more fits.
func (q *queue[T]) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.nudge()
}

func (q *queue[T]) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

func (q *queue[T]) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
