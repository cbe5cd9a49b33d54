package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// street is a live state, its changes, a clock and one member of staff.
type street struct {
	Live

	mu      sync.Mutex
	seen    map[string]Sighting
	changes []string // plates; a cursor is how many there were
	kept    int      // the first change that is remembered
	reads   int      // of the changes
	member  staff.Member
	now     time.Time
}

func (s *street) Sightings(_ context.Context, plates []string) (map[string]Sighting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]Sighting{}
	for _, plate := range plates {
		if seen, ok := s.seen[plate]; ok {
			found[plate] = seen
		}
	}
	return found, nil
}

func (s *street) Now(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(len(s.changes)), nil
}

func (s *street) Since(_ context.Context, after string) ([]string, string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	var n int
	if _, err := fmt.Sscan(after, &n); err != nil || n < s.kept || n > len(s.changes) {
		return nil, "", false, nil
	}
	return s.changes[n:], fmt.Sprint(len(s.changes)), true, nil
}

func (s *street) At(string) time.Time { return s.clock() }

func (s *street) LastHeard(_ context.Context, after, until time.Time) (plates []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for plate, seen := range s.seen {
		if seen.Seen.After(after) && !seen.Seen.After(until) {
			plates = append(plates, plate)
		}
	}
	return plates, nil
}

func (s *street) Fleet(context.Context) (plates []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for plate := range s.seen {
		plates = append(plates, plate)
	}
	return plates, nil
}

func (s *street) StaffInSession(ctx context.Context, id, _ string) (staff.Member, error) {
	return s.StaffByID(ctx, id)
}

func (s *street) StaffByID(context.Context, string) (staff.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.member, nil
}

func (s *street) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *street) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// drive is a change of a scooter that the live state tells of.
func (s *street) drive(plate string, battery int, hold fleet.Hold) {
	s.change(func() {
		s.seen[plate] = Sighting{Plate: plate, Service: fleet.InService, Hold: hold, Battery: battery, SpeedKmh: -1, Fault: -1, Seen: s.now}
		s.changes = append(s.changes, plate)
	})
}

func newStreet(t *testing.T) (s *street, url string) {
	t.Helper()
	s = &street{seen: map[string]Sighting{}, member: staff.Member{Permissions: []staff.Permission{staff.View}}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	h := &hub{live: s, changes: s, silence: time.Minute, turn: 5 * time.Millisecond, now: s.clock, log: slog.New(slog.DiscardHandler)}
	router := chi.NewRouter()
	m := &mounter{limits: &limits{}, api: humachi.New(router, huma.Config{OpenAPI: newDocument(), Formats: huma.DefaultFormats, DefaultFormat: "application/json"})}
	mount(m, forAll, "GET /stream", watchScooters{h, s, 5 * time.Millisecond})
	server := httptest.NewServer(within(time.Minute)(router)) // which tells a stream that its client has gone
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	return s, server.URL + "/stream"
}

// viewer is one who watches.
type viewer struct {
	t    *testing.T
	body *bufio.Reader
	id   string
	end  func()
}

func watch(t *testing.T, url, lastID string) *viewer {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Header.Set("Last-Event-ID", lastID)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { end(); _ = res.Body.Close() })
	c := &viewer{t: t, body: bufio.NewReader(res.Body), end: end}
	require.Equal(t, "retry: 2000\n", lines(t, c.body))
	return c
}

// next is the next event: its name, and what it shows as "plate state battery" each.
func (c *viewer) next() (name string, shown map[string]string) {
	c.t.Helper()
	var data struct{ Scooters []MapScooter }
	for line := range strings.SplitSeq(lines(c.t, c.body), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "id":
			c.id = value
		case "event":
			name = value
		case "data":
			require.NoError(c.t, json.Unmarshal([]byte(value), &data))
		}
	}
	shown = map[string]string{}
	for _, s := range data.Scooters {
		if shown[s.Plate] = "gone"; !s.Gone {
			shown[s.Plate] = fmt.Sprintf("%s %d", s.State, *s.Battery)
		}
	}
	return name, shown
}

// until reads events until the scooter is shown so.
func (c *viewer) until(plate, want string) {
	c.t.Helper()
	for {
		if _, shown := c.next(); shown[plate] == want {
			return
		}
	}
}

func TestTheMapAsItChanges(t *testing.T) {
	s, url := newStreet(t)
	s.drive("A1", 80, fleet.Free)
	s.drive("A2", 50, fleet.InUse)
	c := watch(t, url, "")
	name, shown := c.next()
	require.Equal(t, "snapshot", name)
	require.Equal(t, map[string]string{"A1": "available 80", "A2": "in_use 50"}, shown)

	s.drive("A1", 79, fleet.Reserved)
	c.until("A1", "reserved 79")
	s.change(func() { s.now = s.now.Add(50 * time.Second) })
	s.drive("A1", 79, fleet.Free)
	c.until("A1", "available 79")
	s.change(func() { s.now = s.now.Add(20 * time.Second) }) // A2 has said nothing for too long
	c.until("A2", "offline 50")
	s.drive("A2", 49, fleet.InUse)
	c.until("A2", "in_use 49")
	s.change(func() {
		s.seen["A1"] = Sighting{Plate: "A1", Gone: true}
		s.seen["X9"] = Sighting{Plate: "X9"} // some device
		s.changes = append(s.changes, "X9", "A1")
	})
	name, shown = c.next()
	require.Equal(t, "changes", name)
	require.Equal(t, map[string]string{"A1": "gone"}, shown)
}

