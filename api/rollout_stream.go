package api

import (
	"context"

	"rodada/domain/fault"
	"rodada/domain/firmware"
)

// rolloutStream is GET /admin/v1/rollouts/{id}/stream.
type rolloutStream struct{ *rollouts }

func (rolloutStream) Meta() meta {
	return meta{
		ID: "stream-rollout", Summary: "One rollout as it goes on",
		Description: "An event `rollout` with the whole of it at once, and again whenever something changes. `end` comes when the rollout is " +
			"over; don't come back then. Events have no ID: who comes back is told how it is now.",
		Events: map[string]any{"rollout": RolloutBody{}, streamOver: StreamEnd{}},
		Faults: []*fault.Error{firmware.ErrRolloutUnknown},
	}
}

func (e rolloutStream) Execute(ctx context.Context, in *RolloutRef) (*streamOut, error) {
	return following(ctx, "rollout", e.pace, func(ctx context.Context) (seen RolloutBody, over bool, err error) {
		r, err := e.store.Rollout(ctx, in.ID)
		return rolloutBody(r), r.State.Over(), err
	})
}
