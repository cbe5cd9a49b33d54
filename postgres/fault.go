package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"rodada/domain/credential"
	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/pricing"
	"rodada/domain/promotion"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/station"
	"rodada/domain/wallet"
	"rodada/domain/zone"
)

// byConstraint says what the breach of a constraint means to whoever caused it. A breach that is not here is a mistake of
// ours: an internal error.
var byConstraint = map[string]*fault.Error{
	"riders_email_key":               rider.ErrEmailTaken,
	"staff_email_key":                rider.ErrEmailTaken,
	"services_name_key":              staff.ErrServiceTaken,
	"rider_logins_pkey":              rider.ErrLoginTaken,
	"rider_logins_one_of_service":    rider.ErrLoginTwice,
	"session_tokens_one_unspent":     rider.ErrToken,
	"rentals_one_open_per_rider":     rental.ErrRiderBusy,
	"rentals_one_held_per_scooter":   fleet.ErrHeld,
	"rentals_arrow":                  rental.ErrState,
	"rentals_over":                   rental.ErrOver,
	"rentals_outcome_decided":        rental.ErrOver,
	"rentals_outcome_in_state":       rental.ErrState,
	"rentals_outcome_at_end":         rental.ErrState,
	"rentals_ridden":                 rental.ErrState,
	"rentals_billed":                 rental.ErrState,
	"rentals_voided":                 rental.ErrState,
	"rentals_rider_gone":             rider.ErrToken,
	"rentals_rider_suspended":        rider.ErrSuspended,
	"rental_keys_pkey":               rental.ErrKeyReused,
	"rental_keys_key":                rental.ErrKeyMissing,
	"rental_keys_owner_fkey":         rental.ErrUnknown,
	"rental_events_rental_fkey":      rental.ErrUnknown,
	"scooters_plate_key":             fleet.ErrPlateTaken,
	"scooters_plate_folded":          fleet.ErrPlateTaken,
	"scooters_plate":                 fleet.ErrPlateInvalid,
	"scooters_imei_key":              fleet.ErrIMEITaken,
	"scooters_qr_code_key":           fleet.ErrCodeTaken,
	"scooters_code_spent":            fleet.ErrCodeTaken,
	"scooters_qr_code":               fleet.ErrCodeInvalid,
	"scooters_retired_stand_nowhere": fleet.ErrRetired,
	"scooters_station_fkey":          station.ErrUnknown,
	"models_name_key":                fleet.ErrModelTaken,
	"models_tariff_fkey":             pricing.ErrTariffUnknown,
	"promotions_code_key":            promotion.ErrTaken,
	"redemptions_key_key":            rental.ErrKeyReused,
	"passes_key_key":                 rental.ErrKeyReused,
	"stations_short_name_key":        station.ErrTaken,
	"stations_room":                  station.ErrFull,
	"stations_closed":                station.ErrClosed,
	"stations_occupied":              station.ErrOccupied,
	"mqtt_credentials_username_key":  credential.ErrUsernameTaken,
	"renumberings_one_open":          onboarding.ErrRenumbering,
	"renumberings_number_reserved":   fleet.ErrPlateTaken,
	"firmware_images_version":        firmware.ErrVersion,
	"firmware_images_version_key":    firmware.ErrVersionTaken,
	"firmware_bytes_limit":           firmware.ErrSize,
	"upgrades_one_open":              firmware.ErrUpgrading,
	"upgrades_image_fkey":            firmware.ErrImageUnknown,
	"zone_versions_one_everywhere":   zone.ErrTwice,
	"prices_begun":                   pricing.ErrBegun,
	"prices_withdrawn":               pricing.ErrWithdrawn,
	"ledger_balanced":                wallet.ErrUnbalanced,
	"ledger_transactions_lines":      wallet.ErrUnbalanced,
	"ledger_transactions_one_charge": wallet.ErrKeyConflict,
	"ledger_accounts_rider_fkey":     wallet.ErrRider,
	"payments_rider_gone":            wallet.ErrRider,
}

// Codes of SQLSTATE that mean "run the transaction again".
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	attempts             = 10
)

// Codes of SQLSTATE that are nobody's mistake here.
const (
	tooManyConnections = "53300"
	unstorableText     = "22021" // NUL
)

// retry runs a transaction, again when the database gave it up for another, and turns its error into a fault.
func retry(ctx context.Context, what string, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil {
			return nil
		}
		if _, isFault := fault.From(err); isFault {
			return err
		}
		err = fmt.Errorf("postgres: %s: %w", what, err)
		if away(err) && ctx.Err() == nil {
			return fault.ErrAway.Because(err)
		}
		var pg *pgconn.PgError
		if !errors.As(err, &pg) {
			return err
		}
		if again := pg.Code == serializationFailure || pg.Code == deadlockDetected; again && attempt < attempts && ctx.Err() == nil {
			continue
		}
		if meaning, ok := byConstraint[pg.ConstraintName]; ok {
			return meaning.Because(err)
		}
		if pg.Code == unstorableText {
			return fault.ErrText.Because(err)
		}
		return err
	}
}

// away reports whether the database could not be reached, or is going down or coming up.
func away(err error) bool {
	var connect *pgconn.ConnectError
	var network *net.OpError
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	case errors.As(err, &pg):
		return strings.HasPrefix(pg.Code, "57P0") || strings.HasPrefix(pg.Code, "08") || pg.Code == tooManyConnections
	}
	return false
}

// broke reports whether err is the breach of a constraint.
func broke(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

// isID reports whether an ID from outside can be one of ours: a UUID in its usual form.
func isID(id string) bool { return len(id) == 36 && uuid.Validate(id) == nil }
