package postgres_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/zone"
	"rodada/geo"
)

// square is a Polygon around Puerta del Sol, longitude first.
const square = `{"type":"Polygon","coordinates":[[[-3.71,40.41],[-3.69,40.41],[-3.69,40.43],[-3.71,40.43],[-3.71,40.41]]]}`

var atNoon = zone.Case{At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}

// draft is a zone for every model, for good.
func draft(name string, order int, end bool) zone.Draft {
	rule := zone.Open
	rule.RideEnd = end
	return zone.Draft{Name: name, Order: order, Geometry: []byte(square), Rules: []zone.Rule{rule}}
}

func shaped(d zone.Draft, geometry string) zone.Draft {
	d.Geometry = []byte(geometry)
	return d
}

func TestZones(t *testing.T) {
	b := newBooks(t)
	set, err := b.Zones(b.ctx)
	require.NoError(t, err)
	require.Zero(t, set.Version)
	require.Empty(t, set.Zones)

	centre, err := b.CreateZones(b.ctx, draft("Centre", 10, true))
	require.NoError(t, err)
	set, err = b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, set.Version)
	sol := geo.Point{Lat: 40.42, Lng: -3.7}
	_, _, may := set.MayEnd(sol, atNoon)
	require.True(t, may)
	_, nearest, may := set.MayEnd(geo.Point{Lat: 40.42, Lng: -3.75}, atNoon)
	require.False(t, may)
	require.Equal(t, "Centre", nearest.Zone)

	both := `{"type":"MultiPolygon","coordinates":[[[[-3.705,40.415,600],[-3.695,40.415],[-3.695,40.425],[-3.705,40.425]]],
		[[[1,41],[1.1,41],[1.1,41.1],[1,41.1],[1,41]]]]}`
	_, err = b.CreateZones(b.ctx, shaped(draft("No parking", 1, false), both))
	require.NoError(t, err)
	set, err = b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 2, set.Version)
	require.Equal(t, []string{"No parking", "Centre"}, []string{set.Zones[0].Name, set.Zones[1].Name}, "by order")
	_, _, may = set.MayEnd(sol, atNoon)
	require.False(t, may)

	require.NoError(t, b.RetireZone(b.ctx, set.Zones[0].ID, 1))
	set, err = b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 3, set.Version)
	require.Len(t, set.Zones, 1)
	require.Equal(t, centre[0].ID, set.Zones[0].ID)
}

func TestBadGeometry(t *testing.T) {
	b := newBooks(t)
	for name, c := range map[string]struct {
		text, problem string
		at            []int // polygon, ring, vertex
	}{
		"no JSON":           {`{`, "is not GeoJSON", nil},
		"null":              {`null`, `is neither a Polygon nor a MultiPolygon but ""`, nil},
		"a point":           {`{"type":"Point","coordinates":[-3.7,40.4]}`, `is neither a Polygon nor a MultiPolygon but "Point"`, nil},
		"no coordinates":    {`{"type":"Polygon"}`, "is not a list of rings", []int{1}},
		"no polygons":       {`{"type":"MultiPolygon"}`, "has no list of polygons as its coordinates", nil},
		"no rings":          {`{"type":"Polygon","coordinates":[]}`, "has no ring", []int{1}},
		"a ring of one":     {`{"type":"Polygon","coordinates":[7]}`, "is not a list of positions", []int{1, 1}},
		"two corners":       {`{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}`, "needs at least three corners and has 2", []int{1, 1}},
		"one number":        {`{"type":"Polygon","coordinates":[[[0],[1],[2]]]}`, "is not [longitude, latitude]", []int{1, 1, 1}},
		"words":             {`{"type":"Polygon","coordinates":[[[1,2],["a","b"]]]}`, "is not [longitude, latitude]", []int{1, 1, 2}},
		"not on the Earth":  {`{"type":"Polygon","coordinates":[[[0,1],[1,91],[1,92],[0,1]]]}`, "is not on the Earth: longitude 1, latitude 91", []int{1, 1, 2}},
		"flat":              {`{"type":"Polygon","coordinates":[[[0,1],[0,2],[0,3],[0,1]]]}`, "is flat: it lies on a line and surrounds no area", []int{1, 1}},
		"a polygon as many": {`{"type":"MultiPolygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`, "is not [longitude, latitude]", []int{1, 1, 1}},
	} {
		_, err := b.CreateZones(b.ctx, shaped(draft(name, 1, true), c.text))
		require.ErrorIs(t, err, zone.ErrGeometry, name)
		f, _ := fault.From(err)
		want := map[string]any{"problem": c.problem, "flaw": f.Details["flaw"], "field": "geometry"}
		require.Contains(t, geo.Flaws(), geo.Flaw(f.Details["flaw"].(string)), name)
		for i, name := range []string{"polygon", "ring", "vertex"} {
			if i < len(c.at) {
				want[name] = c.at[i]
			}
		}
		require.Equal(t, want, f.Details, name)
		require.Contains(t, f.Message, c.problem, name)
	}
	require.Zero(t, b.count(`SELECT count(*) FROM zone_sets`))
}

