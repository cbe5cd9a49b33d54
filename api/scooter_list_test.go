package api_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/api"
	"rodada/domain/fleet"
)

// pages walks a list to its end and gives the plates of each page.
func (s *stage) pages(t *testing.T, query string) (pages [][]string, totals []int) {
	t.Helper()
	cursor := ""
	for {
		path := "/admin/v1/scooters?" + query
		if cursor != "" {
			path += "&cursor=" + url.QueryEscape(cursor)
		}
		b := body(t, s.asStaff(t, "GET", path, nil), 200)
		page := []string{}
		for _, each := range b["scooters"].([]any) {
			page = append(page, each.(map[string]any)["plate"].(string))
		}
		pages, totals = append(pages, page), append(totals, int(b["total"].(float64)))
		next, more := b["next"].(string)
		if !more {
			return pages, totals
		}
		require.Less(t, len(pages), 100, "the list has no end")
		cursor = next
	}
}

// fill puts scooters on the stage: n of them with plates P00 and so on, each as edit makes it.
func (s *stage) fill(n int, edit func(i int, sc *fleet.Scooter, seen *api.Sighting)) {
	one := s.store.scooters[plate]
	clear(s.store.scooters)
	s.live.seen = nil
	for i := range n {
		sc := one
		sc.ID, sc.Plate, sc.QRCode, sc.IMEI = int64(i+1), fmt.Sprintf("P%02d", i), fmt.Sprintf("CODE%02d", i), ""
		seen := api.Sighting{Plate: sc.Plate, Battery: -1}
		edit(i, &sc, &seen)
		s.store.scooters[sc.Plate] = sc
		if !seen.Seen.IsZero() {
			s.live.seen = append(s.live.seen, seen)
		}
	}
}

func TestTheFleetFilteredByWhatItSaid(t *testing.T) {
	s := newStage(t)
	s.fill(6, func(i int, sc *fleet.Scooter, seen *api.Sighting) {
		sc.Battery = []int{10, 90, 10, -1, -1, 10}[i]
		sc.Firmware = []string{"1.9", "1.9", "1.10", "", "1", ""}[i]
		switch i {
		case 1, 3:
			seen.Battery, seen.Seen = 15, noon.Add(-time.Minute)
		case 2:
			seen.Battery, seen.Seen = 95, noon.Add(-time.Hour)
		case 5: // heard of, but it did not say
			seen.Seen = noon
			sc.Service = fleet.Maintenance
		}
	})
	for query, want := range map[string][]string{
		"battery_below=20":                      {"P00", "P01", "P03", "P05"},
		"battery_below=15":                      {"P00", "P05"},
		"connection=online":                     {"P01", "P03", "P05"},
		"connection=offline":                    {"P00", "P02", "P04"},
		"connection=online&battery_below=20":    {"P01", "P03", "P05"},
		"connection=online&service=maintenance": {"P05"},
		"status=maintenance,in_use":             {"P05"},
		"status=available&connection=online":    {"P01", "P03"},
		"service=maintenance,blocked":           {"P05"},
		"sort=-battery":                         {"P02", "P03", "P01", "P05", "P00", "P04"},
		"sort=seen":                             {"P00", "P04", "P02", "P01", "P03", "P05"},
		"sort=-plate&battery_below=20":          {"P05", "P03", "P01", "P00"},
		"firmware=1.9":                          {"P00", "P01"},
		"firmware=1,1.10":                       {"P02", "P04"},
		"firmware=none":                         {"P03", "P05"},
		"firmware=1.9&connection=online":        {"P01"},
		"q=p03":                                 {"P03"},
		"q=code":                                {"P00", "P01", "P02", "P03", "P04", "P05"},
	} {
		for _, limit := range []int{1, 2, 4, 100} {
			pages, totals := s.pages(t, fmt.Sprintf("%s&limit=%d", query, limit))
			require.Equal(t, want, slices.Concat(pages...), "%s by %d", query, limit)
			for i, page := range pages {
				require.Equal(t, len(want), totals[i], query)
				require.True(t, len(page) == limit || i == len(pages)-1, "only the last page is not full")
			}
		}
	}
}

