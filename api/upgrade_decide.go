package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/workflows"
)

// decideUpgrade is POST /admin/v1/upgrades/{id}/retry, restart and abort.
type decideUpgrade struct {
	*upgrades
	update string
}

type decideUpgradeIn struct {
	UpgradeRef
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"Its battery was charged."`
	}
}

func (e decideUpgrade) Meta() meta {
	m := meta{
		Needs: staff.Firmware,
		Also:  map[int]string{http.StatusAccepted: "It was asked and has not answered yet. Follow Location."},
		Faults: []*fault.Error{
			firmware.ErrUpgradeUnknown, firmware.ErrUpgradeOver, rental.ErrUnreachable,
		},
	}
	switch e.update {
	case workflows.UpdateUpgradeRetry:
		m.ID, m.Summary = "retry-upgrade", "Let a parked upgrade go on"
		m.Description = "Where it was stuck: packets that the scooter has taken are not sent again."
	case workflows.UpdateUpgradeRestart:
		m.ID, m.Summary = "restart-upgrade", "Begin a parked upgrade again"
		m.Description = "From the first packet on."
	default:
		m.ID, m.Summary = "abort-upgrade", "Give an upgrade up"
		m.Description = "Parked or not. The scooter is asked what it runs, and serves again once it says so; if it does not answer, it goes " +
			"to maintenance."
	}
	if e.update != workflows.UpdateUpgradeAbort {
		m.Faults = append(m.Faults, firmware.ErrNotParked)
	}
	return m
}

// verb is what staff ask for, as the audit log calls it.
func (e decideUpgrade) verb() string {
	switch e.update {
	case workflows.UpdateUpgradeRetry:
		return "retry"
	case workflows.UpdateUpgradeRestart:
		return "restart"
	}
	return "abort"
}

func (e decideUpgrade) Execute(ctx context.Context, in *decideUpgradeIn) (*upgradeOut, error) {
	u, err := e.store.Upgrade(ctx, in.ID)
	switch {
	case err != nil:
		return nil, err
	case u.State.Over():
		return nil, firmware.ErrUpgradeOver.With("state", u.State)
	case u.State != firmware.Parked && e.update != workflows.UpdateUpgradeAbort:
		return nil, firmware.ErrNotParked.With("state", u.State)
	}
	before := u
	wait, cancel := context.WithTimeout(ctx, e.deadline)
	defer cancel()
	asked := e.holders.update(wait, u.Plate, e.update, uuid.NewString(), workflows.UpgradeRequest{
		UpgradeID: u.ID, By: subjectFrom(ctx), Reason: string(in.Body.Reason),
	})
	if u, err = e.store.Upgrade(ctx, in.ID); err != nil {
		return nil, errors.Join(err, e.note(ctx, in, before, before, asked))
	}
	if err := e.note(ctx, in, before, u, asked); err != nil {
		return nil, err
	}
	out := &upgradeOut{Status: http.StatusOK, Body: e.show(ctx, u)[0]}
	switch {
	case asked == nil:
		return out, nil
	case isFault(asked):
		return nil, asked
	case errors.Is(asked, errNoHolder) && u.State.Over():
		return nil, firmware.ErrUpgradeOver.With("state", u.State)
	case wasTooSlow(asked):
		out.Status, out.Location = http.StatusAccepted, upgradeAt(u.ID)
		return out, nil
	}
	return nil, rental.ErrUnreachable.Because(asked)
}

// note writes down what staff decided and where that left the upgrade. What the upgrade refused was never done.
func (e decideUpgrade) note(ctx context.Context, in *decideUpgradeIn, before, after firmware.Upgrade, asked error) error {
	now := map[string]any{"state": after.State, "trouble": after.Trouble}
	switch {
	case isFault(asked), errors.Is(asked, errNoHolder):
		return nil
	case asked != nil: // it may come to that yet
		now["pending"] = true
	}
	return e.store.Audit(context.WithoutCancel(ctx), staff.Deed{
		Action: "scooter.upgrade-" + e.verb(), Subject: before.Plate, Reason: string(in.Body.Reason),
		Before: map[string]any{"upgrade": before.ID, "state": before.State, "trouble": before.Trouble}, After: now,
	})
}
