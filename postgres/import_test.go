package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/station"
)

func (b *books) importScooters(ctx context.Context, records []fleet.Record, dry bool) fleet.Plan {
	b.t.Helper()
	plan, err := b.ImportScooters(ctx, records, "fleet.csv", dry)
	require.NoError(b.t, err)
	return plan
}

func TestImportingScooters(t *testing.T) {
	b := newBooks(t)
	eva, ctx := b.actor()
	at, old := b.station(10), b.scooter()
	model := "m1" // whatever the case
	records := []fleet.Record{
		{Row: 2, Plate: old.Plate, Note: ptr("painted"), Station: ptr(at.ShortName), LimitKmh: ptr(20)},
		{Row: 3, Plate: "NEW-1", Model: &model, Service: ptr(fleet.InService), IMEI: ptr("860000000000991"), QRCode: ptr("PRINTED1")},
		{Row: 4, Plate: "NEW-2", Model: &model, Station: ptr(at.ShortName), Reason: ptr("to be tested")},
	}
	plan := b.importScooters(ctx, records, true)
	require.Len(t, plan.Create, 2)
	require.Len(t, plan.Change, 1)
	require.Equal(t, old, b.find(old.Plate), "a dry run keeps nothing")
	require.Equal(t, 1, b.count(`SELECT count(*) FROM scooters`))
	require.Zero(t, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.import'`))

	plan = b.importScooters(ctx, records, false)
	require.Equal(t, []string{"limit_kmh", "note", "station"}, plan.Change[0].Columns)
	got := b.find(old.Plate)
	require.Equal(t, []any{"painted", at.ID, at.Position, 20}, []any{got.Note, got.StationID, got.Position, got.LimitKmh})
	one, two := b.find("NEW-1"), b.find("NEW-2")
	require.Equal(t, []any{"PRINTED1", "860000000000991", fleet.InService, 25, b.model, -1}, []any{one.QRCode, one.IMEI, one.Service, one.LimitKmh, one.Model, one.Battery})
	require.Equal(t, []any{fleet.Maintenance, "to be tested", at.ID, at.Position}, []any{two.Service, two.Reason, two.StationID, two.Position})
	require.NoError(t, fleet.CheckCode(two.QRCode, two.Plate))
	require.NotEqual(t, one.PublicID, two.PublicID)
	for plate, kind := range map[string]fleet.EventKind{old.Plate: fleet.Stationed, "NEW-1": fleet.Registered, "NEW-2": fleet.Registered} {
		events, _, err := b.ScooterEvents(b.ctx, plate, newestFirst)
		require.NoError(t, err)
		require.Equal(t, []any{kind, "staff", eva.StaffID, "imported: fleet.csv"}, []any{events[0].Kind, events[0].Cause, events[0].StaffID, events[0].Note})
	}
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.import' AND subject = 'fleet.csv'
		AND after -> 'created' = '["NEW-1", "NEW-2"]' AND after #>> '{changed,0}' = $1`, old.Plate))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.station' AND subject = $1
		AND staff_email <> '' AND before ->> 'note' = '' AND after ->> 'note' = 'painted' AND reason = 'imported: fleet.csv'`, old.Plate))
	require.Equal(t, 2, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.create' AND subject IN ('NEW-1', 'NEW-2') AND before IS NULL`))

	require.Equal(t, fleet.Plan{Unchanged: 3}, b.importScooters(ctx, records, false), "the same file again")
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.import'`))
}

func TestAFileWithOneBadRowChangesNothing(t *testing.T) {
	b := newBooks(t)
	old, spent, other := b.scooter(), b.scooter(), b.scooter()
	require.NoError(t, b.ReplaceCode(b.ctx, spent.Plate, "FRESHCODE", "lost", fleet.Sighted{}))
	before := b.count(`SELECT count(*) FROM scooter_events`)
	plan := b.importScooters(b.ctx, []fleet.Record{
		{Row: 2, Plate: old.Plate, Note: ptr("changed")},
		{Row: 3, Plate: "N1", Model: &b.model.Name, QRCode: &spent.QRCode},
		{Row: 4, Plate: "N2", Model: &b.model.Name, QRCode: &other.QRCode},
		{Row: 5, Plate: "N3", Model: &b.model.Name, IMEI: &other.IMEI},
		{Row: 6, Plate: spent.Plate, QRCode: ptr("ANOTHER1")},
	}, false)
	var rows []int
	for _, e := range plan.Errors {
		rows = append(rows, e.Row)
	}
	require.Equal(t, []int{3, 4, 5, 6}, rows)
	require.Empty(t, b.find(old.Plate).Note)
	require.Equal(t, 3, b.count(`SELECT count(*) FROM scooters`))
	require.Equal(t, before, b.count(`SELECT count(*) FROM scooter_events`))
}

