package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/worker"
)

// headStore answers one call after the other.
type headStore struct {
	calls []func(tell func(staff.Head) error) error
	over  context.CancelFunc
	ends  int64
}

func (s *headStore) AuditEnd(ctx context.Context) (staff.Head, error) {
	h := staff.Beginning()
	h.Seq = 40 + s.ends
	s.ends += 3
	return h, ctx.Err()
}

func (s *headStore) AuditHead(_ context.Context, every time.Duration, links int, tell func(staff.Head) error) error {
	if every != time.Hour || links != 1000 {
		return errors.New("not every hour")
	}
	call := s.calls[0]
	if s.calls = s.calls[1:]; len(s.calls) == 0 {
		s.over()
	}
	return call(tell)
}

func TestHeadsOfTheAuditLogAreLogged(t *testing.T) {
	ctx, over := context.WithCancel(t.Context())
	head := staff.Beginning()
	head.Seq = 42
	away := func(func(staff.Head) error) error { return errors.New("away") }
	var log bytes.Buffer
	w := &worker.AuditHeads{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		Store: &headStore{over: over, calls: []func(func(staff.Head) error) error{
			away, away,
			func(tell func(staff.Head) error) error { return tell(head) },
			func(func(staff.Head) error) error { return nil },
		}},
	}
	w.Run(ctx, time.Millisecond)
	require.Contains(t, log.String(), "audit_head="+head.String())
	require.Equal(t, 4, bytes.Count(log.Bytes(), []byte("\n")), "one trouble is told once")
	lines := strings.Split(log.String(), "\n")
	require.Contains(t, lines[0], "audit_head=40:", "when it starts")
	require.Contains(t, lines[3], "audit_head=43:", "when it stops, with what came until then")
}
