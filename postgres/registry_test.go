package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/station"
	"rodada/geo"
)

var newestFirst = listing.Query{Order: listing.Order{By: "at", Descending: true}, Limit: 100}

// actor is a member of staff, and a context in which that member acts.
func (b *books) actor() (staff.Actor, context.Context) {
	b.t.Helper()
	id := uuid.NewString()
	a := staff.Actor{StaffID: id, Email: id + "@example.org", Address: "127.0.0.1", RequestID: "request-1"}
	require.NoError(b.t, b.CreateStaff(b.ctx, staff.Member{ID: id, Email: a.Email, PasswordHash: "x"}))
	return a, staff.Acting(b.ctx, a)
}

func (b *books) station(capacity int) station.Station {
	b.t.Helper()
	s, err := b.CreateStation(b.ctx, station.Station{
		ShortName: fmt.Sprintf("S-%d", scooters.Add(1)), Name: "Main square", Address: "1, Main Square",
		Position: geo.Point{Lat: 40.41, Lng: -3.71}, Capacity: capacity, Charging: true,
	}, "")
	require.NoError(b.t, err)
	return s
}

func (b *books) find(plate string) fleet.Scooter {
	b.t.Helper()
	s, err := b.ScooterByPlate(b.ctx, plate)
	require.NoError(b.t, err)
	return s
}

func TestWhatIsEmptyGetsItsValue(t *testing.T) {
	b := newBooks(t)
	at := b.station(1)
	s, err := b.CreateScooter(b.ctx, fleet.Scooter{Plate: "12AB", Model: b.model, Battery: -1, StationID: at.ID, Note: "from Cádiz"})
	require.NoError(t, err)
	require.Equal(t, fleet.InService, s.Service)
	require.Equal(t, fleet.Free, s.Hold)
	require.Equal(t, b.model.MaxKmh, s.LimitKmh)
	require.Equal(t, at.Position, s.Position, "it stands at its station")
	require.Equal(t, at.ShortName, s.Station)
	require.Equal(t, "from Cádiz", s.Note)
	require.NoError(t, fleet.CheckCode(s.QRCode, s.Plate))
	require.NoError(t, uuid.Validate(s.DeviceID))
}

func TestScootersThatCanNotBe(t *testing.T) {
	b := newBooks(t)
	one := b.scooter()
	full := b.station(1)
	require.NoError(t, b.StationScooter(b.ctx, one.Plate, full.ID, "", fleet.Sighted{}))
	spent := b.scooter()
	require.NoError(t, b.ReplaceCode(b.ctx, spent.Plate, "FRESHCODE", "lost", fleet.Sighted{}))
	for name, c := range map[string]struct {
		scooter fleet.Scooter
		want    error
	}{
		"the same plate":        {fleet.Scooter{Plate: one.Plate}, fleet.ErrPlateTaken},
		"a plate that is none":  {fleet.Scooter{Plate: "a/b"}, fleet.ErrPlateInvalid},
		"the same IMEI":         {fleet.Scooter{IMEI: one.IMEI}, fleet.ErrIMEITaken},
		"the same code":         {fleet.Scooter{QRCode: one.QRCode}, fleet.ErrCodeTaken},
		"a code that was":       {fleet.Scooter{QRCode: spent.QRCode}, fleet.ErrCodeTaken},
		"a code that is none":   {fleet.Scooter{QRCode: "a b c"}, fleet.ErrCodeInvalid},
		"no such model":         {fleet.Scooter{Model: fleet.Model{ID: 99}}, fleet.ErrModelUnknown},
		"no such station":       {fleet.Scooter{StationID: uuid.NewString()}, station.ErrUnknown},
		"a full station":        {fleet.Scooter{StationID: full.ID}, station.ErrFull},
		"retired, at a station": {fleet.Scooter{StationID: full.ID, Service: fleet.Retired}, fleet.ErrRetired},
	} {
		t.Run(name, func(t *testing.T) {
			n := c.scooter
			if n.Plate == "" {
				n.Plate = uuid.NewString()
			}
			if n.Model.ID == 0 {
				n.Model = b.model
			}
			_, err := b.CreateScooter(b.ctx, n)
			require.ErrorIs(t, err, c.want)
		})
	}
	require.Equal(t, 2, b.count(`SELECT count(*) FROM scooters`))
}

