package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

// member is a member of staff with an account.
func (b *books) member() staff.Member {
	b.t.Helper()
	id := uuid.NewString()
	m := staff.Member{ID: id, FirstName: "Eva", LastName: "Gil", Email: id + "@example.org", PasswordHash: "x", Permissions: []staff.Permission{staff.Admin}}
	require.NoError(b.t, b.CreateStaff(b.t.Context(), m)) // nobody of staff does
	return m
}

func orderOf(plate, by string) command.Order {
	return command.Order{
		ID: uuid.NewString(), Plate: plate, StaffID: by, Reason: "A test.", Code: 13, Name: "set-speed-limit",
		Args: map[string]any{"kmh": 20.}, Ride: command.RidePauses, AskedAt: noon, Deadline: noon.Add(10 * time.Second),
	}
}

func answered(id string, code int, at time.Time) command.Send {
	status := 0
	return command.Send{
		ID: id, Code: code, AskedAt: at, Sent: []byte(`{"a":13,"k":2020}`), SentAt: at.Add(time.Second), Outcome: command.Done,
		Received: []byte("{\"a\":14,\"s\":0,\"x\":\"\xff\"}"), ReceivedAt: at.Add(3 * time.Second), Status: &status,
	}
}

func TestOrderFromItsRowToItsEnd(t *testing.T) {
	b := newBooks(t)
	s, m := b.scooter(), b.member()
	asked := orderOf(s.Plate, m.ID)
	o, created, err := b.OpenOrder(b.ctx, asked, nil)
	require.NoError(t, err)
	require.True(t, created)
	asked.Email = m.Email
	require.Equal(t, asked, o)

	_, found, err := b.LastDone(b.ctx, s.Plate, 13)
	require.NoError(t, err)
	require.False(t, found)

	status := 0
	end := command.Ending{
		Outcome: command.Done, Attempts: 1, FinishedAt: noon.Add(4 * time.Second),
		Ack: &command.Ack{SendID: o.ID + "/1", Code: 14, Status: &status, Values: map[string]any{"status": 0.}, ReceivedAt: noon.Add(3 * time.Second)},
	}
	send := answered(o.ID+"/1", 13, noon)
	require.NoError(t, b.FinishOrder(b.ctx, o.ID, end, []command.Send{send}))
	again := end
	again.Outcome, again.Ack = command.Silent, nil
	require.NoError(t, b.FinishOrder(b.ctx, o.ID, again, []command.Send{send}), "what is told twice changes nothing")

	o, err = b.Order(b.ctx, s.Plate, o.ID)
	require.NoError(t, err)
	require.Equal(t, end, o.Ending)
	last, found, err := b.LastDone(b.ctx, s.Plate, 13)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, o, last)

	sends, err := b.SendsOf(b.ctx, o.ID)
	require.NoError(t, err)
	require.Len(t, sends, 1)
	require.Equal(t, send, sends[0].Send)
	require.Equal(t, m.Email, sends[0].Email)
	require.Equal(t, "A test.", sends[0].Reason)
	require.Equal(t, command.ForCommand, sends[0].Origin)

	_, err = b.Order(b.ctx, b.scooter().Plate, o.ID)
	require.ErrorIs(t, err, command.ErrOrderUnknown, "it is another scooter's")
	_, err = b.Order(b.ctx, s.Plate, "no-id")
	require.ErrorIs(t, err, command.ErrOrderUnknown)
	require.ErrorIs(t, b.FinishOrder(b.ctx, uuid.NewString(), end, nil), command.ErrOrderUnknown)
	_, _, err = b.OpenOrder(b.ctx, orderOf("nobody", m.ID), nil)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
}

func TestAKeyBelongsToOneCommandOfItsMember(t *testing.T) {
	b := newBooks(t)
	s, m := b.scooter(), b.member()
	keyed := func(by, digest string) command.Order {
		o := orderOf(s.Plate, by)
		o.Key, o.Digest = "k1", digest
		return o
	}
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		ids  = map[string]bool{}
		made int
	)
	for range 8 {
		all.Go(func() {
			o, created, err := b.OpenOrder(b.ctx, keyed(m.ID, "d1"), &staff.Deed{Action: "command.set-speed-limit", Subject: s.Plate})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				b.t.Errorf("open: %v", err)
			}
			ids[o.ID] = true
			if created {
				made++
			}
		})
	}
	all.Wait()
	require.Len(t, ids, 1)
	require.Equal(t, 1, made)
	_, _, err := b.OpenOrder(b.ctx, keyed(m.ID, "d2"), nil)
	require.ErrorIs(t, err, rental.ErrKeyReused)
	_, created, err := b.OpenOrder(b.ctx, keyed(b.member().ID, "d2"), nil)
	require.NoError(t, err)
	require.True(t, created, "another member's key is another key")
}

func TestADangerousCommandIsAuditedWithItsRow(t *testing.T) {
	b := newBooks(t)
	s, m := b.scooter(), b.member()
	ctx := staff.Acting(b.ctx, staff.Actor{StaffID: m.ID, Email: m.Email, Address: "192.0.2.7", RequestID: "r-1"})
	o := orderOf(s.Plate, m.ID)
	deed := &staff.Deed{Action: "command.power-on", Subject: s.Plate, After: map[string]any{"command": o.ID}, Reason: o.Reason}
	_, _, err := b.OpenOrder(ctx, o, deed)
	require.NoError(t, err)
	log, _, _, err := b.AuditLog(b.ctx, staff.AuditFilter{Action: "command."}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, m.Email, log[0].Email)
	require.Equal(t, "192.0.2.7", log[0].Address)
	require.JSONEq(t, `{"command":"`+o.ID+`"}`, string(log[0].After))

	broken := *deed
	broken.Action = "not an action"
	lost := orderOf(s.Plate, m.ID)
	_, _, err = b.OpenOrder(ctx, lost, &broken)
	require.Error(t, err)
	_, err = b.Order(b.ctx, s.Plate, lost.ID)
	require.ErrorIs(t, err, command.ErrOrderUnknown, "no audit row, no command")
}

