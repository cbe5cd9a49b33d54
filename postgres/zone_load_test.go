package postgres_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/zone"
	"rodada/geo"
)

// many are zones of so many corners, in rows, where no ride ends.
func many(zones, corners int) []zone.Draft {
	drafts := make([]zone.Draft, zones)
	for i := range drafts {
		var ring []string
		for k := range corners {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(corners))
			ring = append(ring, fmt.Sprintf("[%.7f,%.7f]", -3+float64(i%50)*0.01+0.004*cos, 40+float64(i/50)*0.01+0.004*sin))
		}
		drafts[i] = shaped(draft(fmt.Sprint("zone ", i), 10+i, false),
			`{"type":"Polygon","coordinates":[[`+strings.Join(append(ring, ring[0]), ",")+`]]}`)
	}
	return drafts
}

func TestManyZonesAreJudgedWhileTheyAreLoaded(t *testing.T) {
	b := newBooks(t)
	made, err := b.CreateZones(b.ctx, many(300, 200)...)
	require.NoError(t, err)
	set, err := b.FreshZones(b.ctx)
	require.NoError(t, err)
	require.Len(t, set.Zones, 300)

	open := made[7].Draft
	open.Rules = []zone.Rule{zone.Open}
	_, err = b.ChangeZone(b.ctx, made[7].ID, 1, open)
	require.NoError(t, err)
	hurried, cancel := context.WithTimeout(b.ctx, 3*time.Second) // as the judge of an end has
	defer cancel()
	at := geo.Point{Lat: 40, Lng: -3}
	for {
		set, err = b.Zones(hurried)
		require.NoError(t, err, "a set that is being loaded is no reason to ask nobody")
		_, _, may := set.MayEnd(at, atNoon)
		require.False(t, may)
		if set.Version == 2 {
			break
		}
	}
	_, _, may := set.MayEnd(geo.Point{Lat: 40, Lng: -3 + 0.07}, atNoon)
	require.True(t, may, "the change is in force")
}

func TestAreasAreKeptWhereNothingHasMoved(t *testing.T) {
	b := newBooks(t)
	made, err := b.CreateZones(b.ctx, many(3, 20)...)
	require.NoError(t, err)
	before, err := b.FreshZones(b.ctx)
	require.NoError(t, err)
	require.NoError(t, b.OrderZones(b.ctx, 1, []int64{made[2].ID, made[0].ID, made[1].ID}))
	_, err = b.ChangeZone(b.ctx, made[0].ID, 2, shaped(draft("moved", 20, false), square))
	require.NoError(t, err)
	after, err := b.FreshZones(b.ctx)
	require.NoError(t, err)
	areas := map[int64]geo.Area{}
	for _, z := range before.Zones {
		areas[z.ID] = z.Area
	}
	for _, z := range after.Zones {
		require.Equal(t, z.ID != made[0].ID, z.Area == areas[z.ID], "zone %d", z.ID) // the same polygon, not an equal one
	}
}

// However long a set takes to be read, nobody waits for it, and nobody is asked less than before: the one of before holds.
func TestTheSetOfBeforeHoldsWhileOneIsLoaded(t *testing.T) {
	b := newBooks(t)
	made, err := b.CreateZones(b.ctx, many(3, 20)...)
	require.NoError(t, err)
	_, err = b.FreshZones(b.ctx)
	require.NoError(t, err)
	open := made[0].Draft
	open.Rules = []zone.Rule{zone.Open}
	_, err = b.ChangeZone(b.ctx, made[0].ID, 1, open)
	require.NoError(t, err)

	slow, err := b.db.BeginTx(b.ctx, nil)
	require.NoError(t, err)
	defer slow.Rollback() //nolint:errcheck // after a commit it does nothing
	_, err = slow.ExecContext(b.ctx, `LOCK TABLE zone_versions IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	hurried, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	for range 3 {
		set, err := b.Zones(hurried)
		require.NoError(t, err)
		require.EqualValues(t, 1, set.Version)
		require.Len(t, set.Zones, 3)
		_, _, may := set.MayEnd(geo.Point{Lat: 40, Lng: -3}, atNoon)
		require.False(t, may)
	}
	require.NoError(t, slow.Commit())
	set, err := b.FreshZones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 2, set.Version)
}