func TestChangingAScooter(t *testing.T) {
	b := newBooks(t)
	s, other := b.scooter(), b.scooter()
	slow, err := b.CreateModel(b.ctx, fleet.Model{Name: "Slow", MaxKmh: 12})
	require.NoError(t, err)
	_, ctx := b.actor()
	imei, note, limit, tooFast, none := "860000000000019", "squeaks", 10, 26, int64(99)

	require.NoError(t, b.ChangeScooter(ctx, s.Plate, fleet.Edit{}, fleet.Sighted{}))
	require.Equal(t, s, b.find(s.Plate), "nothing to change")
	require.Zero(t, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.change'`))

	require.NoError(t, b.ChangeScooter(ctx, s.Plate, fleet.Edit{ModelID: &slow.ID}, fleet.Sighted{}))
	require.Equal(t, 12, b.find(s.Plate).LimitKmh, "no more than the model can drive")
	require.NoError(t, b.ChangeScooter(ctx, s.Plate, fleet.Edit{IMEI: &imei, Note: &note, LimitKmh: &limit}, fleet.Sighted{}))
	got := b.find(s.Plate)
	require.Equal(t, []any{slow, imei, note, limit}, []any{got.Model, got.IMEI, got.Note, got.LimitKmh})
	require.True(t, got.UpdatedAt.After(s.UpdatedAt))
	require.Equal(t, 2, b.count(`SELECT count(*) FROM scooter_events WHERE kind = 'changed' AND cause = 'staff'`))

	for name, c := range map[string]struct {
		plate string
		edit  fleet.Edit
		want  error
	}{
		"nobody":          {"nobody", fleet.Edit{Note: &note}, fleet.ErrScooterUnknown},
		"no such model":   {s.Plate, fleet.Edit{ModelID: &none}, fleet.ErrModelUnknown},
		"too fast":        {s.Plate, fleet.Edit{LimitKmh: &tooFast}, fleet.ErrLimitInvalid},
		"another's IMEI":  {s.Plate, fleet.Edit{IMEI: &other.IMEI}, fleet.ErrIMEITaken},
		"no IMEI at all":  {s.Plate, fleet.Edit{IMEI: &note}, fleet.ErrIMEIInvalid},
		"text with a NUL": {s.Plate, fleet.Edit{Note: ptr("a\x00b")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			err := b.ChangeScooter(b.ctx, c.plate, c.edit, fleet.Sighted{})
			require.Error(t, err)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestAReplacedCodeIsNobodysAnyMore(t *testing.T) {
	b := newBooks(t)
	s, other := b.scooter(), b.scooter()
	_, ctx := b.actor()
	require.NoError(t, b.ReplaceCode(ctx, s.Plate, "NEWCODE1", "stolen", fleet.Sighted{}))
	_, err := b.ScooterByQR(b.ctx, s.QRCode)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
	got, err := b.ScooterByQR(b.ctx, "NEWCODE1")
	require.NoError(t, err)
	require.Equal(t, s.ID, got.ID)
	require.ErrorIs(t, b.ReplaceCode(b.ctx, other.Plate, s.QRCode, "x", fleet.Sighted{}), fleet.ErrCodeTaken)
	require.ErrorIs(t, b.ReplaceCode(b.ctx, s.Plate, s.QRCode, "found again", fleet.Sighted{}), fleet.ErrCodeTaken)
	require.ErrorIs(t, b.ReplaceCode(b.ctx, "nobody", "NEWCODE2", "x", fleet.Sighted{}), fleet.ErrScooterUnknown)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM scooter_events WHERE kind = 'code' AND note = 'stolen' AND staff_email <> ''`))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.code' AND before ->> 'qr_code' = $1`, s.QRCode))
}

func TestAStationAndItsScooters(t *testing.T) {
	b := newBooks(t)
	at, s, other := b.station(1), b.scooter(), b.scooter()
	eva, ctx := b.actor()
	require.NoError(t, b.StationScooter(ctx, s.Plate, at.ID, "brought", fleet.Sighted{Position: at.Position, At: noon}))
	require.NoError(t, b.StationScooter(ctx, s.Plate, at.ID, "brought again", fleet.Sighted{}))
	got := b.find(s.Plate)
	require.Equal(t, []any{at.ID, at.ShortName, at.Position}, []any{got.StationID, got.Station, got.Position})
	require.Equal(t, 1, b.count(`SELECT count(*) FROM scooter_events WHERE kind = 'station' AND station_id = $1 AND staff_id = $2`, at.ID, eva.StaffID))
	require.ErrorIs(t, b.StationScooter(ctx, other.Plate, at.ID, "", fleet.Sighted{}), station.ErrFull)
	require.ErrorIs(t, b.ChangeStation(ctx, uuid.NewString(), station.Edit{}, ""), station.ErrUnknown)
	require.ErrorIs(t, b.ChangeStation(ctx, "x", station.Edit{}, ""), station.ErrUnknown)

	two := 2
	require.NoError(t, b.ChangeStation(ctx, at.ID, station.Edit{Capacity: &two}, "another rack"))
	require.NoError(t, b.StationScooter(ctx, other.Plate, at.ID, "", fleet.Sighted{}))
	one := 1
	require.ErrorIs(t, b.ChangeStation(ctx, at.ID, station.Edit{Capacity: &one}, "too small"), station.ErrFull)
	require.ErrorIs(t, b.CloseStation(ctx, at.ID, false, "works"), station.ErrOccupied)
	found, err := b.Station(b.ctx, at.ID)
	require.NoError(t, err)
	require.Equal(t, []any{2, 2, station.Active}, []any{found.Capacity, found.Scooters, found.State})

	for range 2 {
		require.NoError(t, b.CloseStation(ctx, at.ID, true, "works"))
	}
	require.Empty(t, b.find(s.Plate).StationID)
	require.ErrorIs(t, b.StationScooter(ctx, s.Plate, at.ID, "", fleet.Sighted{}), station.ErrClosed)
	events, err := b.StationEvents(b.ctx, at.ID, 10)
	require.NoError(t, err)
	require.Len(t, events, 3)
	require.Equal(t, station.Event{
		At: events[0].At, State: station.Closed, Capacity: 2, StaffID: eva.StaffID, StaffEmail: eva.Email, Note: "works",
	}, events[0])
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'station.close' AND after = '{"state": "closed"}'`))
}

func TestARideLeavesTheStation(t *testing.T) {
	b := newBooks(t)
	at, s := b.station(1), b.scooter()
	require.NoError(t, b.StationScooter(b.ctx, s.Plate, at.ID, "", fleet.Sighted{}))
	r := b.open(b.request(b.rider().ID, s))
	require.Equal(t, at.ID, b.find(s.Plate).StationID, "nobody has unlocked it yet")
	require.ErrorIs(t, b.StationScooter(b.ctx, s.Plate, b.station(1).ID, "", fleet.Sighted{}), fleet.ErrHeld)
	for status, want := range map[string]int{"in_use": 1, "available": 0, "securing": 0} {
		_, n, err := b.ScooterKeys(b.ctx, fleet.Filter{Status: []string{status}}, listing.Query{Order: listing.Order{By: "plate"}, Limit: 1})
		require.NoError(t, err)
		require.Equal(t, want, n, status)
	}
	b.ride(r.ID)
	require.Empty(t, b.find(s.Plate).StationID)

	require.NoError(t, b.StationScooter(b.ctx, s.Plate, at.ID, "", fleet.Sighted{}))
	n := b.request(b.rider().ID, s)
	b.open(n)
	require.NoError(t, b.VoidUnstarted(b.ctx, n.ID, rental.NotStarted, time.Now()))
	require.Equal(t, at.ID, b.find(s.Plate).StationID, "it never left")

	events, _, err := b.ScooterEvents(b.ctx, s.Plate, newestFirst)
	require.NoError(t, err)
	require.Equal(t, []any{fleet.Free, at.ID}, []any{events[0].Hold, events[0].StationID})
	require.Equal(t, []any{fleet.InUse, at.ID}, []any{events[1].Hold, events[1].StationID})
	require.NoError(t, b.SetService(b.ctx, s.Plate, fleet.Retired, "old", fleet.Sighted{}))
	require.Empty(t, b.find(s.Plate).StationID)
	require.ErrorIs(t, b.StationScooter(b.ctx, s.Plate, at.ID, "", fleet.Sighted{}), fleet.ErrRetired)
}

// Many put scooters at one station at once, while somebody makes it smaller: it never holds more than it has room for.
func TestManyRaceForTheRoom(t *testing.T) {
	b := newBooks(t)
	at := b.station(5)
	plates := make([]string, 12)
	for i := range plates {
		plates[i] = b.scooter().Plate
	}
	var all sync.WaitGroup
	errs := make([]error, len(plates))
	for i, plate := range plates {
		all.Go(func() { errs[i] = b.StationScooter(b.ctx, plate, at.ID, "", fleet.Sighted{}) })
	}
	var smaller error
	all.Go(func() { smaller = b.ChangeStation(b.ctx, at.ID, station.Edit{Capacity: ptr(3)}, "") })
	all.Wait()
	stand := 0
	for _, err := range errs {
		if err == nil {
			stand++
		} else {
			require.ErrorIs(t, err, station.ErrFull)
		}
	}
	if smaller != nil {
		require.ErrorIs(t, smaller, station.ErrFull)
	}
	found, err := b.Station(b.ctx, at.ID)
	require.NoError(t, err)
	require.Equal(t, stand, found.Scooters)
	require.Equal(t, found.Capacity, found.Scooters, "and no room is left")
}

// A release ends a rental in the name of who asked for it, in the scooter's own history too.
func TestAReleaseSaysWhoDidIt(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	b.open(b.request(b.rider().ID, s))
	eva, ctx := b.actor()
	require.NoError(t, b.ReleaseRental(ctx, s.Plate, eva.StaffID, "found in the river"))
	events, _, err := b.ScooterEvents(b.ctx, s.Plate, newestFirst)
	require.NoError(t, err)
	last := events[0]
	require.Equal(t, []any{fleet.StatusSet, fleet.Maintenance, fleet.Free, "staff", eva.StaffID, eva.Email, "found in the river"},
		[]any{last.Kind, last.Service, last.Hold, last.Cause, last.StaffID, last.StaffEmail, last.Note})
}

func TestModels(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	_, ctx := b.actor()
	_, err := b.CreateModel(ctx, fleet.Model{Name: b.model.Name, MaxKmh: 1})
	require.ErrorIs(t, err, fleet.ErrModelTaken)
	_, err = b.CreateModel(ctx, fleet.Model{Name: "none"})
	require.ErrorIs(t, err, fleet.ErrModelInvalid)
	a, err := b.CreateModel(ctx, fleet.Model{Name: "A1", MaxKmh: 30, StrictJSON: true})
	require.NoError(t, err)
	list, err := b.Models(b.ctx)
	require.NoError(t, err)
	require.Equal(t, []fleet.Model{a, b.model}, list)

	got, err := b.ChangeModel(ctx, b.model.ID, fleet.ModelEdit{MaxKmh: ptr(20), LowercaseLength: ptr(true)})
	require.NoError(t, err)
	want := b.model
	want.MaxKmh, want.LowercaseLength = 20, true
	require.Equal(t, want, got)
	require.Equal(t, 20, b.find(s.Plate).LimitKmh)
	_, err = b.ChangeModel(ctx, a.ID, fleet.ModelEdit{Name: &b.model.Name})
	require.ErrorIs(t, err, fleet.ErrModelTaken)
	_, err = b.ChangeModel(ctx, 99, fleet.ModelEdit{Name: ptr("x")})
	require.ErrorIs(t, err, fleet.ErrModelUnknown)
	_, err = b.ChangeModel(ctx, a.ID, fleet.ModelEdit{MaxKmh: ptr(0)})
	require.ErrorIs(t, err, fleet.ErrModelInvalid)
}
