package postgres_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/zone"
)

// However often a file is sent with its key, also at once: it is added once, and answered alike.
func TestAnImportIsAddedOnce(t *testing.T) {
	b := newBooks(t)
	eva := staff.Member{ID: uuid.NewString(), FirstName: "Eva", LastName: "Gil", Email: "eva@example.org", PasswordHash: "x", CreatedAt: noon}
	require.NoError(t, b.CreateStaff(b.ctx, eva))
	act := b.as(eva)
	in := zone.Import{StaffID: eva.ID, Key: "k", Digest: "d", Drafts: many(20, 10)}
	made := make([]zone.Imported, 5)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			var err error
			if made[i], err = act.ImportZones(act.ctx, in); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, each := range made {
		require.Equal(t, made[0], each)
	}
	require.EqualValues(t, 1, made[0].Set)
	require.Len(t, made[0].Zones, 20)
	require.Equal(t, "zone 7", made[0].Zones[7].Name, "in the order of the file")
	require.Equal(t, 20, b.count(`SELECT count(*) FROM zone_versions`))
	require.Equal(t, 20, b.count(`SELECT count(*) FROM audit_log WHERE action = 'zone.create'`))

	z := made[0].Zones[3]
	_, err := act.ChangeZone(act.ctx, z.ID, z.Version, draft("other", 3, true))
	require.NoError(t, err)
	again, err := act.ImportZones(act.ctx, in)
	require.NoError(t, err)
	require.Equal(t, made[0], again, "whatever has become of the zones")

	other := in
	other.Digest = "e"
	_, err = act.ImportZones(act.ctx, other)
	require.ErrorIs(t, err, rental.ErrKeyReused)
	bad := in
	bad.Key, bad.Drafts = "bad", append(many(2, 10), draft("", 1, true))
	_, err = act.ImportZones(act.ctx, bad)
	require.ErrorIs(t, err, zone.ErrDraft)
	bad.Drafts = many(2, 10)
	_, err = act.ImportZones(act.ctx, bad)
	require.NoError(t, err, "what was refused has taken no key")
	require.Equal(t, 22, b.count(`SELECT count(*) FROM zone_versions WHERE until_set IS NULL`))
	b.breaks("zone_imports_immutable", `DELETE FROM zone_imports`)
}

// A file takes the place of all zones in one set, once however often it is sent; of several files at once one does.
func TestAFileReplacesAllZones(t *testing.T) {
	b := newBooks(t)
	eva := staff.Member{ID: uuid.NewString(), FirstName: "Eva", LastName: "Gil", Email: "eva@example.org", PasswordHash: "x", CreatedAt: noon}
	require.NoError(t, b.CreateStaff(b.ctx, eva))
	act := b.as(eva)
	everywhere := zone.Draft{Name: "everywhere", Everywhere: true, Rules: []zone.Rule{zone.Open}}
	old, err := b.CreateZones(b.ctx, append(many(20, 10), everywhere)...)
	require.NoError(t, err)
	before, err := b.FreshZones(b.ctx)
	require.NoError(t, err)

	const each = 3
	files, made, errs := 4, make([]zone.Imported, 4*each), make([]error, 4*each)
	var all sync.WaitGroup
	for i := range made {
		key := string(rune('a' + i%files))
		in := zone.Import{StaffID: eva.ID, Key: key, Digest: key, Drafts: append(many(5+i%files, 10), everywhere), Replaces: 1}
		all.Go(func() { made[i], errs[i] = act.ImportZones(act.ctx, in) })
	}
	all.Wait()
	won := -1
	for i, err := range errs {
		if err != nil {
			require.ErrorIs(t, err, zone.ErrChanged)
			continue
		}
		if won < 0 {
			won = i
		}
		require.Equal(t, won%files, i%files, "one file")
		require.Equal(t, made[won], made[i])
	}
	require.EqualValues(t, 2, made[won].Set)
	require.Len(t, made[won].Zones, 5+won%files+1)
	set, err := b.FreshZones(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 2, set.Version)
	require.Len(t, set.Zones, len(made[won].Zones))
	require.NotContains(t, []int64{old[0].ID, old[1].ID}, set.Zones[0].ID)
	require.Equal(t, before.Zones[0].Area, set.Zones[0].Area, "what lies where it lay is not read again")
	require.Equal(t, 21, b.count(`SELECT count(*) FROM audit_log WHERE action = 'zone.retire'`))
	then, err := b.ZonesOf(b.ctx, 1)
	require.NoError(t, err)
	require.Len(t, then.Zones, 21, "what was is as it was")

	bad := zone.Import{StaffID: eva.ID, Key: "bad", Digest: "d", Drafts: []zone.Draft{draft("x", 1, true), everywhere, everywhere}, Replaces: 2}
	_, err = act.ImportZones(act.ctx, bad)
	require.ErrorIs(t, err, zone.ErrTwice)
	require.Equal(t, len(set.Zones), b.count(`SELECT count(*) FROM zone_versions WHERE until_set IS NULL`), "all of a file, or nothing")
	bad.Drafts = nil
	for range 2 {
		none, err := act.ImportZones(act.ctx, bad)
		require.NoError(t, err)
		require.Equal(t, zone.Imported{Set: 3, Zones: []zone.Named{}}, none)
	}
	require.Zero(t, b.count(`SELECT count(*) FROM zone_versions WHERE until_set IS NULL`))
}
