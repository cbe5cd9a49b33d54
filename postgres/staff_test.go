package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

func permissions(list ...staff.Permission) staff.Edit { return staff.Edit{Permissions: &list} }

func TestAnAccountOfStaffChanges(t *testing.T) {
	b := newBooks(t)
	eva, luis := b.member(), b.member()
	act := b.as(eva)
	open := rider.Session{Family: uuid.NewString(), Hash: hash("1"), Subject: luis.ID, Audience: rider.ForStaff, ExpiresAt: tomorrow}
	require.NoError(t, b.OpenSession(b.ctx, open))

	name := "Lluís"
	m, err := act.ChangeMember(act.ctx, luis.ID, staff.Edit{FirstName: &name}, "As in the passport.")
	require.NoError(t, err)
	require.Equal(t, name, m.FirstName)
	_, err = act.ChangeMember(act.ctx, luis.ID, staff.Edit{FirstName: &name}, "Again.")
	require.NoError(t, err, "changes nothing")
	_, err = act.ChangeMember(act.ctx, luis.ID, permissions(staff.View, staff.Money), "Moved.")
	require.NoError(t, err)
	m, err = act.SuspendMember(act.ctx, luis.ID, "Lost the phone.", noon)
	require.NoError(t, err)
	require.ErrorIs(t, b.rotate("1", "2", today), rider.ErrToken)
	again, err := act.SuspendMember(act.ctx, luis.ID, "Another reason.", noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, m, again, "suspended already")
	stored, err := b.Member(b.ctx, luis.ID)
	require.NoError(t, err)
	m.PasswordHash = stored.PasswordHash // which only log-in reads
	require.Equal(t, m, stored)
	require.ErrorIs(t, b.SetOwnPassword(b.ctx, stored, "other"), rider.ErrPassword, "suspended")
	_, err = act.ReinstateMember(act.ctx, luis.ID, "Found it.")
	require.NoError(t, err)
	m, err = act.ResetPassword(act.ctx, luis.ID, "given", noon, "Forgot it.")
	require.NoError(t, err)
	require.Equal(t, noon, m.PasswordExpires)
	own := b.as(luis)
	require.NoError(t, own.SetOwnPassword(own.ctx, m, "own"))
	require.ErrorIs(t, own.SetOwnPassword(own.ctx, m, "twice"), rider.ErrPassword, "it is another by now")
	m, err = b.StaffByID(b.ctx, luis.ID)
	require.NoError(t, err)
	require.Equal(t, "own", m.PasswordHash)
	require.True(t, m.PasswordExpires.IsZero())

	log, _, _, err := b.AuditLog(b.ctx, staff.AuditFilter{Subject: luis.Email}, newestFirst)
	require.NoError(t, err)
	var actions []string
	for _, e := range log {
		actions = append(actions, e.Action)
		require.NotContains(t, string(e.Before)+string(e.After), "given")
	}
	require.Equal(t, []string{"staff.password", "staff.reset-password", "staff.reinstate", "staff.suspend", "staff.change", "staff.change"}, actions)
	require.JSONEq(t, `{"first_name":"Eva"}`, string(log[5].Before))
	require.JSONEq(t, `{"permissions":["view","money"]}`, string(log[4].After))
	_, err = act.ChangeMember(act.ctx, uuid.NewString(), permissions(), "Nobody.")
	require.ErrorIs(t, err, staff.ErrMemberUnknown)
	_, err = act.SuspendMember(act.ctx, "x", "Nobody.", noon)
	require.ErrorIs(t, err, staff.ErrMemberUnknown)
}

