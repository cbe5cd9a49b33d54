package devstack

import (
	"context"
	"os/exec"
	"strconv"
	"syscall"
)

// newRedis takes the real server where there is one, else a stand-in.
func newRedis(s *Stack, port int) lifecycle {
	if program, err := exec.LookPath("redis-server"); err == nil {
		r := &redisServer{port: port, tls: s.opt.TLS, proc: s.process(Redis, syscall.SIGTERM)}
		r.proc.program = program
		return r
	}
	s.opt.Progress("redis: redis-server is not here, using a stand-in in this process that forgets when it ends")
	return &miniRedis{port: port, tls: s.opt.TLS}
}

// redisServer is the program. It writes what it is told before it answers, so
// that a crash forgets nothing.
type redisServer struct {
	port int
	tls  TLS
	proc process
}

func (r *redisServer) Start(ctx context.Context) error {
	r.proc.args = append(r.tls.redis(strconv.Itoa(r.port)), "--bind", "127.0.0.1", "--dir", r.proc.dir,
		"--appendonly", "yes", "--save", "", "--daemonize", "no", "--loglevel", "warning")
	return r.proc.start(ctx, func(ctx context.Context) error {
		if r.tls.used() {
			return accepts(ctx, r.Addr())
		}
		return answers(ctx, r.Addr(), "PING\r\n", "+PONG")
	})
}

func (r *redisServer) Stop()        { r.proc.stop() }
func (r *redisServer) Kill()        { r.proc.kill() }
func (r *redisServer) Addr() string { return loopback(r.port) }