func TestSendsOfARentalAreStoredWithItsChanges(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	id := b.open(b.request(b.rider().ID, s)).ID
	silent := command.Send{ID: id + "/1", Code: 3, AskedAt: noon, Sent: []byte(`{"a":3}`), SentAt: noon, Outcome: command.Silent}
	late := silent
	late.Received, late.ReceivedAt, late.Outcome = []byte(`{"a":4,"s":0}`), noon.Add(time.Hour), command.Done

	change := steps(id)[0]
	change.Sends = []command.Send{silent, {ID: id + "/2", Code: 73, AskedAt: noon, Outcome: command.Unsent, Unsent: "moving"}}
	for range 2 {
		require.NoError(t, b.Advance(b.ctx, change))
	}
	records, err := b.SendsOf(b.ctx, id)
	require.NoError(t, err)
	require.Len(t, records, 2)
	for i, want := range change.Sends {
		require.Equal(t, want, records[i].Send)
	}
	require.Equal(t, command.ForRental, records[0].Origin)
	require.NotEmpty(t, records[0].RiderID)

	event := rental.Event{Seq: 90, Kind: "alerted", Cause: rental.BySystem, At: noon, Sends: []command.Send{late}}
	require.NoError(t, b.AddEvent(b.ctx, id, event))
	event.Seq, event.Sends = 91, []command.Send{silent}
	require.NoError(t, b.AddEvent(b.ctx, id, event))
	records, err = b.SendsOf(b.ctx, id)
	require.NoError(t, err)
	require.Len(t, records, 2)
	require.Equal(t, late, records[0].Send, "answered after all, and never silent again")
}

func TestHistoryOfAScooter(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	var want []string
	for i := range 7 {
		send := answered(uuid.NewString(), 13+2*(i%2), noon.Add(time.Duration(i/2)*time.Second)) // pairs of the same time
		require.NoError(t, b.StoreSends(b.ctx, command.Batch{Plate: s.Plate, Origin: command.ForOnboarding, OriginID: "o1", Sends: []command.Send{send}}))
		want = append([]string{send.ID}, want...)
	}
	require.NoError(t, b.StoreSends(b.ctx, command.Batch{Plate: b.scooter().Plate, Origin: command.ForUpgrade, OriginID: "u1", Sends: []command.Send{answered("u1/1", 21, noon)}}))
	require.NoError(t, b.StoreSends(b.ctx, command.Batch{Plate: s.Plate}), "nothing is nothing")

	list := func(f command.Filter) []command.Record {
		t.Helper()
		records, err := b.Sends(b.ctx, s.Plate, f)
		require.NoError(t, err)
		return records
	}
	var got []string
	f := command.Filter{Limit: 2}
	for page := list(f); len(page) > 0; page = list(f) {
		for _, r := range page {
			got = append(got, r.ID)
		}
		last := page[len(page)-1]
		f.Before = command.Cursor{At: last.AskedAt, Number: last.Number}
	}
	require.Equal(t, want, got)
	require.Len(t, list(command.Filter{Code: 15, Limit: 100}), 3)
	require.Empty(t, list(command.Filter{Outcome: command.Silent, Limit: 100}))
	require.Len(t, list(command.Filter{Since: noon.Add(time.Second), Until: noon.Add(2 * time.Second), Limit: 100}), 2)
	_, err := b.Sends(b.ctx, "nobody", command.Filter{Limit: 1})
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
}

// What was sent, ordered or written down can't be undone, whatever the code above does.
func TestHistoryNeverChanges(t *testing.T) {
	b := newBooks(t)
	s, m := b.scooter(), b.member()
	ctx := staff.Acting(b.ctx, staff.Actor{StaffID: m.ID, Email: m.Email})
	o, _, err := b.OpenOrder(ctx, orderOf(s.Plate, m.ID), &staff.Deed{Action: "command.x", Subject: s.Plate})
	require.NoError(t, err)
	require.NoError(t, b.FinishOrder(b.ctx, o.ID, command.Ending{Outcome: command.Sent, Attempts: 1, FinishedAt: noon}, []command.Send{answered(o.ID+"/1", 13, noon)}))
	for _, statement := range []string{
		`UPDATE audit_log SET reason = 'other'`, `DELETE FROM audit_log`, `TRUNCATE audit_log`,
		`UPDATE sends SET outcome = 'silent'`, `DELETE FROM sends`,
		`UPDATE commands SET outcome = 'done'`, `UPDATE commands SET reason = 'other'`, `DELETE FROM commands`,
	} {
		_, err := b.db.ExecContext(b.ctx, statement)
		require.Error(t, err, statement)
	}
}

func TestOrderKeepsTheRentalThatItMet(t *testing.T) {
	b := newBooks(t)
	s, m := b.scooter(), b.member()
	asked := orderOf(s.Plate, m.ID)
	asked.RentalID = b.open(b.request(b.rider().ID, s)).ID
	o, _, err := b.OpenOrder(b.ctx, asked, nil)
	require.NoError(t, err)
	require.Equal(t, asked.RentalID, o.RentalID)
	require.ErrorContains(t, b.exec(`UPDATE commands SET rental_id = NULL WHERE id = $1`, o.ID), "is decided")
}
