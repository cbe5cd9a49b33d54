// Package notify reaches riders who are away from the app. Until mail comes with accounts, a notice is a line in the log;
// its event stands in the rental's history already.
package notify

import (
	"context"
	"log/slog"

	"rodada/domain/rider"
)

// Log writes notices to the log.
type Log struct{ Logger *slog.Logger }

// Notify logs the notice: IDs only, no personal data.
func (l Log) Notify(ctx context.Context, n rider.Notice) error {
	l.Logger.InfoContext(ctx, "rider notified", "kind", n.Kind, "rider", n.RiderID, "rental", n.RentalID)
	return nil
}
