package worker

import (
	"context"
	"log/slog"
	"time"

	"rodada/domain/staff"
)

// AuditStore knows how far the chain of the audit log goes.
type AuditStore interface {
	AuditHead(ctx context.Context, every time.Duration, links int, tell func(staff.Head) error) error
	AuditEnd(ctx context.Context) (staff.Head, error)
}

// AuditHeads writes the head of the audit log into this process's log, which goes where the database's owner can't change it: a chain
// that is rewritten is found by it. Each worker does so when it starts and when it stops; any number may run, and one of them does it
// each hour, and sooner when there is much to tell.
type AuditHeads struct {
	Store AuditStore
	Log   *slog.Logger
}

const (
	headsEvery = time.Hour
	headsLinks = 1000
	// headsLast is how long the last look may take, of a worker that stops.
	headsLast = 2 * time.Second
)

// Run tells heads until ctx ends, and looks that often whether it is time.
func (w *AuditHeads) Run(ctx context.Context, look time.Duration) {
	w.end(ctx)
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), headsLast)
		defer cancel()
		w.end(last)
	}()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	failed := false
	for {
		err := w.Store.AuditHead(ctx, headsEvery, headsLinks, func(h staff.Head) error {
			w.tell(h)
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

// end tells where the chain ends now, if that can be known.
func (w *AuditHeads) end(ctx context.Context) {
	if h, err := w.Store.AuditEnd(ctx); err == nil {
		w.tell(h)
	}
}

func (w *AuditHeads) tell(h staff.Head) {
	w.Log.Info("the audit log goes to here", "audit_head", h.String())
}
