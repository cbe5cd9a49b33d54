package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/workflows"
)

// startUpgrade is POST /admin/v1/scooters/{plate}/upgrades.
type startUpgrade struct{ *upgrades }

type startUpgradeIn struct {
	PlateRef
	Body struct {
		Image     string `json:"image" format:"uuid"`
		Reason    Reason `json:"reason" minLength:"3" maxLength:"500" example:"It loses the GPS under bridges."`
		Downgrade bool   `json:"downgrade,omitempty" doc:"The image is older than what the scooter runs, and that is meant."`
	}
}

func (startUpgrade) Meta() meta {
	return meta{
		ID: "start-upgrade", Summary: "Give a scooter another firmware", Status: http.StatusAccepted, Needs: staff.Firmware,
		Description: "Nobody can ride it meanwhile. The scooter must stand, be online and charged, and run another version; it is told the " +
			"number of packets (23), given each of them (67) until it has taken it (68), and rebooted (93) once it says that it has all " +
			"(69). It is done when the scooter reports the new version (22), and not before. What gets stuck is parked: it keeps the " +
			"scooter, raises an alert, and waits for retry, restart or abort. Follow Location, or its stream.",
		Faults: []*fault.Error{
			fleet.ErrScooterUnknown, fleet.ErrHeld, firmware.ErrImageUnknown, firmware.ErrRetired, firmware.ErrWrongModel, firmware.ErrSameVersion,
			firmware.ErrDowngrade, firmware.ErrUpgrading, firmware.ErrCommanded, firmware.ErrOutOfUse, onboarding.ErrRenumbering, onboarding.ErrRunning, rental.ErrUnreachable,
		},
	}
}

func (e startUpgrade) Execute(ctx context.Context, in *startUpgradeIn) (*upgradeOut, error) {
	scooter, err := e.store.ScooterByPlate(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	image, err := e.store.Image(ctx, in.Body.Image)
	if err != nil {
		return nil, err
	}
	u, err := e.store.OpenUpgrade(ctx, firmware.Upgrade{
		ID: uuid.NewString(), Plate: scooter.Plate, ImageID: image.ID, StaffID: subjectFrom(ctx), Reason: string(in.Body.Reason), Downgrade: in.Body.Downgrade,
	})
	switch {
	case errors.Is(err, firmware.ErrUpgrading):
		if running, looked := e.store.UpgradeOf(ctx, scooter.Plate); looked == nil && !running.State.Over() {
			return nil, firmware.ErrUpgrading.With("upgrade_id", running.ID)
		}
		return nil, err
	case err != nil:
		return nil, err
	}
	if err := e.begin(ctx, u, image, scooter.Model); err != nil {
		return nil, err
	}
	return &upgradeOut{Status: http.StatusAccepted, Location: upgradeAt(u.ID), Body: storedUpgrade(u)}, nil
}

// begin starts the workflow of an upgrade that is written down, or takes the row back. The books say that nobody has the
// scooter, so a rental that still runs has only its closing left.
func (s *upgrades) begin(ctx context.Context, u firmware.Upgrade, image firmware.Image, model fleet.Model) error {
	in := workflows.NewUpgradeInput(u, image.Size, model, UpgradeLimits(s.rules))
	err := untilClosed(ctx, func() error { return s.holders.upgrade(ctx, in) })
	if err == nil {
		return nil
	}
	trouble, detail := firmware.TroubleNotBegun, "Its workflow could not be started."
	if errors.Is(err, errStarted) {
		err, trouble, detail = fleet.ErrHeld, firmware.TroubleHeld, "Somebody else had the scooter first."
	}
	return errors.Join(err, s.store.DropUpgrade(context.WithoutCancel(ctx), u.ID, trouble, detail))
}

// revive goes on with an upgrade whose workflow is gone, ended from outside: another takes it over and parks, still with the scooter.
func (s *upgrades) revive(ctx context.Context, u firmware.Upgrade) error {
	scooter, err := s.store.ScooterByPlate(ctx, u.Plate)
	if err != nil {
		return err
	}
	image, err := s.store.Image(ctx, u.ImageID)
	if err != nil {
		return err
	}
	err = untilClosed(ctx, func() error {
		return s.holders.upgrade(ctx, workflows.NewUpgradeInput(u, image.Size, scooter.Model, UpgradeLimits(s.rules)))
	})
	if errors.Is(err, errStarted) { // by somebody else, just now
		return nil
	}
	return err
}

// UpgradeLimits are the configured times and counts, as workflows take them.
func UpgradeLimits(c config.Upgrade) workflows.UpgradeLimits {
	return workflows.UpgradeLimits{
		AckWindow: c.AckWindow, PacketWindow: c.PacketWindow, FinishWindow: c.FinishWindow, RebootWindow: c.RebootWindow,
		SilentAfter: c.SilentAfter, Backoff: c.Backoff, BackoffMax: c.BackoffMax, Attempts: c.Attempts,
		MinimumBattery: c.MinimumBattery, ParkFor: c.ParkFor,
	}
}
