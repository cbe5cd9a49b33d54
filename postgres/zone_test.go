package postgres_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/zone"
	"rodada/geo"
)

// square is a Polygon around Puerta del Sol, longitude first.
const square = `{"type":"Polygon","coordinates":[[[-3.71,40.41],[-3.69,40.41],[-3.69,40.43],[-3.71,40.43],[-3.71,40.41]]]}`

func TestZones(t *testing.T) {
	b := newBooks(t)
	set, err := b.Zones(b.ctx)
	require.NoError(t, err)
	require.Equal(t, zone.Set{Zones: []zone.Zone{}}, set)

	centre, err := b.CreateZone(b.ctx, "Centre", 10, true, []byte(square))
	require.NoError(t, err)
	set, err = b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, set.Version)
	sol := geo.Point{Lat: 40.42, Lng: -3.7}
	may, _ := set.MayEnd(sol)
	require.True(t, may)
	may, nearest := set.MayEnd(geo.Point{Lat: 40.42, Lng: -3.75})
	require.False(t, may)
	require.Equal(t, "Centre", nearest.Zone)

	both := `{"type":"MultiPolygon","coordinates":[[[[-3.705,40.415,600],[-3.695,40.415],[-3.695,40.425],[-3.705,40.425]]],
		[[[1,41],[1.1,41],[1.1,41.1],[1,41.1],[1,41]]]]}`
	_, err = b.CreateZone(b.ctx, "No parking", 1, false, []byte(both))
	require.NoError(t, err)
	set, err = b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 2, set.Version)
	require.Equal(t, []string{"No parking", "Centre"}, []string{set.Zones[0].Name, set.Zones[1].Name}, "by order")
	may, _ = set.MayEnd(sol)
	require.False(t, may)

	require.NoError(t, b.RetireZone(b.ctx, set.Zones[0].ID))
	set, err = b.Zones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 3, set.Version)
	require.Len(t, set.Zones, 1)
	require.Equal(t, centre.ID, set.Zones[0].ID)
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
		"no rings":          {`{"type":"Polygon","coordinates":[]}`, "has no ring", nil},
		"a ring of one":     {`{"type":"Polygon","coordinates":[7]}`, "is not a list of positions", []int{1, 1}},
		"two corners":       {`{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}`, "needs at least three corners and has 2", []int{1, 1}},
		"one number":        {`{"type":"Polygon","coordinates":[[[0],[1],[2]]]}`, "is not [longitude, latitude]", []int{1, 1, 1}},
		"words":             {`{"type":"Polygon","coordinates":[[[1,2],["a","b"]]]}`, "is not [longitude, latitude]", []int{1, 1, 2}},
		"not on the Earth":  {`{"type":"Polygon","coordinates":[[[0,1],[1,91],[1,92],[0,1]]]}`, "is not on the Earth: longitude 1, latitude 91", []int{1, 1, 2}},
		"flat":              {`{"type":"Polygon","coordinates":[[[0,1],[0,2],[0,3],[0,1]]]}`, "is flat: it lies on a line and surrounds no area", []int{1, 1}},
		"a polygon as many": {`{"type":"MultiPolygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`, "is not [longitude, latitude]", []int{1, 1, 1}},
	} {
		_, err := b.CreateZone(b.ctx, name, 1, true, []byte(c.text))
		require.ErrorIs(t, err, zone.ErrGeometry, name)
		f, _ := fault.From(err)
		want := map[string]any{"problem": c.problem, "flaw": f.Details["flaw"]}
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
		all.Go(func() { _, errs[i] = b.CreateZone(b.ctx, "Centre", i, true, []byte(square)) })
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
