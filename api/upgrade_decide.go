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

// verbs are what staff decide by each update.
var verbs = map[string]firmware.UpgradeVerb{
	workflows.UpdateUpgradeRetry: firmware.RetryUpgrade, workflows.UpdateUpgradeRestart: firmware.RestartUpgrade, workflows.UpdateUpgradeAbort: firmware.AbortUpgrade,
}

func (e decideUpgrade) Execute(ctx context.Context, in *decideUpgradeIn) (*upgradeOut, error) {
	u, err := e.store.Upgrade(ctx, in.ID)
	switch {
	case err != nil:
		return nil, err
	case u.State.Over():
		return nil, firmware.ErrUpgradeOver.With("state", u.State)
	}
	decision := firmware.UpgradeDecision{ID: uuid.NewString(), UpgradeID: u.ID, Verb: verbs[e.update], Reason: string(in.Body.Reason)}
	if err := e.store.ProposeDecision(ctx, decision); err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, e.deadline)
	defer cancel()
	request := workflows.UpgradeRequest{UpgradeID: u.ID, Decision: decision.ID, By: subjectFrom(ctx), Reason: decision.Reason}
	asked := e.holders.update(wait, u.Plate, e.update, decision.ID, request)
	if errors.Is(asked, errNoHolder) {
		if asked, err = e.askHeir(wait, in.ID, e.update, request, asked); err != nil {
			return nil, err
		}
	}
	if u, err = e.store.Upgrade(ctx, in.ID); err != nil {
		return nil, err
	}
	out := &upgradeOut{Status: http.StatusOK, Body: e.show(ctx, u)[0]}
	switch {
	case asked == nil:
		return out, nil
	case errors.Is(asked, firmware.ErrNotParked):
		return nil, firmware.ErrNotParked.With("state", u.State)
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

// askHeir asks once more for what nobody answered to: an upgrade that goes on in the books, and has had a workflow, gets another.
func (s *upgrades) askHeir(ctx context.Context, id, update string, request workflows.UpgradeRequest, was error) (asked, err error) {
	u, err := s.store.Upgrade(ctx, id)
	switch {
	case err != nil, u.State.Over():
		return was, err
	case u.RunID == "": // it has never had the scooter
		return was, nil
	}
	if err := s.revive(ctx, u); err != nil {
		return err, nil
	}
	return s.holders.update(ctx, u.Plate, update, request.Decision, request), nil
}
