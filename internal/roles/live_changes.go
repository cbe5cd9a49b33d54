package roles

import (
	"context"
	"errors"
	"time"

	"rodada/telemetry/live"
)

// changes shows the changes of the live state as the API wants to see them.
type changes struct{ store *live.Store }

func (c changes) Now(ctx context.Context) (string, error) {
	cursor, err := c.store.Now(ctx)
	return string(cursor), err
}

func (c changes) Since(ctx context.Context, after string) (plates []string, last string, kept bool, err error) {
	if err := c.store.Kept(ctx, live.Cursor(after)); err != nil {
		if errors.Is(err, live.ErrForgotten) {
			return nil, "", false, nil
		}
		return nil, "", false, err
	}
	plates, cursor, err := c.store.Since(ctx, live.Cursor(after))
	return plates, string(cursor), true, err
}

func (c changes) At(cursor string) time.Time { return live.Cursor(cursor).Time() }

func (c changes) LastHeard(ctx context.Context, after, until time.Time) ([]string, error) {
	return c.store.LastHeard(ctx, after, until)
}

func (c changes) Fleet(ctx context.Context) ([]string, error) { return c.store.Fleet(ctx) }
