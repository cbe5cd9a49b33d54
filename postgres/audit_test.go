package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// as is a context in which a member of staff acts.
func (b *books) as(m staff.Member) *books {
	other := *b
	other.ctx = staff.Acting(b.ctx, staff.Actor{StaffID: m.ID, Email: m.Email, Address: "192.0.2.7", RequestID: "r-1"})
	return &other
}

func TestWhatStaffChangeIsInTheAuditLog(t *testing.T) {
	b := newBooks(t)
	eva, s := b.member(), b.scooter()
	act := b.as(eva)
	z, err := act.CreateZones(act.ctx, draft("Centre", 1, true))
	require.NoError(t, err)
	require.NoError(t, act.RetireZone(act.ctx, z[0].ID, 1))
	require.NoError(t, act.RetireZone(act.ctx, z[0].ID, 1), "retired already: nothing to write down")
	require.NoError(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: s.Plate, Kind: staff.NotSecured, Text: "three tries"}))
	require.NoError(t, act.CloseAlert(act.ctx, s.Plate, staff.NotSecured, eva.Email))
	require.NoError(t, act.CloseAlert(act.ctx, s.Plate, staff.NotSecured, eva.Email), "closed already")
	b.open(b.request(b.rider().ID, s))
	require.NoError(t, act.ReleaseRental(act.ctx, s.Plate, eva.ID, "lock stuck"))
	require.NoError(t, act.Audit(act.ctx, staff.Deed{Action: "rental.end", Subject: "r1", Reason: "The rider called."}))

	log, _, _, err := b.AuditLog(b.ctx, staff.AuditFilter{}, newestFirst)
	require.NoError(t, err)
	var actions []string
	for _, e := range log {
		actions = append(actions, e.Action)
		require.Equal(t, staff.Actor{StaffID: eva.ID, Email: eva.Email, Address: "192.0.2.7", RequestID: "r-1"}, e.Actor)
		require.WithinDuration(t, time.Now(), e.At, time.Hour)
	}
	require.Equal(t, []string{"rental.end", "rental.released", "alert.close", "zone.retire", "zone.create"}, actions)
	require.Equal(t, "lock stuck", log[1].Reason)
	require.Contains(t, string(log[1].Before), s.Plate)
	require.Contains(t, string(log[3].Before), `"ride_end_allowed": true`)
	require.Contains(t, string(log[4].After), `"coordinates"`)
	require.Nil(t, log[4].Before)
}

func TestWhatNobodyOfStaffDoesIsNotInTheAuditLog(t *testing.T) {
	b := newBooks(t)
	_, err := b.CreateZones(b.ctx, draft("Centre", 1, true))
	require.NoError(t, err)
	require.NoError(t, b.Audit(b.ctx, staff.Deed{Action: "rental.end", Subject: "r1"}))
	require.Equal(t, 0, b.count(`SELECT count(*) FROM audit_log`))
}

func TestAuditLogByPagesAndFilters(t *testing.T) {
	b := newBooks(t)
	eva, luis := b.as(b.member()), b.as(b.member())
	for range 3 {
		require.NoError(t, eva.Audit(eva.ctx, staff.Deed{Action: "command.power-on", Subject: "12AB"}))
		require.NoError(t, luis.Audit(luis.ctx, staff.Deed{Action: "commander.fly", Subject: "99ZZ"}))
	}
	who, _ := staff.ActorFrom(eva.ctx)
	all, _, _, err := b.AuditLog(b.ctx, staff.AuditFilter{}, newestFirst)
	require.NoError(t, err)
	require.Len(t, all, 6)
	for name, c := range map[string]struct {
		filter staff.AuditFilter
		want   []int // of all, the newest first
	}{
		"who":                {staff.AuditFilter{StaffEmail: who.Email}, []int{1, 3, 5}},
		"an action":          {staff.AuditFilter{Action: "commander.fly"}, []int{0, 2, 4}},
		"a kind of actions":  {staff.AuditFilter{Action: "command."}, []int{1, 3, 5}},
		"half an action":     {staff.AuditFilter{Action: "command"}, nil},
		"a subject":          {staff.AuditFilter{Subject: "12AB"}, []int{1, 3, 5}},
		"an address":         {staff.AuditFilter{Address: "192.0.2.8"}, nil},
		"a request":          {staff.AuditFilter{RequestID: "r-1"}, []int{0, 1, 2, 3, 4, 5}},
		"since":              {staff.AuditFilter{Since: all[1].At}, []int{0, 1}},
		"until":              {staff.AuditFilter{Until: all[4].At}, []int{5}},
		"everything at once": {staff.AuditFilter{StaffEmail: who.Email, Action: "command.", Subject: "12AB", Until: all[1].At}, []int{3, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, total, err := b.AuditLog(b.ctx, c.filter, newestFirst)
			require.NoError(t, err)
			require.Len(t, got, total)
			require.Len(t, got, len(c.want))
			for i, at := range c.want {
				require.Equal(t, all[at], got[i])
			}
		})
	}
	q := newestFirst
	q.Limit = 2
	page, places, total, err := b.AuditLog(b.ctx, staff.AuditFilter{}, q)
	require.NoError(t, err)
	require.Equal(t, all[:3], page, "and one more: there is a next page")
	require.Equal(t, 6, total)
	q.After = &places[1]
	page, _, _, err = b.AuditLog(b.ctx, staff.AuditFilter{}, q)
	require.NoError(t, err)
	require.Equal(t, all[2:5], page)
}

func TestPermissionsOfStaffAreKept(t *testing.T) {
	b := newBooks(t)
	id := uuid.NewString()
	m := staff.Member{
		ID: id, FirstName: "Eva", LastName: "Gil", Email: id + "@example.org", PasswordHash: "x", CreatedAt: noon,
		Permissions: []staff.Permission{staff.View, staff.DangerousCommands},
	}
	require.NoError(t, b.CreateStaff(b.ctx, m))
	got, err := b.StaffByID(b.ctx, id)
	require.NoError(t, err)
	require.Equal(t, m, got)
	m.ID, m.Email, m.Permissions = uuid.NewString(), "other@example.org", []staff.Permission{"root"}
	require.Error(t, b.CreateStaff(b.ctx, m), "the database knows which there are")
	m.Email = id + "@EXAMPLE.org"
	m.Permissions = nil
	require.ErrorIs(t, b.CreateStaff(b.ctx, m), rider.ErrEmailTaken)
}