// What the plan did not see coming, the database refuses, as a whole and with its own fault.
func TestAnImportInARaceIsAllOrNothing(t *testing.T) {
	b := newBooks(t)
	at := b.station(1)
	records := []fleet.Record{
		{Row: 2, Plate: "N1", Model: &b.model.Name, Station: &at.ShortName},
		{Row: 3, Plate: "N2", Model: &b.model.Name},
	}
	errs := make(chan error, 8)
	for i := range cap(errs) {
		go func() {
			mine := []fleet.Record{records[0], records[1]}
			mine[0].Plate = fmt.Sprint("N1-", i)
			plan, err := b.ImportScooters(b.ctx, mine, "x", false)
			if err == nil && len(plan.Errors) > 0 {
				err = plan.Errors[0].Fault
			}
			errs <- err
		}()
	}
	won := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			won++
		} else if !isOneOf(err, station.ErrFull, fleet.ErrPlateTaken) {
			require.NoError(t, err)
		}
	}
	require.Equal(t, 1, won)
	require.Equal(t, 2, b.count(`SELECT count(*) FROM scooters`))
}

func isOneOf(err error, others ...error) bool {
	for _, other := range others {
		if errors.Is(err, other) {
			return true
		}
	}
	return false
}

func TestALargeImportIsAFewStatements(t *testing.T) {
	b := newBooks(t)
	records := make([]fleet.Record, 5000)
	for i := range records {
		records[i] = fleet.Record{Row: i + 2, Plate: fmt.Sprintf("L%05d", i), Model: &b.model.Name, IMEI: ptr(fmt.Sprintf("8600000001%05d", i))}
	}
	require.Len(t, b.importScooters(b.ctx, records, false).Create, 5000)
	for i := range records {
		records[i].Note = ptr("again")
	}
	require.Len(t, b.importScooters(b.ctx, records, false).Change, 5000)
	require.Equal(t, 5000, b.count(`SELECT count(*) FROM scooters WHERE note = 'again'`))
	require.Equal(t, 10000, b.count(`SELECT count(*) FROM scooter_events`))
}

func TestImportingStations(t *testing.T) {
	b := newBooks(t)
	_, ctx := b.actor()
	old := b.station(3)
	records := []station.Record{
		{Row: 2, ShortName: old.ShortName, Capacity: ptr(2), Note: ptr("smaller")},
		{Row: 3, ShortName: "NEW", Name: ptr("New"), Lat: ptr(40.), Lng: ptr(-3.), Capacity: ptr(4)},
	}
	plan, err := b.ImportStations(ctx, records, "stations.csv", true)
	require.NoError(t, err)
	require.Len(t, plan.Create, 1)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM stations`))
	plan, err = b.ImportStations(ctx, records, "stations.csv", false)
	require.NoError(t, err)
	require.Equal(t, []string{"capacity", "note"}, plan.Change[0].Columns)
	got, err := b.Station(b.ctx, old.ID)
	require.NoError(t, err)
	require.Equal(t, []any{2, "smaller"}, []any{got.Capacity, got.Note})
	plan, err = b.ImportStations(ctx, records, "stations.csv", false)
	require.NoError(t, err)
	require.Equal(t, station.Plan{Unchanged: 2}, plan)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'station.import'`))
	require.Equal(t, 3, b.count(`SELECT count(*) FROM station_events`))
	plan, err = b.ImportStations(ctx, []station.Record{{Row: 2, ShortName: "new", Capacity: ptr(0)}, {Row: 3, ShortName: "OTHER"}}, "x", false)
	require.NoError(t, err)
	require.Len(t, plan.Errors, 2)
}
