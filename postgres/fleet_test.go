package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/pricing"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/geo"
)

func TestFindingScooters(t *testing.T) {
	b := newBooks(t)
	one, two := b.scooter(), b.scooter()
	require.Equal(t, fleet.Scooter{
		ID: one.ID, DeviceID: one.DeviceID, PublicID: one.PublicID, QRCode: one.QRCode, Plate: one.Plate, IMEI: one.IMEI, Model: b.model,
		Service: fleet.InService, Hold: fleet.Free, Position: geo.Point{Lat: 40.4, Lng: -3.7}, Battery: 80, LimitKmh: 25,
		CreatedAt: one.CreatedAt, UpdatedAt: one.UpdatedAt,
	}, one)
	require.NotEqual(t, one.DeviceID, one.PublicID)

	got, err := b.ScooterByQR(b.ctx, one.QRCode)
	require.NoError(t, err)
	require.Equal(t, one, got)
	got, err = b.ScooterByPlate(b.ctx, two.Plate)
	require.NoError(t, err)
	require.Equal(t, two, got)
	_, err = b.ScooterByQR(b.ctx, one.Plate)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
	_, err = b.ScooterByPlate(b.ctx, one.QRCode)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
	list, err := b.ScootersByPlates(b.ctx, []string{two.Plate, "nobody", one.Plate})
	require.NoError(t, err)
	require.Equal(t, []fleet.Scooter{one, two}, list)
	list, err = b.ScootersByPlates(b.ctx, nil)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestService(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	b.open(b.request(b.rider().ID, s))
	eva, ctx := b.actor()
	seen := fleet.Sighted{Position: geo.Point{Lat: 40.5, Lng: -3.6}, At: noon}
	require.NoError(t, b.SetService(ctx, s.Plate, fleet.Maintenance, "brakes", seen))
	got, err := b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, fleet.Maintenance, got.Service)
	require.Equal(t, "brakes", got.Reason)
	require.Equal(t, fleet.InUse, got.Hold, "its ride goes on")
	require.NoError(t, b.SetService(b.ctx, s.Plate, fleet.InService, "repaired", fleet.Sighted{}))
	got, err = b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Empty(t, got.Reason)
	require.ErrorIs(t, b.SetService(b.ctx, "nobody", fleet.Blocked, "x", fleet.Sighted{}), fleet.ErrScooterUnknown)

	events, total, err := b.ScooterEvents(b.ctx, s.Plate, newestFirst)
	require.NoError(t, err)
	require.Equal(t, 4, total)
	require.Len(t, events, 4)
	repaired, brakes := events[0], events[1]
	require.Equal(t, fleet.Event{
		ID: brakes.ID, At: brakes.At, Kind: fleet.StatusSet, Service: fleet.Maintenance, Hold: fleet.InUse, Cause: "staff",
		StaffID: eva.StaffID, StaffEmail: eva.Email, Position: seen.Position, PlaceAt: noon, Note: "brakes",
	}, brakes)
	require.Equal(t, fleet.Event{
		ID: repaired.ID, At: repaired.At, Kind: fleet.StatusSet, Service: fleet.InService, Hold: fleet.InUse, Cause: "system",
		Position: s.Position, Note: "repaired",
	}, repaired, "by nobody of staff, where it was stored last")
	require.Equal(t, "rider", events[2].Cause)
	require.NotEmpty(t, events[2].RentalID)
	require.Equal(t, fleet.Registered, events[3].Kind)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.service' AND subject = $1 AND staff_id = $2
		AND before = '{"service": "in_service", "reason": ""}' AND after = '{"service": "maintenance", "reason": "brakes"}' AND reason = 'brakes'`,
		s.Plate, eva.StaffID))
}

func TestTariffs(t *testing.T) {
	b := newBooks(t)
	got, err := b.CurrentTariff(b.ctx, b.model.ID)
	require.NoError(t, err)
	require.Equal(t, b.tariff, got)
	require.Equal(t, 1, got.Version)

	r := b.open(b.request(b.rider().ID, b.scooter()))
	dearer := b.tariff
	dearer.Unlock = 150
	dearer, err = b.CreateTariff(b.ctx, dearer)
	require.NoError(t, err)
	require.Equal(t, 2, dearer.Version)
	got, err = b.CurrentTariff(b.ctx, b.model.ID)
	require.NoError(t, err)
	require.Equal(t, dearer, got)
	r, err = b.RentalForStaff(b.ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, b.tariff, r.Tariff, "an open rental keeps its price")

	own, err := b.CreateTariff(b.ctx, fare.Tariff{ID: "cargo", Name: "Cargo", Currency: "EUR"})
	require.NoError(t, err)
	require.NoError(t, b.AssignTariff(b.ctx, b.model.ID, "cargo", ""))
	got, err = b.CurrentTariff(b.ctx, b.model.ID)
	require.NoError(t, err)
	require.Equal(t, own, got)
	require.NoError(t, b.AssignTariff(b.ctx, b.model.ID, "", ""))
	got, err = b.CurrentTariff(b.ctx, b.model.ID)
	require.NoError(t, err)
	require.Equal(t, dearer, got)
	require.Error(t, b.AssignTariff(b.ctx, b.model.ID, "unknown", ""))
}

func TestNoTariffAtAll(t *testing.T) {
	b := newBooks(t)
	require.NoError(t, b.exec(`ALTER TABLE tariff_versions DISABLE TRIGGER tariff_versions_immutable`))
	require.NoError(t, b.exec(`DELETE FROM tariff_versions`))
	_, err := b.CurrentTariff(b.ctx, b.model.ID)
	require.ErrorIs(t, err, pricing.ErrNone)
}

func TestAlerts(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	r := b.open(b.request(b.rider().ID, s))
	a := staff.Alert{Plate: s.Plate, Kind: staff.NotSecured, Text: "no lock", OpenedAt: noon}
	require.NoError(t, b.RaiseAlert(b.ctx, a))
	again := a
	again.Text, again.RentalID, again.OpenedAt = "still no lock", r.ID, noon.AddDate(0, 0, 1)
	require.NoError(t, b.RaiseAlert(b.ctx, again))
	require.NoError(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: s.Plate, Kind: staff.FaultAtStart, Text: "fault", OpenedAt: noon.AddDate(0, 0, -1)}))

	open, err := b.Alerts(b.ctx, true)
	require.NoError(t, err)
	require.Len(t, open, 2)
	again.ID, again.OpenedAt = open[0].ID, noon
	require.Equal(t, again, open[0])

	for range 2 {
		require.NoError(t, b.CloseAlert(b.ctx, s.Plate, staff.NotSecured, "luis@example.org"))
	}
	open, err = b.Alerts(b.ctx, true)
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.NoError(t, b.RaiseAlert(b.ctx, a), "closed, so a new one opens")
	all, err := b.Alerts(b.ctx, false)
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.ErrorIs(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: "nobody", Kind: staff.NotSecured}), fleet.ErrScooterUnknown)
	require.NoError(t, b.CloseAlert(b.ctx, "nobody", staff.NotSecured, "system"))
}

// Staff take a scooter out of service while riders race for it: nobody opens it afterwards.
func TestServiceAndOpenRace(t *testing.T) {
	b := newBooks(t)
	for range 20 {
		s := b.scooter()
		n := b.request(b.rider().ID, s)
		set := make(chan error)
		go func() { set <- b.SetService(b.ctx, s.Plate, fleet.Retired, "old", fleet.Sighted{}) }()
		_, created, err := b.OpenRental(b.ctx, n, never)
		require.NoError(t, <-set)
		got, findErr := b.ScooterByPlate(b.ctx, s.Plate)
		require.NoError(t, findErr)
		require.Equal(t, fleet.Retired, got.Service)
		if created {
			require.NoError(t, err)
			require.Equal(t, fleet.InUse, got.Hold)
			require.NoError(t, b.VoidUnstarted(b.ctx, n.ID, rental.NotStarted, noon))
		} else {
			require.ErrorIs(t, err, fleet.ErrUnavailable)
			require.Equal(t, fleet.Free, got.Hold)
		}
	}
}
