package api

import (
	"context"
	"reflect"
	"time"

	"rodada/domain/fault"
	"rodada/domain/firmware"
)

// rolloutStream is GET /admin/v1/rollouts/{id}/stream.
type rolloutStream struct{ *rollouts }

func (rolloutStream) Meta() meta {
	return meta{
		ID: "stream-rollout", Summary: "One rollout as it goes on",
		Description: "An event `rollout` with the whole of it at once, and again whenever something changes. The stream ends with the rollout.",
		Events:      map[string]any{"rollout": RolloutBody{}},
		Faults:      []*fault.Error{firmware.ErrRolloutUnknown},
	}
}

func (e rolloutStream) Execute(ctx context.Context, in *RolloutRef) (*streamOut, error) {
	if _, err := e.store.Rollout(ctx, in.ID); err != nil {
		return nil, err
	}
	return stream(ctx, func(ctx context.Context, send func(event) error) error {
		looks := time.NewTicker(e.pace)
		defer looks.Stop()
		var last RolloutBody
		for {
			r, err := e.store.Rollout(ctx, in.ID)
			if err != nil {
				return err
			}
			if now := rolloutBody(r); !reflect.DeepEqual(now, last) {
				if err := send(event{Name: "rollout", Data: now}); err != nil || r.State.Over() {
					return err
				}
				last = now
			}
			select {
			case <-looks.C:
			case <-ctx.Done():
				return nil
			}
		}
	}), nil
}
