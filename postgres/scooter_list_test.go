package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/station"
)

var sortKeys = []string{"plate", "updated", "created", "model", "station", "service"}

// A fleet in which many scooters are equal in what they are sorted by.
func mixedFleet(b *books, size int) (at station.Station, other fleet.Model) {
	b.t.Helper()
	at = b.station(100)
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "A model before", MaxKmh: 20})
	require.NoError(b.t, err)
	for i := range size {
		n := fleet.Scooter{Plate: fmt.Sprintf("%c-%02d ñ%%_", 'A'+i%3, i), QRCode: fmt.Sprintf("Code-%04d", i), Model: b.model, Battery: i}
		if i%2 == 0 {
			n.Model = other
		}
		if i%3 == 0 {
			n.StationID = at.ID
		}
		if i%4 == 0 {
			n.Service = fleet.Blocked
		}
		_, err := b.CreateScooter(b.ctx, n)
		require.NoError(b.t, err)
	}
	require.NoError(b.t, b.exec(`UPDATE scooters SET firmware = CASE id % 5 WHEN 0 THEN '1.2' ELSE '1.20' END, firmware_at = now() WHERE id % 5 < 2`))
	require.NoError(b.t, b.exec(`UPDATE scooters SET updated_at = date_trunc('day', updated_at) + id % 3 * interval '1.000001 s'`))
	return at, other
}

// pages walks a list to its end; between calls it does something to the fleet.
func (b *books) pages(f fleet.Filter, q listing.Query, between func()) (plates []string) {
	b.t.Helper()
	for {
		keys, total, err := b.ScooterKeys(b.ctx, f, q)
		require.NoError(b.t, err)
		more := len(keys) > q.Limit
		for _, k := range keys[:min(len(keys), q.Limit)] {
			require.True(b.t, k.After)
			plates = append(plates, k.Plate)
			q.After = &listing.Place{Value: k.Place, ID: fmt.Sprint(k.ID)}
		}
		require.GreaterOrEqual(b.t, total, len(keys))
		require.Less(b.t, len(plates), 200, "the list has no end")
		if !more {
			return plates
		}
		between()
	}
}

// Under every order and filter and with pages of any size, all pages together are the whole list, each scooter once, while
// others come and go.
func TestPagesOfTheFleetLoseNothing(t *testing.T) {
	b := newBooks(t)
	at, other := mixedFleet(b, 30)
	filters := map[string]fleet.Filter{
		"all":           {},
		"blocked":       {Service: []fleet.Service{fleet.Blocked}},
		"two services":  {Service: []fleet.Service{fleet.Blocked, fleet.InService}, Hold: []fleet.Hold{fleet.Free}},
		"a model":       {ModelID: other.ID},
		"at a station":  {Station: at.ID},
		"free-floating": {Station: fleet.FreeFloating},
		"available":     {Status: []string{"available"}},
		"two statuses":  {Status: []string{"blocked", "in_use"}},
		"text":          {Text: "code-000"},
		"a firmware":    {Firmware: []string{"1.2"}},
		"no firmware":   {Firmware: []string{fleet.FirmwareUnknown}},
		"two of them":   {Firmware: []string{"1.2", fleet.FirmwareUnknown}},
		"several":       {Service: []fleet.Service{fleet.InService}, ModelID: b.model.ID, Station: fleet.FreeFloating, Text: "-"},
	}
	for name, f := range filters {
		t.Run(name, func(t *testing.T) {
			for _, by := range sortKeys {
				for _, descending := range []bool{false, true} {
					order := listing.Order{By: by, Descending: descending}
					all, total, err := b.ScooterKeys(b.ctx, f, listing.Query{Order: order})
					require.NoError(t, err)
					require.NotEmpty(t, all)
					require.Len(t, all, total)
					var want []string
					for _, k := range all {
						want = append(want, k.Plate)
						require.Equal(t, k.Plate[2:4], fmt.Sprintf("%02d", k.Battery), "the stored battery comes along")
					}
					limit := 1 + rand.IntN(7)
					require.Equal(t, want, b.pages(f, listing.Query{Order: order, Limit: limit}, func() {}), "%v by %d", order, limit)

					extra := fleet.Scooter{Model: b.model, Note: "comes and goes"}
					got := b.pages(f, listing.Query{Order: order, Limit: 9}, func() {
						extra.Plate = "X-" + uuid.NewString()[:8]
						_, err := b.CreateScooter(b.ctx, extra)
						require.NoError(t, err)
					})
					got = slices.DeleteFunc(got, func(plate string) bool { return plate[0] == 'X' })
					require.Equal(t, want, got, "%v while others come", order)
					require.NoError(t, b.exec(`ALTER TABLE scooter_events DISABLE TRIGGER scooter_events_immutable`))
					require.NoError(t, b.exec(`DELETE FROM scooter_events WHERE scooter_id IN (SELECT id FROM scooters WHERE note <> '')`))
					require.NoError(t, b.exec(`DELETE FROM scooters WHERE note <> ''`))
				}
			}
		})
	}
}

