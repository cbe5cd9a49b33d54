package alerts_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/telemetry/alerts"
	"rodada/telemetry/live"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var (
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	plaza = geo.Point{Lat: 40.4155, Lng: -3.7074}
)

// books are the alerts as the database keeps them: one open per scooter and kind.
type books struct {
	sync.Mutex
	list  []staff.Alert
	told  map[int64]time.Time
	now   func() time.Time
	fail  error
	calls int
}

func (b *books) find(plate string, kind staff.AlertKind) *staff.Alert {
	for i := range b.list {
		if a := &b.list[i]; a.Plate == plate && a.Kind == kind && a.ClosedAt.IsZero() {
			return a
		}
	}
	return nil
}

func (b *books) RaiseAlert(_ context.Context, a staff.Alert) error {
	b.Lock()
	defer b.Unlock()
	b.calls++
	if b.fail != nil {
		return b.fail
	}
	if b.find(a.Plate, a.Kind) == nil {
		a.ID = int64(len(b.list) + 1)
		b.told[a.ID] = b.now()
		b.list = append(b.list, a)
	}
	return nil
}

func (b *books) CloseAlert(_ context.Context, plate string, kind staff.AlertKind, by string) error {
	b.Lock()
	defer b.Unlock()
	b.calls++
	if a := b.find(plate, kind); a != nil && b.fail == nil {
		a.ClosedAt, a.ClosedBy = b.now(), by
	}
	return b.fail
}

func (b *books) ListAlerts(_ context.Context, q staff.AlertQuery, _ int) (list []staff.Alert, _ error) {
	b.Lock()
	defer b.Unlock()
	for i := len(b.list) - 1; i >= 0; i-- {
		if a := b.list[i]; a.ClosedAt.IsZero() || !a.ClosedAt.Before(q.Since) {
			list = append(list, a)
		}
	}
	return list, b.fail
}

func (b *books) RepeatAlerts(_ context.Context, before time.Time) (told int, _ error) {
	b.Lock()
	defer b.Unlock()
	for i := range b.list {
		if a := &b.list[i]; a.ClosedAt.IsZero() && b.told[a.ID].Before(before) {
			b.told[a.ID], a.Repeats, told = b.now(), a.Repeats+1, told+1
		}
	}
	return told, b.fail
}

// street is a fleet on a real Redis that a watch looks at.
type street struct {
	*testing.T
	live  *live.Store
	books *books
	watch *alerts.Watch
	now   time.Time
	redis redis.UniversalClient
	notes string // their key
}

func newStreet(t *testing.T) *street {
	t.Helper()
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	s := &street{T: t, live: live.New(client, prefix), now: noon, redis: client, notes: prefix + "alerts:notes"}
	s.books = &books{now: func() time.Time { return s.now }, told: map[int64]time.Time{}}
	s.watch = s.another(client, prefix)
	return s
}

func (s *street) another(client redis.UniversalClient, prefix string) *alerts.Watch {
	return &alerts.Watch{
		Books: s.books, Fleet: s.live, Turn: alerts.NewTurns(client, prefix, time.Minute), Notes: alerts.NewNotes(client, prefix),
		Area: func(context.Context) (func(geo.Point) bool, error) {
			return func(p geo.Point) bool { return geo.Distance(plaza, p) < 1000 }, nil
		},
		Now: func() time.Time { return s.now }, Log: slog.New(slog.DiscardHandler),
	}
}

// stands puts scooters into the books as the live state has them.
func (s *street) stands(plate string, service fleet.Service, hold fleet.Hold) {
	s.Helper()
	require.NoError(s, s.live.Stand(s.Context(), []fleet.Standing{{Plate: plate, Service: service, Hold: hold, At: s.now}}))
}

func (s *street) free(plate string) {
	s.Helper()
	s.stands(plate, fleet.InService, fleet.Free)
}

// says is a message of a scooter now.
func (s *street) says(plate string, values live.Values) {
	s.Helper()
	require.NoError(s, s.live.Update(s.Context(), []live.Report{{Plate: plate, Seen: s.now, Values: values}}))
}

func is[T any](s *street, v T) live.Value[T] { return live.Value[T]{Is: v, At: s.now} }

func (s *street) look() {
	s.Helper()
	require.NoError(s, s.watch.Look(s.Context()))
}

// after lets time pass, with a message of the scooter so that it is not silent, and looks.
func (s *street) after(d time.Duration, plate string, values live.Values) {
	s.Helper()
	s.now = s.now.Add(d)
	s.says(plate, values)
	s.look()
}

// open is the kinds of the alerts that are open.
func (s *street) open() (kinds []staff.AlertKind) {
	for _, a := range s.books.list {
		if a.ClosedAt.IsZero() {
			kinds = append(kinds, a.Kind)
		}
	}
	return kinds
}

// fresh is a watch that has just been started in the same place.
func (s *street) fresh(w alerts.Watch) *alerts.Watch {
	return &alerts.Watch{Books: w.Books, Fleet: w.Fleet, Turn: w.Turn, Notes: w.Notes, Area: w.Area, Now: w.Now, Log: w.Log}
}
