package devstack

import (
	"context"
	"syscall"
)

// What the black-box tests need to see.
var (
	SpeaksFor      = speaksFor
	NewestPostgres = newestPostgres
	Reachable      = reachable
	OutsideOf      = outsideOf
	LockFile       = lockFile
	LastLine       = lastLine
)

// PIDs are the children that run now.
func (s *Stack) PIDs() map[Service]int {
	pids := map[Service]int{}
	for name, part := range s.services {
		var p *process
		switch part := part.(type) {
		case *temporalServer:
			p = &part.proc
		case *postgresServer:
			p = &part.proc
		case *redisServer:
			p = &part.proc
		case *influxServer:
			p = &part.proc
		case *mosquittoServer:
			p = &part.proc
		}
		if p != nil && p.id() != 0 {
			pids[name] = p.id()
		}
	}
	return pids
}

// Dir is the state folder.
func (s *Stack) Dir() string { return s.dir }

// FindGoProgram looks for a program as Temporal's and InfluxDB's are looked for.
func FindGoProgram(ctx context.Context, name, pkg, version, cache string, progress func(string)) (string, error) {
	return goProgram{Temporal, name, pkg, version, "a moment"}.find(ctx, cache, progress)
}

// FindIdentity looks for the OIDC provider of tests.
func FindIdentity(ctx context.Context, cache string, progress func(string)) (string, error) {
	return identityProgram.find(ctx, cache, progress)
}

// NewMiniRedis is the stand-in.
func NewMiniRedis(port int) interface {
	Start(ctx context.Context) error
	Stop()
	Addr() string
} {
	return &miniRedis{port: port}
}

// FreePort is one that nothing listens on.
func FreePort() (int, error) { return claims{}.claim(Redis, 0, "") }

// Alive says whether a process exists.
func Alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