func TestKeysSayWhatComesAfter(t *testing.T) {
	b := newBooks(t)
	mixedFleet(b, 9)
	order := listing.Order{By: "plate", Descending: true}
	page, _, err := b.ScooterKeys(b.ctx, fleet.Filter{}, listing.Query{Order: order, Limit: 4})
	require.NoError(t, err)
	last := page[3]
	all, total, err := b.ScooterKeys(b.ctx, fleet.Filter{}, listing.Query{
		Order: order, After: &listing.Place{Value: last.Place, ID: fmt.Sprint(last.ID)},
	})
	require.NoError(t, err)
	require.Equal(t, 9, total)
	for i, k := range all {
		require.Equal(t, i > 3, k.After, i)
	}
	ids := []int64{all[8].ID, all[0].ID, 99999}
	scooters, err := b.ScootersByIDs(b.ctx, ids)
	require.NoError(t, err)
	require.Equal(t, []string{all[8].Plate, all[0].Plate}, []string{scooters[0].Plate, scooters[1].Plate}, "in the order asked for")
}

func TestListsThatCanNotBe(t *testing.T) {
	b := newBooks(t)
	b.scooter()
	for name, q := range map[string]listing.Query{
		"no such order": {Order: listing.Order{By: "colour"}},
		"no ID":         {Order: listing.Order{By: "plate"}, After: &listing.Place{Value: "a", ID: "x"}},
		"no number":     {Order: listing.Order{By: "plate"}, After: &listing.Place{Value: "a", ID: "99999999999999999999"}},
		"no time":       {Order: listing.Order{By: "updated"}, After: &listing.Place{Value: "soon", ID: "1"}},
		"no day":        {Order: listing.Order{By: "updated"}, After: &listing.Place{Value: "2026-02-31", ID: "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			q.Limit = 10
			_, _, err := b.ScooterKeys(b.ctx, fleet.Filter{}, q)
			if q.After == nil {
				require.ErrorIs(t, err, listing.ErrSort)
			} else {
				require.ErrorIs(t, err, listing.ErrCursor)
			}
		})
	}
	_, _, _, err := b.Stations(b.ctx, station.Filter{}, listing.Query{Order: listing.Order{By: "name"}, Limit: 1, After: &listing.Place{ID: "x"}})
	require.ErrorIs(t, err, listing.ErrCursor)
	_, _, err = b.ScooterEvents(b.ctx, "nobody", newestFirst)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
	_, _, err = b.ScooterEvents(b.ctx, "nobody", listing.Query{After: &listing.Place{Value: "x"}})
	require.ErrorIs(t, err, listing.ErrCursor)
}

func TestPagesOfStationsAndEvents(t *testing.T) {
	b := newBooks(t)
	for range 5 {
		b.station(3)
	}
	for _, by := range []string{"short_name", "name", "capacity", "updated"} {
		for _, descending := range []bool{false, true} {
			q := listing.Query{Order: listing.Order{By: by, Descending: descending}, Limit: 2}
			seen := map[string]int{}
			for pages := 1; ; pages++ {
				list, places, total, err := b.Stations(b.ctx, station.Filter{State: station.Active, Text: "square"}, q)
				require.NoError(t, err)
				require.Equal(t, 5, total)
				for _, s := range list[:min(2, len(list))] {
					seen[s.ID]++
				}
				if len(list) < 3 {
					require.Equal(t, 3, pages)
					break
				}
				q.After = &places[1]
			}
			require.Len(t, seen, 5)
		}
	}
	none, _, total, err := b.Stations(b.ctx, station.Filter{Text: "nowhere"}, listing.Query{Order: listing.Order{By: "name"}, Limit: 2})
	require.NoError(t, err)
	require.Empty(t, none)
	require.Zero(t, total)

	s := b.scooter()
	for i := range 5 {
		require.NoError(t, b.SetService(b.ctx, s.Plate, fleet.Maintenance, fmt.Sprint("change ", i), fleet.Sighted{}))
	}
	q := newestFirst
	q.Limit = 2
	var notes []string
	for {
		events, total, err := b.ScooterEvents(b.ctx, s.Plate, q)
		require.NoError(t, err)
		require.Equal(t, 6, total)
		for _, e := range events[:min(2, len(events))] {
			notes = append(notes, e.Note)
			q.After = &listing.Place{Value: e.At.Format("2006-01-02T15:04:05.999999999Z07:00"), ID: fmt.Sprint(e.ID)}
		}
		if len(events) < 3 {
			break
		}
	}
	require.Equal(t, []string{"change 4", "change 3", "change 2", "change 1", "change 0", ""}, notes)
}