func TestZonesMadeAtOnce(t *testing.T) {
	b := newBooks(t)
	errs := make([]error, 10)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = b.CreateZones(b.ctx, draft("Centre", i, true)) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	set, err := b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, len(errs), set.Version)
	require.Len(t, set.Zones, len(errs))
}

// Whatever happens to a zone, each set is as it was.
func TestVersionsOfAZone(t *testing.T) {
	b := newBooks(t)
	model := b.scooter().Model.ID
	first := draft("Centre", 10, true)
	made, err := b.CreateZones(b.ctx, first)
	require.NoError(t, err)
	id := made[0].ID

	second := first
	second.Name, second.Price, second.Starts, second.Ends = "Old town", fare.Adjustment{Percent: -20, Amount: 50}, noon, noon.Add(time.Hour)
	second.Rules = []zone.Rule{{Models: []string{strconv.FormatInt(model, 10)}, RideThrough: true, MaxKmh: 10}, zone.Open}
	changed, err := b.ChangeZone(b.ctx, id, 1, second)
	require.NoError(t, err)
	require.EqualValues(t, 2, changed.Version)
	for range 2 { // the same again is no change
		same, err := b.ChangeZone(b.ctx, id, 2, second)
		require.NoError(t, err)
		require.EqualValues(t, 2, same.Version)
	}
	_, err = b.ChangeZone(b.ctx, id, 1, first)
	require.ErrorIs(t, err, zone.ErrChanged)
	_, err = b.ChangeZone(b.ctx, 99, 1, first)
	require.ErrorIs(t, err, zone.ErrUnknown)

	z, inForce, err := b.Zone(b.ctx, id)
	require.NoError(t, err)
	require.True(t, inForce)
	z.Geometry, z.Area, changed.Geometry, changed.Area = nil, geo.Area{}, nil, geo.Area{}
	require.Equal(t, changed, z)
	for set, want := range map[int64]string{1: "Centre", 2: "Old town"} {
		then, err := b.ZonesOf(b.ctx, set)
		require.NoError(t, err)
		require.Equal(t, want, then.Zones[0].Name)
	}
	_, err = b.ZonesOf(b.ctx, 3)
	require.ErrorIs(t, err, zone.ErrUnknown, "what changed nothing made no set")

	f, _ := fault.From(b.RetireZone(b.ctx, id, 1))
	require.ErrorIs(t, f, zone.ErrChanged)
	require.EqualValues(t, 2, f.Details["version"])
	for range 2 {
		require.NoError(t, b.RetireZone(b.ctx, id, 2))
	}
	_, err = b.ChangeZone(b.ctx, id, 2, first)
	require.ErrorIs(t, err, zone.ErrRetired)
	versions, err := b.ZoneVersions(b.ctx, id)
	require.NoError(t, err)
	require.Len(t, versions, 2)
	require.Equal(t, []int64{2, 3, 1, 2}, []int64{versions[0].SinceSet, versions[0].UntilSet, versions[1].SinceSet, versions[1].UntilSet})
	require.Equal(t, versions[0].Since, versions[1].Until)
	_, inForce, err = b.Zone(b.ctx, id)
	require.NoError(t, err)
	require.False(t, inForce)
	_, err = b.ZoneVersions(b.ctx, 99)
	require.ErrorIs(t, err, zone.ErrUnknown)
}

func TestZonesThatCannotBe(t *testing.T) {
	b := newBooks(t)
	everywhere := zone.Draft{Name: "everywhere", Everywhere: true, Rules: []zone.Rule{{RideStart: true}}}
	_, err := b.CreateZones(b.ctx, everywhere)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		drafts  []zone.Draft
		want    error
		feature any
	}{
		"a second one for everywhere": {[]zone.Draft{everywhere}, zone.ErrTwice, nil},
		"an unknown model":            {[]zone.Draft{{Name: "x", Geometry: []byte(square), Rules: []zone.Rule{{Models: []string{"999"}}}}}, zone.ErrModel, nil},
		"the second of three":         {[]zone.Draft{draft("a", 1, true), draft("", 1, true), draft("c", 1, true)}, zone.ErrDraft, 2},
		"the third of three":          {[]zone.Draft{draft("a", 1, true), draft("b", 1, true), shaped(draft("c", 1, true), "{}")}, zone.ErrGeometry, 3},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.CreateZones(b.ctx, c.drafts...)
			require.ErrorIs(t, err, c.want)
			f, _ := fault.From(err)
			require.Equal(t, c.feature, f.Details["feature"])
		})
	}
	set, err := b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, set.Version, "nothing of what is refused is kept")
	require.Len(t, set.Zones, 1)
	require.False(t, set.Judge(geo.Point{Lat: 1, Lng: 1}, atNoon).RideThrough)
}

