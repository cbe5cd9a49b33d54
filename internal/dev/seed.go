package dev

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rodada/api/password"
	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/geo"
	"rodada/postgres"
)

// The demo's logins open nothing but a development stack on 127.0.0.1.
const (
	RiderEmail    = "ana@demo.rodada.example"
	RiderPassword = "demo-rider-password"
	StaffEmail    = "staff@demo.rodada.example"
	StaffPassword = "demo-staff-password"
)

// fleetSize is how many scooters the demo has.
const fleetSize = 25

// square is where the demo fleet stands: Plaza Mayor, Madrid.
var square = geo.Point{Lat: 40.4155, Lng: -3.7074}

// plate and code name the demo's scooters.
func plate(i int) string { return fmt.Sprintf("DEMO%02d", i+1) }
func code(i int) string  { return fmt.Sprintf("demo-%04d", i+1) }

// boxPassword is the MQTT password of a demo scooter.
func boxPassword(plate string) string { return "box-" + plate }

func tariff(currency string) fare.Tariff {
	return fare.Tariff{
		ID: "0d9d5f0e-5f0a-4c86-9d53-2f2e2d3c1a01", Name: "City", Currency: currency,
		Unlock:   100,
		Riding:   []fare.Segment{{Rate: 23, Interval: 1}},
		Paused:   []fare.Segment{{Rate: 5, Interval: 1}},
		Distance: []fare.Segment{{Start: 10, Rate: 10, Interval: 1}},

		MinimumBalance: 300, ReservationSeconds: 900,
	}
}

// seed puts the demo's people, scooters, stations and tariff into an empty database. What is there already stays as it is.
func seed(ctx context.Context, store *postgres.Store, currency string) error {
	if err := seedFleet(ctx, store, currency); err != nil {
		return err
	}
	return seedStations(ctx, store)
}

func seedFleet(ctx context.Context, store *postgres.Store, currency string) error {
	if _, err := store.ScooterByPlate(ctx, plate(fleetSize-1)); err == nil {
		return nil
	} else if !errors.Is(err, fleet.ErrScooterUnknown) {
		return err
	}
	model, err := store.CreateModel(ctx, fleet.Model{Name: "Demo One", MaxKmh: 25, RangeMeters: 35_000})
	if err != nil {
		return err
	}
	price, err := store.CreateTariff(ctx, tariff(currency))
	if err != nil {
		return err
	}
	if err := store.AssignTariff(ctx, model.ID, price.ID, ""); err != nil {
		return err
	}
	for i := range fleetSize {
		_, err := store.CreateScooter(ctx, fleet.Scooter{
			DeviceID: uuid.NewString(), PublicID: uuid.NewString(), QRCode: code(i), Plate: plate(i),
			IMEI: fmt.Sprintf("8600000%08d", i+1), Model: model, Service: fleet.InService, Hold: fleet.Free,
			Position: square, Battery: -1, LimitKmh: model.MaxKmh,
		})
		if err != nil {
			return err
		}
	}
	return seedPeople(ctx, store)
}

func seedPeople(ctx context.Context, store *postgres.Store) error {
	hasher, now := password.New(1), time.Now().UTC()
	riderHash, err := hasher.Hash(ctx, RiderPassword)
	if err != nil {
		return err
	}
	staffHash, err := hasher.Hash(ctx, StaffPassword)
	if err != nil {
		return err
	}
	err = store.CreateRider(ctx, rider.Rider{
		ID: uuid.NewString(), FirstName: "Ana", LastName: "Demo", Email: RiderEmail, PasswordHash: riderHash, Language: "es", CreatedAt: now,
	})
	if _, known := fault.From(err); err != nil && !known {
		return err
	}
	err = store.CreateStaff(ctx, staff.Member{
		ID: uuid.NewString(), FirstName: "Eva", LastName: "Demo", Email: StaffEmail, PasswordHash: staffHash, CreatedAt: now,
		Permissions: []staff.Permission{staff.Admin},
	})
	if _, known := fault.From(err); err != nil && !known {
		return err
	}
	return nil
}
