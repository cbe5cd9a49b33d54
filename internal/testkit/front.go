package testkit

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
	"testing"
)

// Front is the address of a proxy that speaks TLS to whoever comes, and none to what is behind it.
func Front(t testing.TB, behind string, c *tls.Config) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", c)
	must(t, err)
	var (
		mu   sync.Mutex
		open []net.Conn
		all  sync.WaitGroup
	)
	keep := func(conns ...net.Conn) {
		mu.Lock()
		defer mu.Unlock()
		open = append(open, conns...)
	}
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", behind) //nolint:noctx // ends with the test
			if err != nil {
				_ = in.Close()
				continue
			}
			keep(in, out)
			for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
				all.Go(func() {
					_, _ = io.Copy(way[0], way[1])
					_, _ = way[0].Close(), way[1].Close()
				})
			}
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return l.Addr().String()
}
