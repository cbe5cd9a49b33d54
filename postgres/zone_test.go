package postgres_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

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
	for name, text := range map[string]string{
		"no JSON":           `{`,
		"null":              `null`,
		"a point":           `{"type":"Point","coordinates":[-3.7,40.4]}`,
		"no coordinates":    `{"type":"Polygon"}`,
		"no rings":          `{"type":"Polygon","coordinates":[]}`,
		"two corners":       `{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}`,
		"one number":        `{"type":"Polygon","coordinates":[[[0],[1],[2]]]}`,
		"words":             `{"type":"Polygon","coordinates":[[["a","b"]]]}`,
		"not on the Earth":  `{"type":"Polygon","coordinates":[[[0,91],[1,91],[1,92],[0,91]]]}`,
		"a polygon as many": `{"type":"MultiPolygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
	} {
		_, err := b.CreateZone(b.ctx, name, 1, true, []byte(text))
		require.ErrorIs(t, err, zone.ErrGeometry, name)
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
