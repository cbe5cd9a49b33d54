package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/station"
)

// registryStore is what the register of scooters, models and stations needs of the books.
type registryStore interface {
	ScooterKeys(ctx context.Context, f fleet.Filter, q listing.Query) ([]fleet.Key, int, error)
	ScootersByIDs(ctx context.Context, ids []int64) ([]fleet.Scooter, error)
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)
	ScooterEvents(ctx context.Context, plate string, q listing.Query) ([]fleet.Event, int, error)
	CreateScooter(ctx context.Context, n fleet.Scooter) (fleet.Scooter, error)
	ChangeScooter(ctx context.Context, plate string, edit fleet.Edit, seen fleet.Sighted) error
	SetService(ctx context.Context, plate string, service fleet.Service, reason string, seen fleet.Sighted) error
	StationScooter(ctx context.Context, plate, stationID, reason string, seen fleet.Sighted) error
	ReplaceCode(ctx context.Context, plate, code, reason string, seen fleet.Sighted) error

	Models(ctx context.Context) ([]fleet.Model, error)
	CreateModel(ctx context.Context, m fleet.Model) (fleet.Model, error)
	ChangeModel(ctx context.Context, id int64, edit fleet.ModelEdit) (fleet.Model, error)

	Station(ctx context.Context, id string) (station.Station, error)
	Stations(ctx context.Context, f station.Filter, q listing.Query) ([]station.Station, []listing.Place, int, error)
	StationEvents(ctx context.Context, id string, limit int) ([]station.Event, error)
	CreateStation(ctx context.Context, n station.Station, note string) (station.Station, error)
	ChangeStation(ctx context.Context, id string, edit station.Edit, note string) error
	CloseStation(ctx context.Context, id string, release bool, note string) error

	// Imports: all of a file or nothing of it, and of a dry run nothing.
	ImportScooters(ctx context.Context, records []fleet.Record, file string, dry bool) (fleet.Plan, error)
	ImportStations(ctx context.Context, records []station.Record, file string, dry bool) (station.Plan, error)
}

// registry is the register of what the company has: scooters, their models, its stations.
type registry struct {
	store registryStore
	live  Live
	// backend are names at the broker that are no scooter's: no plate.
	backend []string
	fresh   time.Duration // a scooter that was not heard of for longer is offline
	now     func() time.Time
	// created is told of a new scooter.
	created func(ctx context.Context, s fleet.Scooter)
}

// sighted is where a scooter is as far as anybody knows; that it can't be known stops nothing.
func (r *registry) sighted(ctx context.Context, plate string) fleet.Sighted {
	seen, known, err := r.live.Sighting(ctx, plate)
	if err != nil || !known || seen.PositionAt.IsZero() {
		return fleet.Sighted{}
	}
	return fleet.Sighted{Position: seen.Position, At: seen.PositionAt}
}

// picks refuses a filter that names a model or a station that there is not: nothing would fit it, which says something else.
func (r *registry) picks(ctx context.Context, model int64, at string) error {
	if model != 0 {
		if _, err := r.model(ctx, model); err != nil {
			return err
		}
	}
	if at == "" || at == fleet.FreeFloating {
		return nil
	}
	if uuid.Validate(at) != nil {
		return station.ErrUnknown
	}
	return r.stationExists(ctx, at)
}

// online reports whether a scooter was heard of lately.
func (r *registry) online(seen Sighting) bool {
	return !seen.Seen.IsZero() && r.now().Sub(seen.Seen) <= r.fresh
}
