package broker

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// forgetful is the library's store for a client that never resumes: it keeps nothing, for nobody will ask.
type forgetful struct{}

func (forgetful) Open()                             {}
func (forgetful) Put(string, packets.ControlPacket) {}
func (forgetful) Get(string) packets.ControlPacket  { return nil }
func (forgetful) All() []string                     { return nil }
func (forgetful) Del(string)                        {}
func (forgetful) Close()                            {}
func (forgetful) Reset()                            {}

// gathers reports whether a connection is made by dialGathering: that of one who listens and publishes nothing that must be on its
// way when Publish returns. It does not speak WebSocket.
func (o *Options) gathers() bool {
	u, err := url.Parse(o.URL)
	return err == nil && o.ManualAck && u.Scheme != "ws" && u.Scheme != "wss"
}

// dialGathering connects for one who listens: the library reads a packet in three calls of the kernel and acknowledges each in
// one of its own, which is most of what a bridge would do.
func (o *Options) dialGathering(ctx context.Context) mqtt.OpenConnectionFunc {
	return func(at *url.URL, _ mqtt.ClientOptions) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		var conn net.Conn
		var err error
		if at.Scheme == "ssl" || at.Scheme == "tls" || at.Scheme == "mqtts" {
			conn, err = (&tls.Dialer{Config: o.TLS}).DialContext(ctx, "tcp", at.Host)
		} else {
			conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", at.Host)
		}
		if err != nil {
			return nil, err
		}
		return newGatheringConn(conn, o.WriteTimeout), nil
	}
}

const gatherSize = 64 << 10

// gatheringConn reads ahead, and writes what comes while the write before is under way in one go. A write that fails closes the
// connection, so that its reader learns of it.
type gatheringConn struct {
	net.Conn
	reader  *bufio.Reader
	timeout time.Duration // of a write

	mu      sync.Mutex
	pending []byte
	failure error
	wake    chan struct{} // has room for one
	gone    chan struct{}
	once    sync.Once
	flushed sync.WaitGroup
}

func newGatheringConn(c net.Conn, timeout time.Duration) *gatheringConn {
	g := &gatheringConn{Conn: c, reader: bufio.NewReaderSize(c, gatherSize), timeout: timeout, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	g.flushed.Go(g.flush)
	return g
}

// SetWriteDeadline does nothing: each write has one of its own.
func (g *gatheringConn) SetWriteDeadline(time.Time) error { return nil }

func (g *gatheringConn) Read(p []byte) (int, error) { return g.reader.Read(p) }

func (g *gatheringConn) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failure != nil {
		return 0, g.failure
	}
	g.pending = append(g.pending, p...)
	select {
	case g.wake <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (g *gatheringConn) flush() {
	var writing []byte
	for open := true; open; {
		select {
		case <-g.wake:
		case <-g.gone:
			open = false
		}
		g.mu.Lock()
		writing, g.pending = g.pending, writing[:0]
		g.mu.Unlock()
		if len(writing) == 0 {
			continue
		}
		err := g.Conn.SetWriteDeadline(time.Now().Add(g.timeout))
		if err == nil {
			_, err = g.Conn.Write(writing)
		}
		if err != nil {
			g.mu.Lock()
			g.failure = err
			g.mu.Unlock()
			_ = g.Conn.Close()
			return
		}
	}
}

// Close writes what was handed over, unless the network takes nothing, and closes.
func (g *gatheringConn) Close() error {
	g.once.Do(func() { close(g.gone) })
	g.flushed.Wait()
	return g.Conn.Close()
}
