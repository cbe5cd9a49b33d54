package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/geo"
)

// pin is a scooter as the map shows it.
type pin struct {
	Plate, State string
	Gone         bool
	Position     geo.Point
	Battery      int
}

// staffMap is what a browser with the map knows.
type staffMap struct {
	close func()

	mu   sync.Mutex
	pins map[string]pin
	id   string   // of the last event
	came []string // the events by name
}

// watchMap opens the map at an API, from where another one was if last says so.
func (w *world) watchMap(t *testing.T, api *process, token, last string) *staffMap {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(api.ready, "/readyz")+"/admin/v1/scooters/stream", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(req) //nolint:bodyclose // by who reads it
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	m := &staffMap{pins: map[string]pin{}}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer func() { _ = res.Body.Close() }()
		var name, id string
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			switch key, value, _ := strings.Cut(lines.Text(), ": "); key {
			case "id":
				id = value
			case "event":
				name = value
			case "data":
				m.take(name, id, []byte(value))
			}
		}
	}()
	m.close = func() { cancel(); <-read }
	t.Cleanup(m.close)
	return m
}

func (m *staffMap) take(name, id string, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var part struct {
		Scooters []pin
		First    bool
	}
	if json.Unmarshal(data, &part) != nil {
		name = "broken"
	}
	if part.First {
		clear(m.pins)
	}
	for _, p := range part.Scooters {
		m.pins[p.Plate] = p
	}
	m.id, m.came = id, append(m.came, name)
}

func (m *staffMap) shows(plate string, is func(pin) bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, known := m.pins[plate]
	return known && is(p)
}

func (m *staffMap) last() (id string, came []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.id, m.came
}

// Staff watch at two APIs how a scooter moves, is taken, comes free, goes offline and comes back; a rider's list follows.
func TestTheMapShowsWhatScootersDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asking, set{"TELEMETRY_OFFLINE_AFTER": "6s"})
	second := newProcess(t, "api", maps.Clone(w.env))
	t.Cleanup(second.kill)
	second.start(t)
	token := w.staffToken(t)
	b, p := w.box(t), w.rider(t)
	here, there := w.watchMap(t, w.api, token, ""), w.watchMap(t, second, token, "")
	both := func(what string, is func(pin) bool) {
		t.Helper()
		require.Eventually(t, func() bool { return here.shows(b.plate, is) && there.shows(b.plate, is) }, patience, tick, what)
	}
	state := func(want string) { t.Helper(); both(want, func(p pin) bool { return p.State == want }) }
	listed := func(want int) { t.Helper(); w.offered(t, p.app, want) }
	state("available")
	listed(1)

	moved := geo.Point{Lat: home.Lat + 0.0003, Lng: home.Lng}
	b.SetPosition(moved.Lat, moved.Lng)
	both("it moved", func(p pin) bool { return p.Position.Valid() && geo.Distance(p.Position, moved) < 3 })
	r := p.ride(t, b)
	state("in_use")
	listed(0)
	p.end(t, r.ID)
	w.free(t, b)
	state("available")
	listed(1)

	b.Offline()
	state("offline")
	listed(0)
	require.NoError(t, b.Online(t.Context()))
	state("available")
	listed(1)

	// A browser goes on at the other API where it was.
	id, _ := here.last()
	here.close()
	b.SetBattery(41)
	lower := func(p pin) bool { return p.Battery == 41 }
	require.Eventually(t, func() bool { return there.shows(b.plate, lower) }, patience, tick)
	back := w.watchMap(t, second, token, id)
	require.Eventually(t, func() bool { return back.shows(b.plate, lower) }, patience, tick)
	_, came := back.last()
	require.NotContains(t, came, "snapshot")
}

// staffToken is a session of somebody who may look.
func (w *world) staffToken(t *testing.T) string {
	t.Helper()
	id := uuid.NewString()
	require.NoError(t, w.store.CreateStaff(t.Context(), staff.Member{
		ID: id, FirstName: "Eva", LastName: "Looks", Email: id + "@staff.example", PasswordHash: "none", Permissions: []staff.Permission{staff.View},
		CreatedAt: time.Now(),
	}))
	signed, _, err := w.tokens.Issue(id, rider.ForStaff)
	require.NoError(t, err)
	return signed
}
