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
