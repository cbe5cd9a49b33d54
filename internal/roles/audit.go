package roles

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/worker"
)

// VerifyAudit reads the audit log of the installation and tells found of what is wrong with it.
func VerifyAudit(ctx context.Context, c config.Config, heads []staff.Head, found func(staff.Flaw)) (staff.Head, error) {
	store, err := postgres.Open(ctx, c.Postgres.URL, 1)
	if err != nil {
		return staff.Head{}, err
	}
	end, err := store.VerifyAudit(ctx, heads, found)
	return end, errors.Join(err, store.Close())
}

// tellAuditHeads writes into the log how far the audit log goes, until ctx ends.
func tellAuditHeads(ctx context.Context, store *postgres.Store, log *slog.Logger) (done <-chan struct{}) {
	const look = 10 * time.Second
	heads := &worker.AuditHeads{Store: store, Log: log}
	over := make(chan struct{})
	go func() {
		defer close(over)
		heads.Run(ctx, look)
	}()
	return over
}