func TestSomebodyMustKeepTheAccounts(t *testing.T) {
	b := newBooks(t)
	eva := b.member()
	act := b.as(eva)
	_, err := act.ChangeMember(act.ctx, eva.ID, permissions(staff.Operate), "No more of it.")
	require.ErrorIs(t, err, staff.ErrLastAdmin)
	_, err = act.SuspendMember(act.ctx, eva.ID, "No more of it.", noon)
	require.ErrorIs(t, err, staff.ErrLastAdmin)
	luis := b.member()
	_, err = act.SuspendMember(act.ctx, luis.ID, "Away.", noon)
	require.NoError(t, err)
	_, err = act.ChangeMember(act.ctx, eva.ID, permissions(), "No more of it.")
	require.ErrorIs(t, err, staff.ErrLastAdmin, "an admin who is suspended is none")

	late := b.as(luis)
	_, err = late.ChangeMember(late.ctx, eva.ID, permissions(), "Revenge.")
	require.ErrorIs(t, err, staff.ErrPermission, "who lost the permission meanwhile has lost it")
	require.ErrorIs(t, late.CreateStaffFor(late.ctx, staff.Member{ID: uuid.NewString(), Email: "x@example.org"}, "A friend."), staff.ErrPermission)
}

// Of admins who all take each other's permission, one remains.
func TestAdminsWhoFight(t *testing.T) {
	for range 5 {
		b := newBooks(t)
		const fighters = 6
		var list []staff.Member
		for range fighters {
			list = append(list, b.member())
		}
		var all sync.WaitGroup
		for i := range list {
			all.Go(func() {
				act := b.as(list[i])
				for j := range list {
					victim := list[(i+j)%fighters] // oneself first
					_, err := act.ChangeMember(act.ctx, victim.ID, permissions(staff.View), "There can be only one.")
					if err != nil && !isOneOf(err, staff.ErrLastAdmin, staff.ErrPermission) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		require.Equal(t, 1, b.count(`SELECT count(*) FROM staff WHERE 'admin' = ANY(permissions)`))
	}
}

func TestMembersAreListed(t *testing.T) {
	b := newBooks(t)
	for _, m := range []staff.Member{
		{FirstName: "Ana", LastName: "Zas", Email: "b@example.org", Permissions: []staff.Permission{staff.View}},
		{FirstName: "Ana", LastName: "Gil", Email: "a@example.org", Permissions: []staff.Permission{staff.Admin}},
		{FirstName: "Eva", LastName: "Gil", Email: "c@example.com", Permissions: []staff.Permission{staff.View}},
	} {
		m.ID, m.PasswordHash = uuid.NewString(), "x"
		require.NoError(t, b.CreateStaff(b.ctx, m))
	}
	suspended := true
	for name, c := range map[string]struct {
		filter staff.Filter
		order  listing.Order
		want   string
	}{
		"by name":         {staff.Filter{}, listing.Order{By: "name"}, "acb"},
		"by name, back":   {staff.Filter{}, listing.Order{By: "name", Descending: true}, "bca"},
		"by email":        {staff.Filter{}, listing.Order{By: "email"}, "abc"},
		"by age":          {staff.Filter{}, listing.Order{By: "created"}, "bac"},
		"a text":          {staff.Filter{Text: "ANA g"}, listing.Order{By: "email"}, "a"},
		"a sign":          {staff.Filter{Text: "%"}, listing.Order{By: "email"}, ""},
		"a permission":    {staff.Filter{Permission: staff.View}, listing.Order{By: "email"}, "bc"},
		"those suspended": {staff.Filter{Suspended: &suspended}, listing.Order{By: "email"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, q := "", listing.Query{Order: c.order, Limit: 1}
			for {
				list, places, total, err := b.Members(b.ctx, c.filter, q)
				require.NoError(t, err)
				require.Equal(t, len(c.want), total)
				if len(list) == 0 {
					break
				}
				got += list[0].Email[:1]
				q.After = &places[0]
			}
			require.Equal(t, c.want, got)
		})
	}
	_, _, _, err := b.Members(b.ctx, staff.Filter{}, listing.Query{Order: listing.Order{By: "password_hash"}, Limit: 1})
	require.ErrorIs(t, err, listing.ErrSort)
}
