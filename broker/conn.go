package broker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// ErrNotConnected is a publish that was not sent: there is no connection to the broker at the moment.
var ErrNotConnected error = notConnectedError{}

type notConnectedError struct{}

func (notConnectedError) Error() string { return "broker: not connected" }

// Unsent tells those who may not know this package that nothing was sent.
func (notConnectedError) Unsent() bool { return true }

// Conn is connected, or about to be again. It is safe for concurrent use.
type Conn struct {
	options Options
	current atomic.Pointer[link] // nil: not connected
	sending sync.WaitGroup

	stop context.CancelFunc
	gone chan struct{} // closed when the loop has ended

	mu      sync.Mutex
	up      chan struct{} // closed when connected, then replaced
	failure error         // of the latest attempt
	closed  bool
}

// Dial makes a Conn that connects in the background, however long that takes, until Close. Its error is ErrOptions.
func Dial(o Options) (*Conn, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &Conn{options: o, stop: stop, gone: make(chan struct{}), up: make(chan struct{})}
	go c.run(ctx)
	return c, nil
}

// Connect is Dial that waits until it is connected, at most as long as ctx allows.
func Connect(ctx context.Context, o Options) (*Conn, error) {
	c, err := Dial(o)
	if err != nil {
		return nil, err
	}
	if err := c.Await(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Connected reports whether a publish has a chance.
func (c *Conn) Connected() bool { return c.current.Load() != nil }

// Await returns when the broker is connected, with what stood in the way when ctx ends first.
func (c *Conn) Await(ctx context.Context) error {
	c.mu.Lock()
	up := c.up
	c.mu.Unlock()
	if c.Connected() {
		return nil
	}
	select {
	case <-up:
		return nil
	case <-c.gone:
		return ErrNotConnected
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		return errors.Join(fmt.Errorf("%w: %w", ErrNotConnected, ctx.Err()), c.failure)
	}
}

// Close disconnects and returns when nothing of the connection is left. A persistent session stays on the broker.
func (c *Conn) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
	<-c.gone
	c.sending.Wait()
}

func (c *Conn) run(ctx context.Context) {
	defer close(c.gone)
	wait := c.options.ReconnectMin
	for ctx.Err() == nil {
		since := time.Now()
		err := c.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(since) > 10*c.options.ReconnectMax {
			wait = c.options.ReconnectMin // it had worked
		}
		c.options.Log.Warn("no connection to the MQTT broker", "error", err, "retry_in", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait/2 + rand.N(wait/2+1)): //nolint:gosec // spreads reconnects, hides nothing
		}
		wait = min(2*wait, c.options.ReconnectMax)
	}
}

// once is the life of one connection.
func (c *Conn) once(ctx context.Context) error {
	l, err := open(ctx, &c.options)
	if err != nil {
		c.mu.Lock()
		c.failure = err
		c.mu.Unlock()
		return err
	}
	c.current.Store(l)
	c.announce()
	c.options.Log.Info("connected to the MQTT broker", "client_id", c.options.ClientID)
	defer l.close()
	defer c.current.Store(nil)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-l.lost:
		return l.why
	}
}

// begin counts a message that is being handed over, which Close waits for.
func (c *Conn) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.sending.Add(1)
	}
	return !c.closed
}

func (c *Conn) announce() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failure = nil
	close(c.up)
	c.up = make(chan struct{})
}
