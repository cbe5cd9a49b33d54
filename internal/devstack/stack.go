package devstack

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// silent is for libraries that log to us while they only wait.
var silent = slog.New(slog.DiscardHandler)

// Stack is a running set of services.
type Stack struct {
	opt       Options
	dir       string
	temporary bool // dir goes with the stack
	oldState  bool // dir holds the state of an earlier run
	rights    *rights
	addresses Addresses
	services  map[Service]lifecycle
	unlock    func()
	reviver   *reviver // nil unless wanted
	stopOnce  sync.Once
}

// Start starts the services side by side and returns when all answer. If one
// fails, those that run are stopped, and the error says which failed and why.
func Start(ctx context.Context, o Options) (*Stack, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Stack{opt: o, rights: newRights(o), services: map[Service]lifecycle{}}
	if err := s.open(); err != nil {
		return nil, err
	}
	if o.Revive {
		s.reviver = newReviver(func(name Service) lifecycle { return s.services[name] }, o.Progress)
	}
	if err := s.assemble(); err != nil {
		s.Stop()
		return nil, err
	}
	parts := make([]lifecycle, 0, len(s.services))
	for _, name := range All() {
		if part, ok := s.services[name]; ok {
			parts = append(parts, part)
		}
	}
	if err := StartAll(ctx, parts...); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Stack) open() error {
	s.dir = s.opt.Dir
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "rodada-stack-")
		if err != nil {
			return &StateError{Dir: os.TempDir(), Reason: "can't be written", Cause: err}
		}
		if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // Postgres' user must pass
			return &StateError{Dir: dir, Reason: "can't be opened", Cause: err}
		}
		s.dir, s.temporary = dir, true
	}
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return &StateError{Dir: s.dir, Reason: "has no absolute path", Cause: err}
	}
	s.dir = dir
	s.oldState, s.unlock, err = openState(dir)
	return err
}

// assemble claims the ports of what was asked for and puts the services there.
func (s *Stack) assemble() error {
	var failed error
	taken := claims{}
	port := func(of Service, want int, setting string) int {
		got, err := taken.claim(of, want, setting)
		if err != nil && failed == nil {
			failed = err
		}
		return got
	}
	place := map[Service]func(){
		Temporal: func() {
			grpc := port(Temporal, s.opt.Ports.Temporal, Temporal.PortSetting())
			ui := port(Temporal, s.opt.Ports.TemporalUI, uiPortSetting)
			s.services[Temporal] = newTemporal(s, grpc, ui)
			s.addresses.Temporal, s.addresses.TemporalUI = loopback(grpc), "http://"+loopback(ui)
		},
		Postgres: func() {
			p := newPostgres(s, port(Postgres, s.opt.Ports.Postgres, Postgres.PortSetting()))
			s.services[Postgres], s.addresses.PostgresURL = p, p.url()
		},
		Redis: func() {
			r := newRedis(s, port(Redis, s.opt.Ports.Redis, Redis.PortSetting()))
			s.services[Redis], s.addresses.Redis = r, r.Addr()
		},
		Influx: func() {
			i := newInflux(s, port(Influx, s.opt.Ports.Influx, Influx.PortSetting()))
			s.services[Influx], s.addresses.InfluxURL, s.addresses.InfluxBucket = i, i.url(), InfluxBucket
		},
		MQTT: func() {
			b := newBroker(s, port(MQTT, s.opt.Ports.MQTT, MQTT.PortSetting()))
			s.services[MQTT], s.addresses.MQTT = b, "tcp://"+b.Addr()
			if s.opt.TLS.used() {
				s.addresses.MQTT = "ssl://" + b.Addr()
			}
			s.addresses.MQTTUser, s.addresses.MQTTPassword = s.opt.MQTTService.User, s.opt.MQTTService.Password
		},
	}
	for _, name := range All() {
		if slices.Contains(s.opt.Only, name) {
			place[name]()
		}
	}
	return failed
}

func newBroker(s *Stack, port int) lifecycle {
	if s.opt.MQTTBroker == Mosquitto {
		return newMosquitto(s, port)
	}
	return newMochi(s, port)
}

// process prepares a child of this stack: its folder, its log.
func (s *Stack) process(of Service, stopWith syscall.Signal) process {
	dir, logFile := filepath.Join(s.dir, string(of)), filepath.Join(s.dir, "logs", string(of)+".log")
	ended := func(exit error) {
		if s.reviver == nil {
			s.opt.Log.Error("service ended by itself", "service", of, "exit", exit, "log", logFile)
			return
		}
		s.reviver.ended(of, exit, logFile)
	}
	return process{service: of, dir: dir, logFile: logFile, stopWith: stopWith, oldState: s.oldState, ended: ended}
}

// Stop stops everything it started. A temporary state folder goes with it.
func (s *Stack) Stop() {
	s.stopOnce.Do(func() {
		if s.reviver != nil {
			s.reviver.stop()
		}
		var all sync.WaitGroup
		for _, part := range s.services {
			all.Go(part.Stop)
		}
		all.Wait()
		s.unlock()
		if s.temporary {
			if err := removeState(s.dir); err != nil {
				s.opt.Log.Warn("temporary state is left behind", "error", err)
			}
		}
	})
}
