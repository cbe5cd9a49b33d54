package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Mark is a place in the spool.
type Mark uint64

var (
	errBlock = errors.New("spool: a block is damaged")
	errFile  = errors.New("spool: a file is damaged")
)

// Take appends to dst the bodies of the oldest blocks that were not taken yet, up to about limit bytes, and waits for one if
// there is none. The mark is for Done, when they are where they belong.
func (s *Spool) Take(ctx context.Context, dst []byte, limit int) ([]byte, Mark, error) {
	start := len(dst)
	for {
		s.mu.Lock()
		for s.log != nil && !s.closed && s.next <= s.last && len(dst)-start < limit {
			b, err := s.read(s.next)
			if err != nil {
				s.skip(err)
				continue
			}
			dst = append(dst, b.body...)
			s.held += int64(headerSize + len(b.body))
			s.next++
		}
		mark, closed := Mark(s.next), s.closed
		s.mu.Unlock()
		if closed {
			return dst[:start], 0, ErrClosed
		}
		if len(dst) > start {
			return dst, mark, nil
		}
		if err := s.await(ctx); err != nil {
			return dst, 0, err
		}
	}
}

// read is one block. A log with a gap, because somebody removed a file, panics.
func (s *Spool) read(index uint64) (b block, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errFile, p)
		}
	}()
	data, err := s.log.Read(index)
	if err != nil {
		return block{}, errors.Join(errFile, err)
	}
	b, ok := parse(data)
	if !ok {
		return block{}, errBlock
	}
	return b, nil
}

// skip goes past a block that can't be read: to the next one, or, when its whole segment can't, to the next segment. The
// damaged file stays under another name.
func (s *Spool) skip(why error) {
	if errors.Is(why, errBlock) {
		s.lost.Corrupt++
		s.options.Log.Error("a block in the spool is damaged and skipped", "dir", s.options.Dir, "block", s.next)
		s.next++
		return
	}
	all, _ := segments(s.options.Dir)
	to := s.last + 1
	for i, one := range all {
		if one.first > s.next {
			to = one.first
			break
		}
		if i+1 == len(all) || all[i+1].first > s.next {
			_ = os.Link(one.path, one.path+".corrupt")
		}
	}
	s.lost.Corrupt += int64(to - s.next)
	s.options.Log.Error("a file of the spool is damaged and kept aside", "dir", s.options.Dir, "blocks", to-s.next)
	s.next = to
}

// truncateAt is how many bytes the log may copy to move its front within a segment.
const truncateAt = 256 << 10

// Done says that all that was taken up to the mark is where it belongs.
func (s *Spool) Done(mark Mark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if s.log == nil || uint64(mark) <= s.done {
		return nil
	}
	s.done = min(uint64(mark), s.last+1)
	if s.done == s.next {
		s.unread, s.held = s.unread-s.held, 0
	}
	all, err := segments(s.options.Dir)
	if err != nil {
		return err
	}
	if s.unread > truncateAt && (len(all) < 2 || all[1].first > s.done) {
		return nil // a segment is forgotten as a whole
	}
	if err := s.log.TruncateFront(s.done); err != nil {
		return errors.Join(err, s.reopen())
	}
	return errors.Join(syncDir(s.options.Dir), s.measure())
}

// drop makes room: the oldest segment goes, read or not, unless it is the only one.
func (s *Spool) drop() (dropped bool, err error) {
	all, err := segments(s.options.Dir)
	if err != nil || len(all) < 2 {
		return false, err
	}
	var points int64
	for i := max(s.done, all[0].first); i < all[1].first; i++ {
		if b, err := s.read(i); err == nil {
			points += int64(b.points)
			s.unread -= int64(headerSize + len(b.body))
		}
	}
	err = s.log.Close()
	s.log = nil
	if err != nil {
		return false, err
	}
	if err := os.Remove(all[0].path); err != nil {
		return false, errors.Join(err, s.open())
	}
	s.lost.Full += points
	if points > 0 {
		s.options.Log.Error("the spool is full: the oldest points are dropped", "dir", s.options.Dir, "points", points)
	}
	return true, s.open()
}
