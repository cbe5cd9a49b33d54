package postgres_test

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/testkit"
	"rodada/migrations"
)

// secretID is a new name for a secret.
func secretID() string { return uuid.NewString() }

// All of it works with the rights that the API has.
func TestAServiceFromItsBeginningToItsEnd(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	owner := newBooksAt(t, url)
	eva := owner.member()
	b := *owner
	b.Store = openAs(t, url, migrations.API, migrations.Login)
	act := b.as(eva)
	networks := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")}
	first := secretID()
	made, err := act.CreateService(act.ctx, staff.Service{
		ID: uuid.NewString(), Name: "bi-export", Permissions: []staff.Permission{staff.View, staff.Money}, Networks: networks, ExpiresAt: tomorrow,
	}, first, hash("1"), "The nightly export.")
	require.NoError(t, err)
	require.Equal(t, networks, made.Networks)
	require.Equal(t, tomorrow, made.ExpiresAt)
	require.Len(t, made.Secrets, 1)
	_, err = act.CreateService(act.ctx, staff.Service{ID: uuid.NewString(), Name: "BI-export", Permissions: made.Permissions}, secretID(), hash("x"), "Twice.")
	require.ErrorIs(t, err, staff.ErrServiceTaken)

	known, tokens, err := b.ServiceBySecret(b.ctx, made.ID, hash("1"))
	require.NoError(t, err)
	require.Equal(t, made.Permissions, known.Permissions)
	for _, wrong := range [][]string{{made.ID, "2"}, {uuid.NewString(), "1"}, {"x", "1"}} {
		_, _, err = b.ServiceBySecret(b.ctx, wrong[0], hash(wrong[1]))
		require.ErrorIs(t, err, rider.ErrCredentials)
	}
	require.NoError(t, b.ServiceUsed(b.ctx, made.ID, tokens, "192.0.2.7"))
	used, err := b.Service(b.ctx, made.ID)
	require.NoError(t, err)
	require.Equal(t, "192.0.2.7", used.UsedFrom)
	require.NotZero(t, used.UsedAt)
	require.NotZero(t, used.Secrets[0].UsedAt)

	name := "bi"
	_, err = act.ChangeService(act.ctx, made.ID, staff.ServiceEdit{Name: &name}, "Shorter.")
	require.NoError(t, err)
	_, err = act.ChangeService(act.ctx, made.ID, staff.ServiceEdit{Name: &name}, "Again.")
	require.NoError(t, err, "changes nothing, and is not written down")
	_, err = act.AddServiceSecret(act.ctx, made.ID, secretID(), hash("2"), "A change of secrets.")
	require.NoError(t, err)
	_, err = act.AddServiceSecret(act.ctx, made.ID, secretID(), hash("3"), "One more.")
	require.ErrorIs(t, err, staff.ErrServiceSecrets)
	_, second, err := b.ServiceBySecret(b.ctx, made.ID, hash("2"))
	require.NoError(t, err)
	require.NotEqual(t, tokens, second)
	_, err = act.RemoveServiceSecret(act.ctx, made.ID, first, "The old one.")
	require.NoError(t, err)
	_, err = act.RemoveServiceSecret(act.ctx, made.ID, first, "The old one.")
	require.ErrorIs(t, err, staff.ErrSecretUnknown)
	_, err = b.ServiceWith(b.ctx, made.ID, tokens)
	require.ErrorIs(t, err, rider.ErrToken, "with its secret")
	_, err = b.ServiceWith(b.ctx, made.ID, second)
	require.NoError(t, err)

	_, err = act.SuspendService(act.ctx, made.ID, "It was in a log.", noon)
	require.NoError(t, err)
	_, err = act.SuspendService(act.ctx, made.ID, "Another reason.", noon)
	require.NoError(t, err)
	_, err = act.ReinstateService(act.ctx, made.ID, "It was not.")
	require.NoError(t, err)
	_, err = b.ServiceWith(b.ctx, made.ID, second)
	require.ErrorIs(t, err, rider.ErrToken, "what was given before the suspension")
	_, second, err = b.ServiceBySecret(b.ctx, made.ID, hash("2"))
	require.NoError(t, err)
	list, _, total, err := b.Services(b.ctx, staff.ServiceFilter{Text: "B", Permission: staff.Money}, listing.Query{Order: listing.Order{By: "used", Descending: true}, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, "bi", list[0].Name)

	machine := b.as(eva)
	machine.ctx = staff.Acting(b.ctx, staff.Actor{ServiceID: made.ID, Email: "bi"})
	require.NoError(t, machine.Audit(machine.ctx, staff.Deed{Action: "scooter.service", Subject: "12AB"}))
	_, err = machine.AddServiceSecret(machine.ctx, made.ID, secretID(), hash("4"), "For itself.")
	require.ErrorIs(t, err, staff.ErrPermission, "a machine keeps no accounts")

	require.NoError(t, act.DeleteService(act.ctx, made.ID, "Not needed."))
	require.ErrorIs(t, act.DeleteService(act.ctx, made.ID, "Not needed."), staff.ErrServiceUnknown)
	_, err = b.ServiceWith(b.ctx, made.ID, second)
	require.ErrorIs(t, err, rider.ErrToken)
	_, err = act.CreateService(act.ctx, staff.Service{ID: uuid.NewString(), Name: "bi", Permissions: made.Permissions}, secretID(), hash("5"), "The next of this name.")
	require.NoError(t, err)

	log, _, _, err := b.AuditLog(b.ctx, staff.AuditFilter{Action: "service."}, newestFirst)
	require.NoError(t, err)
	var actions []string
	for _, e := range log {
		actions = append(actions, e.Action)
	}
	require.Equal(t, []string{
		"service.create", "service.delete", "service.reinstate", "service.suspend", "service.remove-secret", "service.add-secret", "service.change", "service.create",
	}, actions)
	require.JSONEq(t, `{"name":"bi-export"}`, string(log[6].Before))
	require.JSONEq(t, `{"name":"bi"}`, string(log[6].After))
	log, _, _, err = b.AuditLog(b.ctx, staff.AuditFilter{Kind: staff.ByService}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, made.ID, log[0].ServiceID)
	flaws, _ := owner.verify()
	require.Empty(t, flaws, "what a service did is in the chain")
}

// Of many who give a service another secret at once, one does.
func TestAServiceHasTwoSecretsHoweverManyAreGiven(t *testing.T) {
	b := newBooks(t)
	act := b.as(b.member())
	one := staff.Service{ID: uuid.NewString(), Name: "bi-export", Permissions: []staff.Permission{staff.View}}
	_, err := act.CreateService(act.ctx, one, secretID(), hash("0"), "The nightly export.")
	require.NoError(t, err)
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = act.AddServiceSecret(act.ctx, one.ID, secretID(), hash(string(rune('a'+i))), "A change of secrets.")
		})
	}
	all.Wait()
	given := 0
	for _, err := range errs {
		if err == nil {
			given++
			continue
		}
		require.ErrorIs(t, err, staff.ErrServiceSecrets)
	}
	require.Equal(t, 1, given)
	require.Equal(t, 2, b.count(`SELECT count(*) FROM service_secrets`))
}