func TestOrderOfZones(t *testing.T) {
	b := newBooks(t)
	made, err := b.CreateZones(b.ctx, draft("a", 1, true), draft("b", 2, true), draft("c", 3, true),
		zone.Draft{Name: "everywhere", Everywhere: true, Rules: []zone.Rule{zone.Open}})
	require.NoError(t, err)
	names := func() (names []string) {
		set, err := b.Zones(b.ctx)
		require.NoError(t, err)
		for _, z := range set.Zones {
			names = append(names, z.Name)
		}
		return names
	}
	require.Equal(t, []string{"a", "b", "c", "everywhere"}, names())
	order := []int64{made[2].ID, made[0].ID, made[1].ID}
	for _, version := range []int64{1, 2} {
		require.NoError(t, b.OrderZones(b.ctx, version, order))
		require.Equal(t, []string{"c", "a", "b", "everywhere"}, names())
	}
	require.Equal(t, 2, b.count(`SELECT count(*) FROM zone_sets`))
	for name, ids := range map[string][]int64{
		"one is missing": order[:2], "one twice": {order[0], order[0], order[1]}, "one too many": append(order[:3:3], made[3].ID),
		"nobody's": {order[0], order[1], 99},
	} {
		require.ErrorIs(t, b.OrderZones(b.ctx, 2, ids), zone.ErrOrder, name)
	}
	require.Equal(t, []string{"c", "a", "b", "everywhere"}, names())
	f, _ := fault.From(b.OrderZones(b.ctx, 1, order))
	require.ErrorIs(t, f, zone.ErrChanged)
	require.EqualValues(t, 2, f.Details["version"])
}

// An order that zones have already makes no version of them, whatever numbers it is made of, nor of those that keep their place.
func TestWhatKeepsItsPlaceIsNotChanged(t *testing.T) {
	b := newBooks(t)
	made, err := b.CreateZones(b.ctx, draft("a", 500, true), draft("b", 700, true), draft("c", 701, true), draft("d", 702, true))
	require.NoError(t, err)
	ids := []int64{made[0].ID, made[1].ID, made[2].ID, made[3].ID}
	require.NoError(t, b.OrderZones(b.ctx, 1, ids))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM zone_sets`))
	ids[2], ids[3] = ids[3], ids[2]
	require.NoError(t, b.OrderZones(b.ctx, 1, ids))
	require.Equal(t, 8, b.count(`SELECT count(*) FROM zone_versions`), "10, 20, 30, 40")
	ids[0], ids[1] = ids[1], ids[0]
	require.NoError(t, b.OrderZones(b.ctx, 2, ids))
	require.Equal(t, 10, b.count(`SELECT count(*) FROM zone_versions`))
	require.Equal(t, 4, b.count(`SELECT count(*) FROM zone_versions WHERE until_set IS NULL`))
	require.Equal(t, 6, b.count(`SELECT count(*) FROM zone_versions v JOIN zone_versions w USING (zone_id)
		WHERE w.version = v.version + 1 AND w.since_set = v.until_set AND (w.name, w.rules, w.geometry) = (v.name, v.rules, v.geometry)`))
}

// Of staff who put zones in order at once, one does and the others hear of it.
func TestOneOrderAtOnce(t *testing.T) {
	b := newBooks(t)
	made, err := b.CreateZones(b.ctx, many(50, 10)...)
	require.NoError(t, err)
	errs := make([]error, 6)
	var all sync.WaitGroup
	for i := range errs {
		var ids []int64
		for k := range made {
			ids = append(ids, made[(k+i+1)%len(made)].ID)
		}
		all.Go(func() { errs[i] = b.OrderZones(b.ctx, 1, ids) })
	}
	all.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		require.ErrorIs(t, err, zone.ErrChanged)
	}
	require.Equal(t, 1, done)
	require.Equal(t, 2, b.count(`SELECT count(*) FROM zone_sets`))
	require.Equal(t, 50, b.count(`SELECT count(*) FROM zone_versions WHERE until_set IS NULL`))
}