func TestListsOfTheFleetThatCanNotBe(t *testing.T) {
	s := newStage(t)
	s.fill(3, func(int, *fleet.Scooter, *api.Sighting) {})
	next := body(t, s.asStaff(t, "GET", "/admin/v1/scooters?limit=1&sort=-seen", nil), 200)["next"].(string)
	for query, code := range map[string]string{
		"sort=colour":                   "sort_unknown",
		"cursor=x":                      "cursor_invalid",
		"sort=seen&cursor=" + next:      "cursor_invalid",
		"q=P&sort=-seen&cursor=" + next: "cursor_invalid",
		"service=lost":                  "request_invalid",
		"limit=0":                       "request_invalid",
		"limit=501":                     "request_invalid",
		"battery_below=200":             "request_invalid",
		"after=5":                       "request_invalid",
		"sort=-seen&cursor=" + strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(`{"s":"-seen","v":"x","i":"1"}`)), "="): "cursor_invalid",
	} {
		problem(t, s.asStaff(t, "GET", "/admin/v1/scooters?"+query, nil), 422, code)
	}
}

func TestTheFleetWithoutItsLiveState(t *testing.T) {
	s := newStage(t)
	s.live.err = fmt.Errorf("no Redis")
	b := body(t, s.asStaff(t, "GET", "/admin/v1/scooters", nil), 200)
	require.Equal(t, false, b["live"])
	require.Len(t, b["scooters"], 1)
	for _, query := range []string{"battery_below=5", "connection=online", "sort=seen", "sort=-battery"} {
		problem(t, s.asStaff(t, "GET", "/admin/v1/scooters?"+query, nil), 503, "map_unavailable")
	}
}

// Whatever the order, the filters and the size of a page, and whatever comes and goes between two pages: a scooter that was
// there all the time and did not change is on exactly one page, in the right order.
func TestPagesLoseNothingAndRepeatNothing(t *testing.T) {
	s := newStage(t)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(r, "scooters")
		services := rapid.SliceOfN(rapid.SampledFrom([]fleet.Service{fleet.InService, fleet.Blocked}), n, n).Draw(r, "services")
		batteries := rapid.SliceOfN(rapid.IntRange(-1, 3), n, n).Draw(r, "batteries")
		ages := rapid.SliceOfN(rapid.IntRange(-1, 4), n, n).Draw(r, "minutes since they were seen, or never")
		s.fill(n, func(i int, sc *fleet.Scooter, seen *api.Sighting) {
			sc.Service, sc.UpdatedAt = services[i], noon.Add(time.Duration(batteries[i])*time.Second)
			if ages[i] >= 0 {
				seen.Battery, seen.Seen = batteries[i], noon.Add(-time.Duration(ages[i])*time.Minute)
			}
		})
		query := url.Values{"limit": {fmt.Sprint(rapid.IntRange(1, 5).Draw(r, "limit"))}}
		query.Set("sort", rapid.SampledFrom([]string{"", "-"}).Draw(r, "way")+
			rapid.SampledFrom([]string{"plate", "updated", "service", "battery", "seen"}).Draw(r, "sort"))
		for name, values := range map[string][]string{
			"service": {"blocked", "in_service,blocked"}, "connection": {"online", "offline"}, "battery_below": {"1", "3"},
		} {
			if rapid.Bool().Draw(r, name+"?") {
				query.Set(name, rapid.SampledFrom(values).Draw(r, name))
			}
		}
		want := slices.Concat(first(s.pages(t, query.Encode()))...)
		whole := url.Values{}
		for name, values := range query {
			whole[name] = values
		}
		whole.Set("limit", "500")
		inOne := slices.Concat(first(s.pages(t, whole.Encode()))...)
		require.Equal(r, want, inOne)

		cursor, seen := "", map[string]int{}
		for step := 0; ; step++ {
			require.Less(r, step, 100, "the list has no end")
			path := "/admin/v1/scooters?" + query.Encode()
			if cursor != "" {
				path += "&cursor=" + cursor
			}
			b := body(t, s.asStaff(t, "GET", path, nil), 200)
			for _, each := range b["scooters"].([]any) {
				seen[each.(map[string]any)["plate"].(string)]++
			}
			next, more := b["next"].(string)
			if !more {
				break
			}
			cursor = next
			if step > 5 {
				continue // or a list that grows as fast as it is read has no end
			}
			sc := s.store.scooters["P00"] // one comes, and one that came before goes
			sc.ID, sc.Plate = int64(1000+step), fmt.Sprintf("P%02dNEW", step%max(n, 1))
			s.store.scooters[sc.Plate] = sc
			delete(s.store.scooters, fmt.Sprintf("P%02dNEW", (step+1)%max(n, 1)))
		}
		for _, plate := range want {
			require.Equal(r, 1, seen[plate], plate)
		}
	})
}

func first[A, B any](a A, _ B) A { return a }
