package api

import (
	"context"
	"log/slog"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// admit decides whether this rider may have this scooter now, and at which tariff. Whether somebody has it already, or the
// rider another one, is decided by the store when the rental is opened.
func (s *rentals) admit(ctx context.Context, q request) (fleet.Scooter, fare.Tariff, error) {
	no := func(err error) (fleet.Scooter, fare.Tariff, error) { return fleet.Scooter{}, fare.Tariff{}, err }
	code, err := fleet.ParseQR(q.qr)
	if err != nil {
		return no(err)
	}
	scooter, err := s.store.ScooterByQR(ctx, code)
	if err != nil {
		return no(err)
	}
	if scooter.Service != fleet.InService {
		return no(fleet.ErrUnavailable)
	}
	battery, err := s.battery(ctx, scooter)
	if err != nil {
		return no(err)
	}
	if battery < s.rules.MinimumBattery {
		return no(fleet.ErrBatteryLow.With("battery", battery).With("minimum", s.rules.MinimumBattery))
	}
	who, err := s.store.RiderByID(ctx, q.riderID)
	if err != nil {
		return no(err)
	}
	if !who.SuspendedAt.IsZero() {
		return no(rider.ErrSuspended)
	}
	tariff, err := s.store.CurrentTariff(ctx, scooter.Model.ID)
	if err != nil {
		return no(err)
	}
	balance, err := s.store.Balance(ctx, wallet.Rider(q.riderID), tariff.Currency)
	if err != nil {
		return no(err)
	}
	if balance.Minor < tariff.MinimumBalance {
		return no(wallet.ErrTooLittle.With("balance", balance).With("minimum", tariff.MinimumBalance))
	}
	return scooter, tariff, nil
}

// battery is what the scooter last said if that is fresh, else what was stored. Where neither is known the scooter is not
// rented: it has never been heard of, or nobody can tell at the moment.
func (s *rentals) battery(ctx context.Context, scooter fleet.Scooter) (int, error) {
	seen, known, err := s.live.Sighting(ctx, scooter.Plate)
	if err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "no live state", slog.String("plate", scooter.Plate), slog.String("error", err.Error()))
	}
	if err == nil && known && seen.Battery >= 0 && s.now().Sub(seen.Seen) <= s.fresh {
		return seen.Battery, nil
	}
	switch {
	case scooter.Battery >= 0:
		return scooter.Battery, nil
	case err != nil:
		return 0, fleet.ErrMapAway.Because(err)
	case known && seen.Battery >= 0:
		return seen.Battery, nil
	}
	return 0, fleet.ErrUnavailable
}
