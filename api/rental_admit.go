package api

import (
	"context"
	"log/slog"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// admit decides whether this rider may have this scooter now, and at which price. Whether somebody has it already, or the rider
// another one, is decided by the store when the rental is opened.
func (s *rentals) admit(ctx context.Context, riderID string, a rental.Admission) (fare.Tariff, error) {
	switch {
	case a.Scooter.ID == 0:
		return fare.Tariff{}, fleet.ErrScooterUnknown
	case a.Scooter.Service != fleet.InService:
		return fare.Tariff{}, fleet.ErrUnavailable
	}
	battery, err := s.battery(ctx, a.Scooter)
	switch {
	case err != nil:
		return fare.Tariff{}, err
	case battery < s.rules.MinimumBattery:
		return fare.Tariff{}, fleet.ErrBatteryLow.With("battery", battery).With("minimum", s.rules.MinimumBattery)
	case !a.RiderKnown:
		return fare.Tariff{}, rider.ErrToken
	case !a.SuspendedAt.IsZero():
		return fare.Tariff{}, rider.ErrSuspended
	case !a.RiderVerified:
		return fare.Tariff{}, rider.ErrUnverified
	}
	tariff, err := s.tariff(ctx, a)
	if err != nil {
		return fare.Tariff{}, err
	}
	balance := a.Balance(tariff)
	if balance.Minor < 0 {
		return fare.Tariff{}, wallet.ErrDebt.With("balance", balance)
	}
	if balance.Minor < tariff.MinimumBalance {
		return tariff, s.enough(ctx, riderID, a, tariff)
	}
	return tariff, nil
}

// enough is wallet.ErrTooLittle unless the pass or the promotion of the ride makes up for what a wallet lacks of the minimum.
func (s *rentals) enough(ctx context.Context, riderID string, a rental.Admission, tariff fare.Tariff) error {
	d := a.OpenDiscount
	if a.OpenRental == "" {
		var err error
		if d, err = s.store.NextDiscount(ctx, riderID, a.Scooter.Model.ID, s.stands(ctx, a.Scooter), s.now()); err != nil {
			return err
		}
	}
	balance, minimum := a.Balance(tariff), tariff.Minimum(d)
	if balance.Minor < minimum {
		return wallet.ErrTooLittle.With("balance", balance).With("minimum", minimum)
	}
	return nil
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
		return 0, fleet.ErrUnchecked.Because(err)
	case known && seen.Battery >= 0:
		return seen.Battery, nil
	}
	return 0, fleet.ErrUnavailable
}
