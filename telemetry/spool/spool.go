package spool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/tidwall/wal"
)

// ErrClosed is a spool that was closed.
var ErrClosed = errors.New("spool: closed")

// Options are where and how much.
type Options struct {
	Dir string // of this spool alone; it is made
	// Limit is how many bytes may be on the disk. Default: 1 GiB.
	Limit int64
	// Segment is about how many bytes a file has, and what is dropped at a time when the spool is full. Default: 4 MiB, but
	// at most an eighth of the limit.
	Segment int
	Log     *slog.Logger
}

func (o *Options) complete() {
	if o.Limit <= 0 {
		o.Limit = 1 << 30
	}
	if o.Segment <= 0 {
		o.Segment = 4 << 20
	}
	o.Segment = int(min(int64(o.Segment), max(o.Limit/8, 1)))
	if o.Log == nil {
		o.Log = slog.Default()
	}
}

// Spool is open until Close. Any number may append at once; one takes.
type Spool struct {
	options Options
	lock    *os.File
	wake    chan struct{} // has room for one: there may be something to take

	mu     sync.Mutex
	log    *wal.Log // nil: it failed and could not be opened again yet
	closed bool
	next   uint64 // the block to be taken next
	done   uint64 // all before it are where they belong
	last   uint64 // the newest
	bytes  int64  // on the disk
	unread int64  // of blocks that are not done, about
	held   int64  // of blocks that are taken and not done
	lost   Lost
	frame  []byte

	seconds prometheus.Histogram
}

// Lost counts what was acknowledged and will never be written.
type Lost struct {
	Full    int64 // points dropped because the spool or the disk was full
	Corrupt int64 // blocks that could not be read; nobody knows how many points each had
}

// Open opens a spool, or makes it, and mends what a crash left behind.
func Open(o Options) (*Spool, error) {
	o.complete()
	lock, err := take(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	s := &Spool{options: o, lock: lock, wake: make(chan struct{}, 1), seconds: newSeconds()}
	if err := s.open(); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	s.unread = s.bytes
	s.nudge()
	return s, nil
}

// open opens the log as it is on the disk.
func (s *Spool) open() error {
	cut, err := mend(s.options.Dir)
	if err != nil {
		return err
	}
	if cut > 0 {
		s.options.Log.Warn("the spool's end was torn and is cut off; nothing of it was acknowledged", "dir", s.options.Dir, "bytes", cut)
	}
	log, err := wal.Open(s.options.Dir, &wal.Options{
		SegmentSize: s.options.Segment, SegmentCacheSize: 2, NoCopy: true, AllowEmpty: true, DirPerms: 0o700, FilePerms: 0o600,
	})
	if err != nil {
		return err
	}
	first, err := log.FirstIndex()
	if err == nil {
		s.last, err = log.LastIndex()
	}
	if err = errors.Join(err, syncDir(s.options.Dir)); err != nil {
		return errors.Join(err, log.Close())
	}
	s.log = log
	s.done = min(max(s.done, first), s.last+1)
	s.next = min(max(s.next, s.done), s.last+1)
	return s.measure()
}

// measure reads how much is on the disk.
func (s *Spool) measure() error {
	all, err := segments(s.options.Dir)
	s.bytes = 0
	for _, one := range all {
		s.bytes += one.size
	}
	return err
}

// reopen starts over with a log that failed.
func (s *Spool) reopen() error {
	if s.log != nil {
		_ = s.log.Close() // it has failed already
		s.log = nil
	}
	return s.open()
}

// Append adds a block of so many points. When it returns nil, the block survives whatever happens to the process and to the
// machine. After an error it may be there; it may be appended again.
func (s *Spool) Append(body []byte, points int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.frame = block{at: time.Now(), points: points, body: body}.append(s.frame[:0])
	if s.log == nil {
		if err := s.reopen(); err != nil {
			return fmt.Errorf("open the spool again: %w", err)
		}
	}
	for s.bytes+int64(len(s.frame)) > s.options.Limit {
		if dropped, err := s.drop(); err != nil {
			return fmt.Errorf("make room in the spool: %w", err)
		} else if !dropped {
			break
		}
	}
	began := time.Now()
	if err := s.log.Write(s.last+1, s.frame); err != nil {
		again := s.reopen()
		if again == nil && errors.Is(err, syscall.ENOSPC) {
			_, again = s.drop()
		}
		return fmt.Errorf("append to the spool: %w", errors.Join(err, again))
	}
	s.seconds.Observe(time.Since(began).Seconds())
	s.last++
	s.bytes += int64(len(s.frame))
	s.unread += int64(len(s.frame))
	s.nudge()
	return nil
}

// Close writes nothing more. What is in the spool stays there.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.nudge()
	var err error
	if s.log != nil {
		err = s.log.Close()
	}
	return errors.Join(err, s.lock.Close())
}

// State is how full a spool is.
type State struct {
	Bytes  int64     // on the disk
	Oldest time.Time // when the oldest block came that is not done; zero: all are
	Lost   Lost
}

// State tells how full it is.
func (s *Spool) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := State{Bytes: s.bytes, Lost: s.lost}
	if s.log != nil && s.done <= s.last {
		if b, err := s.read(s.done); err == nil {
			state.Oldest = b.at
		}
	}
	return state
}

func (s *Spool) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// await returns when something was appended, or the spool closed.
func (s *Spool) await(ctx context.Context) error {
	select {
	case <-s.wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
