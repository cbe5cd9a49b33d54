package worker

import (
	"context"
	"log/slog"
	"time"

	"rodada/domain/staff"
)

// AuditStore knows how far the chain of the audit log goes.
type AuditStore interface {
	AuditHead(ctx context.Context, every time.Duration, tell func(staff.Head) error) error
}

// AuditHeads writes the head of the audit log into this process's log, which goes where the database's owner can't change it: a chain
// that is rewritten is found by it. Any number of workers may run: one of them does it each hour.
type AuditHeads struct {
	Store AuditStore
	Log   *slog.Logger
}

// headsEvery is how often the head is told.
const headsEvery = time.Hour

// Run tells heads until ctx ends, and looks that often whether it is time.
func (w *AuditHeads) Run(ctx context.Context, look time.Duration) {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	failed := false
	for {
		err := w.Store.AuditHead(ctx, headsEvery, func(h staff.Head) error {
			w.Log.Info("the audit log goes to here", "audit_head", h.String())
			return nil
		})
		if err != nil && !failed && ctx.Err() == nil {
			w.Log.Warn("the head of the audit log is not known", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
