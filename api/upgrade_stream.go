package api

import (
	"context"
	"reflect"
	"time"

	"rodada/domain/fault"
	"rodada/domain/firmware"
)

// upgradeStream is GET /admin/v1/upgrades/{id}/stream.
type upgradeStream struct{ *upgrades }

func (upgradeStream) Meta() meta {
	return meta{
		ID: "stream-upgrade", Summary: "One upgrade as it goes on",
		Description: "An event `upgrade` with the whole of it at once, and again whenever something changes: its state, or a packet. " +
			"The stream ends with the upgrade; one that is parked goes on.",
		Events: map[string]any{"upgrade": UpgradeBody{}},
		Faults: []*fault.Error{firmware.ErrUpgradeUnknown},
	}
}

func (e upgradeStream) Execute(ctx context.Context, in *UpgradeRef) (*streamOut, error) {
	if _, err := e.store.Upgrade(ctx, in.ID); err != nil {
		return nil, err
	}
	return stream(ctx, func(ctx context.Context, send func(event) error) error {
		looks := time.NewTicker(e.pace)
		defer looks.Stop()
		var last UpgradeBody
		for {
			u, err := e.store.Upgrade(ctx, in.ID)
			if err != nil {
				return err
			}
			if now := e.show(ctx, u); !reflect.DeepEqual(now, last) {
				if err := send(event{Name: "upgrade", Data: now}); err != nil || u.State.Over() {
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