func TestTheMapGoesOnWhereAClientWas(t *testing.T) {
	s, url := newStreet(t)
	s.drive("A1", 80, fleet.Free)
	s.drive("A2", 50, fleet.Free)
	c := watch(t, url, "")
	_, shown := c.next()
	require.Len(t, shown, 2)
	c.end()
	s.drive("A2", 40, fleet.Free)
	back := watch(t, url, c.id)
	name, shown := back.next()
	require.Equal(t, "changes", name)
	require.Equal(t, "available 40", shown["A2"])

	for _, forgotten := range []string{"nonsense", "99", "1"} {
		s.change(func() { s.kept = 2 })
		name, shown = watch(t, url, forgotten).next()
		require.Equal(t, "snapshot", name)
		require.Len(t, shown, 2)
	}
}

func TestTheMapStartsAnewForAllWhenChangesAreLost(t *testing.T) {
	s, url := newStreet(t)
	s.drive("A1", 80, fleet.Free)
	c := watch(t, url, "")
	c.until("A1", "available 80")
	s.change(func() {
		seen := s.seen["A1"]
		seen.Battery = 7
		s.seen["A1"], s.changes, s.now = seen, nil, s.now.Add(10*time.Second) // Redis is empty
	})
	for name := ""; name != "snapshot"; {
		name, _ = c.next()
	}
}

func TestTheMapClosesForWhoMayNotSeeIt(t *testing.T) {
	s, url := newStreet(t)
	c := watch(t, url, "")
	name, shown := c.next()
	require.Equal(t, "snapshot", name)
	require.Empty(t, shown)
	s.change(func() { s.member.Permissions = nil })
	for name != "end" {
		name, _ = c.next()
	}
	_, err := c.body.ReadByte()
	require.Error(t, err)
}

// Two hundred clients cost as many readings as one, and one who does not read holds up nobody.
func TestManyClientsOfTheMap(t *testing.T) {
	s, url := newStreet(t)
	s.drive("A1", 80, fleet.Free)
	var clients []*viewer
	for range 200 {
		c := watch(t, url, "")
		c.until("A1", "available 80")
		clients = append(clients, c)
	}
	s.change(func() { s.reads = 0 })
	for n := range 5 {
		s.drive("A1", n, fleet.Free)
		for _, c := range clients[1:] {
			c.until("A1", fmt.Sprintf("available %d", n))
		}
	}
	clients[0].until("A1", "available 4")
	for _, c := range clients {
		c.end()
	}
}

func TestASlowClientFindsTheLatest(t *testing.T) {
	w := &watcher{wake: make(chan struct{}, 1), pending: map[string]json.RawMessage{}}
	for n := range 1000 {
		w.put(map[string]json.RawMessage{"A1": json.RawMessage(fmt.Sprint(n))}, fmt.Sprint(n), false)
	}
	require.Len(t, w.wake, 1)
	scooters, cursor, lost := w.take()
	require.Equal(t, map[string]json.RawMessage{"A1": json.RawMessage("999")}, scooters)
	require.Equal(t, "999", cursor)
	require.False(t, lost)
	scooters, _, _ = w.take()
	require.Empty(t, scooters)
}

// What the words about the map say is sent is what is sent: a client made after them understands all of it.
func TestTheMapIsAsItIsDescribed(t *testing.T) {
	words, err := os.ReadFile("../docs/live.md")
	require.NoError(t, err)
	names := func(pattern string) (list []string) {
		for _, name := range regexp.MustCompile(pattern).FindAllSubmatch(words, -1) {
			list = append(list, string(name[1]))
		}
		return list
	}
	sent := slices.Collect(maps.Keys(watchScooters{}.Meta().Events))
	require.ElementsMatch(t, sent, names("(?m)^\\| `([a-z]+)` \\| (?:with|replace|the permission)"), "the table")
	require.ElementsMatch(t, sent, names(`source\.addEventListener\('([a-z]+)'`), "the example for browsers")
	require.Equal(t, []string{"/admin/v1/scooters/stream"}, names(`new EventSource\('([^']+)'`))

	shown := regexp.MustCompile(`(?m)^id: (\S+)\nevent: (\w+)\ndata: (.*)$`).FindAllSubmatch(words, -1)
	require.Len(t, shown, 2)
	for _, event := range shown {
		_, _, isCursor := strings.Cut(string(event[1]), "-")
		require.True(t, isCursor)
		into := map[string]any{"snapshot": &MapSnapshot{}, "changes": &MapChanges{}}[string(event[2])]
		require.NotNil(t, into)
		text := strings.ReplaceAll(string(event[3]), ",…", "")
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(into), text)
	}
}
