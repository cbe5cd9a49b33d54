package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/credential"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/rental"
)

func fresh(username string) credential.Credential {
	return credential.Credential{ID: uuid.NewString(), Username: username, Sealed: "sealed:k:x", Digest: credential.Digest(username)}
}

func (b *books) states(plate string) map[string]credential.State {
	b.t.Helper()
	list, err := b.Credentials(b.ctx, plate)
	require.NoError(b.t, err)
	states := map[string]credential.State{}
	for _, c := range list {
		states[c.Username] = c.State
		require.Equal(b.t, c.State == credential.Revoked, c.Sealed == "" && c.Digest == nil, "a revoked credential keeps no secret")
	}
	return states
}

func TestACredentialFromBootstrapToActive(t *testing.T) {
	b := newBooks(t)
	s, other := b.scooter(), b.scooter()
	boot, own := fresh(s.Plate), fresh("box-1")
	require.NoError(t, b.SetBootstrap(b.ctx, s.Plate, "new", boot))
	require.ErrorIs(t, b.SetBootstrap(b.ctx, other.Plate, "new", fresh(s.Plate)), credential.ErrUsernameTaken)
	require.ErrorIs(t, b.SetBootstrap(b.ctx, "nobody", "new", boot), fleet.ErrScooterUnknown)

	issued, err := b.IssueCredential(b.ctx, s.Plate, own)
	require.NoError(t, err)
	require.Equal(t, own.Username, issued.Username)
	again, err := b.IssueCredential(b.ctx, s.Plate, fresh("box-2"))
	require.NoError(t, err)
	require.Equal(t, issued, again, "the box may have it already")
	require.Equal(t, map[string]credential.State{s.Plate: credential.Bootstrap, "box-1": credential.Issued}, b.states(s.Plate))

	require.ErrorIs(t, b.ActivateCredential(b.ctx, other.Plate, issued.ID), credential.ErrMissing)
	for range 2 {
		require.NoError(t, b.ActivateCredential(b.ctx, s.Plate, issued.ID), "again changes nothing")
	}
	require.Equal(t, map[string]credential.State{s.Plate: credential.Revoked, "box-1": credential.Active}, b.states(s.Plate))
	holders, err := b.CredentialHolders(b.ctx, "")
	require.NoError(t, err)
	require.Len(t, holders, 1)
	require.Equal(t, []string{s.Plate}, holders[0].Plates)

	next, err := b.IssueCredential(b.ctx, s.Plate, fresh("box-3"))
	require.NoError(t, err)
	require.NoError(t, b.ActivateCredential(b.ctx, s.Plate, next.ID))
	require.Equal(t, credential.Revoked, b.states(s.Plate)["box-1"], "a credential is changed as it was given")
}

// Who corrects what a box came with keeps its name, or gives it another.
func TestABootstrapCredentialIsReplaced(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	require.NoError(t, b.SetBootstrap(b.ctx, s.Plate, "new", fresh("factory")))
	corrected := fresh("factory")
	corrected.Sealed = "sealed:k:y"
	require.NoError(t, b.SetBootstrap(b.ctx, s.Plate, "a typo", corrected))
	list, err := b.Credentials(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "sealed:k:y", list[0].Sealed)
	require.NoError(t, b.SetBootstrap(b.ctx, s.Plate, "another", fresh("factory-2")))
	require.Equal(t, map[string]credential.State{"factory": credential.Revoked, "factory-2": credential.Bootstrap}, b.states(s.Plate))
	require.NoError(t, b.SetBootstrap(b.ctx, s.Plate, "back", fresh("factory")))
	require.Equal(t, map[string]credential.State{"factory": credential.Bootstrap, "factory-2": credential.Revoked}, b.states(s.Plate))
}

// Brokers that look up accounts in the database see who may log in and what that one may do.
func TestWhatABrokerLooksUp(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	require.NoError(t, b.SetBootstrap(b.ctx, s.Plate, "new", fresh("u1")))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM mqtt_users WHERE username = 'u1' AND password_hash = encode(sha256('u1'), 'hex')`))
	rights := func() map[string]string {
		var rows []struct {
			Topic  string `db:"topic"`
			Action string `db:"action"`
		}
		require.NoError(t, b.db.SelectContext(b.ctx, &rows, `SELECT topic, action FROM mqtt_rights WHERE username = 'u1' AND permission = 'allow'`))
		all := map[string]string{}
		for _, r := range rows {
			all[r.Topic] = r.Action
		}
		return all
	}
	require.Equal(t, map[string]string{s.Plate: "all", "bike": "publish", "o": "publish"}, rights())
	r := b.renumbering(s, "NEW-1")
	require.NoError(t, b.OpenRenumbering(b.ctx, r))
	require.Equal(t, "all", rights()["NEW-1"])
	issued, err := b.IssueCredential(b.ctx, s.Plate, fresh("u2"))
	require.NoError(t, err)
	require.NoError(t, b.ActivateCredential(b.ctx, s.Plate, issued.ID))
	require.Empty(t, rights())
	require.Zero(t, b.count(`SELECT count(*) FROM mqtt_users WHERE username = 'u1'`))
}

func TestAnOnboarding(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	_, err := b.Onboarding(b.ctx, s.Plate)
	require.ErrorIs(t, err, onboarding.ErrUnknown)
	asked := onboarding.Onboarding{ID: uuid.NewString(), Plate: s.Plate, Reason: "new"}
	one, created, err := b.OpenOnboarding(b.ctx, asked)
	require.NoError(t, err)
	require.True(t, created)
	require.Equal(t, onboarding.Waiting, one.State)
	asked.ID = uuid.NewString()
	again, created, err := b.OpenOnboarding(b.ctx, asked)
	require.NoError(t, err)
	require.False(t, created, "one at a time")
	require.Equal(t, one, again)
	require.NoError(t, b.AdvanceOnboarding(b.ctx, onboarding.Change{ID: one.ID, Seq: 7, State: onboarding.Asking, At: noon}))
	_, _, err = b.OpenOnboarding(b.ctx, asked)
	require.NoError(t, err, "and its workflow may be a new one, that counts from 1")

	step := onboarding.Change{ID: one.ID, Seq: 1, State: onboarding.Parked, Trouble: onboarding.Refused, Detail: "It refused.", At: noon}
	require.NoError(t, b.AdvanceOnboarding(b.ctx, step))
	require.NoError(t, b.AdvanceOnboarding(b.ctx, onboarding.Change{ID: one.ID, Seq: 1, State: onboarding.Asking, At: noon}), "an old step")
	got, err := b.Onboarding(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, onboarding.Refused, got.Trouble)
	require.ErrorIs(t, b.OpenRenumbering(b.ctx, b.renumbering(s, "NEW-1")), onboarding.ErrRunning)
	list, err := b.Onboardings(b.ctx, onboarding.Parked)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, b.AdvanceOnboarding(b.ctx, onboarding.Change{ID: one.ID, Seq: 2, State: onboarding.Done, At: noon}))
	list, err = b.Onboardings(b.ctx, "")
	require.NoError(t, err)
	require.Empty(t, list, "none goes on")
	_, created, err = b.OpenOnboarding(b.ctx, asked)
	require.NoError(t, err)
	require.True(t, created)

	old := b.scooter()
	require.NoError(t, b.SetService(b.ctx, old.Plate, fleet.Retired, "old", fleet.Sighted{}))
	_, _, err = b.OpenOnboarding(b.ctx, onboarding.Onboarding{ID: uuid.NewString(), Plate: old.Plate})
	require.ErrorIs(t, err, onboarding.ErrRetired)
}

func TestWhatABoxTells(t *testing.T) {
	b := newBooks(t)
	s, other := b.scooter(), b.scooter()
	_, found, err := b.Box(b.ctx, s.Plate)
	require.NoError(t, err)
	require.False(t, found)
	signal := 21
	told := onboarding.Box{Hardware: "H", Firmware: "F", SIM: "8958", IMEI: s.IMEI, Signal: &signal, Plate: s.Plate, Port: 1883, GPSSeconds: 30, AskedAt: noon}
	own, err := b.StoreBox(b.ctx, s.Plate, told)
	require.NoError(t, err)
	require.True(t, own)
	require.NoError(t, b.Onboarded(b.ctx, s.Plate, noon))
	got, found, err := b.Box(b.ctx, s.Plate)
	require.NoError(t, err)
	require.True(t, found)
	told.OnboardedAt = noon
	require.Equal(t, told, got)

	for name, imei := range map[string]string{"another": "860000000000999", "another scooter's": other.IMEI, "none": ""} {
		told.IMEI = imei
		own, err = b.StoreBox(b.ctx, s.Plate, told)
		require.NoError(t, err)
		require.False(t, own, name)
	}
	require.NoError(t, b.exec(`UPDATE scooters SET imei = '' WHERE id = $1`, s.ID))
	told.IMEI = other.IMEI
	own, err = b.StoreBox(b.ctx, s.Plate, told)
	require.NoError(t, err)
	require.False(t, own, "nothing is learned that another scooter has")
	told.IMEI = "860000000000123"
	own, err = b.StoreBox(b.ctx, s.Plate, told)
	require.NoError(t, err)
	require.True(t, own, "none was registered, so it is learned")
	s, err = b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, "860000000000123", s.IMEI)
}

func (b *books) renumbering(s fleet.Scooter, to string) onboarding.Renumbering {
	b.t.Helper()
	return onboarding.Renumbering{ID: uuid.NewString(), From: s.Plate, To: to, StaffID: b.member().ID, Reason: "new plate"}
}

func TestARenumbering(t *testing.T) {
	b := newBooks(t)
	s, other := b.scooter(), b.scooter()
	r := b.renumbering(s, "NEW-1")
	require.NoError(t, b.OpenRenumbering(b.ctx, r))
	require.ErrorIs(t, b.OpenRenumbering(b.ctx, b.renumbering(s, "NEW-2")), onboarding.ErrRenumbering)
	_, _, err := b.OpenOnboarding(b.ctx, onboarding.Onboarding{ID: uuid.NewString(), Plate: s.Plate})
	require.ErrorIs(t, err, onboarding.ErrRenumbering)
	require.ErrorIs(t, b.OpenRenumbering(b.ctx, b.renumbering(other, "NEW-1")), fleet.ErrPlateTaken)
	require.ErrorIs(t, b.OpenRenumbering(b.ctx, b.renumbering(other, s.Plate)), fleet.ErrPlateTaken)
	_, err = b.CreateScooter(b.ctx, fleet.Scooter{QRCode: "NEWQR1", Plate: "NEW-1", Model: b.model, Battery: -1})
	require.ErrorIs(t, err, fleet.ErrPlateTaken, "the number is promised")

	claimed, err := b.BeginRenumbering(b.ctx, r.ID, "run-1")
	require.NoError(t, err)
	require.True(t, claimed)
	claimed, err = b.BeginRenumbering(b.ctx, r.ID, "run-2")
	require.NoError(t, err)
	require.False(t, claimed, "another run has it")
	require.NoError(t, b.DropRenumbering(b.ctx, r.ID, "x"), "it has begun, so it goes on")
	require.NoError(t, b.AdvanceRenumbering(b.ctx, onboarding.RenumberChange{ID: r.ID, Seq: 1, State: onboarding.Stuck, Trouble: "away"}))
	got, err := b.Renumbering(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, onboarding.Stuck, got.State)

	for range 2 {
		require.NoError(t, b.AdvanceRenumbering(b.ctx, onboarding.RenumberChange{ID: r.ID, Seq: 2, State: onboarding.Renumbered}), "once")
	}
	_, err = b.ScooterByPlate(b.ctx, s.Plate)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown)
	moved, err := b.ScooterByPlate(b.ctx, "NEW-1")
	require.NoError(t, err)
	require.Equal(t, s.ID, moved.ID)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM scooter_events WHERE kind = $1 AND cause = 'staff' AND staff_id = $2`, fleet.Renumbered, r.StaffID))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'scooter.renumbered' AND staff_id = $1`, r.StaffID))
	got, err = b.Renumbering(b.ctx, "NEW-1")
	require.NoError(t, err)
	require.Equal(t, onboarding.Renumbered, got.State)
	require.False(t, got.EndedAt.IsZero())

	require.NoError(t, b.OpenRenumbering(b.ctx, b.renumbering(other, s.Plate)), "the old plate is free")
}

func TestARenumberingThatComesToNothing(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	r := b.renumbering(s, "NEW-1")
	require.NoError(t, b.OpenRenumbering(b.ctx, r))
	require.NoError(t, b.DropRenumbering(b.ctx, r.ID, "It could not begin."))
	claimed, err := b.BeginRenumbering(b.ctx, r.ID, "run-1")
	require.NoError(t, err)
	require.False(t, claimed, "a workflow that comes late finds nothing to do")

	forgotten := b.renumbering(s, "NEW-2")
	require.NoError(t, b.OpenRenumbering(b.ctx, forgotten))
	require.NoError(t, b.exec(`UPDATE renumberings SET started_at = now() - interval '5 minutes' WHERE id = $1`, forgotten.ID))
	require.NoError(t, b.OpenRenumbering(b.ctx, b.renumbering(s, "NEW-1")), "one that never began stands in nobody's way")

	held := b.scooter()
	b.open(b.request(b.rider().ID, held))
	require.ErrorIs(t, b.OpenRenumbering(b.ctx, b.renumbering(held, "NEW-3")), fleet.ErrHeld)
	_, err = b.Renumbering(b.ctx, held.Plate)
	require.ErrorIs(t, err, onboarding.ErrRenumberingUnknown)
}

// A box that is given another credential reconnects, so nobody rents it then.
func TestNobodyRentsAScooterWhoseBoxIsBeingChanged(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	o, _, err := b.OpenOnboarding(b.ctx, onboarding.Onboarding{ID: uuid.NewString(), Plate: s.Plate})
	require.NoError(t, err)
	for seq, c := range []struct {
		state onboarding.State
		free  bool
	}{{onboarding.Asking, true}, {onboarding.Switching, false}, {onboarding.Confirming, false}, {onboarding.Parked, true}, {onboarding.Done, true}} {
		change := onboarding.Change{ID: o.ID, Seq: seq + 1, State: c.state, At: time.Now()}
		if c.state == onboarding.Parked {
			change.Trouble = onboarding.Refused
		}
		require.NoError(t, b.AdvanceOnboarding(b.ctx, change))
		r, created, err := b.OpenRental(b.ctx, b.request(b.rider().ID, s), time.Hour)
		require.Equal(t, c.free, created, c.state)
		if !c.free {
			require.ErrorIs(t, err, fleet.ErrUnavailable)
			continue
		}
		require.NoError(t, err)
		require.NoError(t, b.VoidUnstarted(b.ctx, r.ID, rental.NotStarted, time.Now()))
	}
}

// What another scooter's box logs in with at first is no bootstrap credential of this one.
func TestABootstrapCredentialIsNotAnotherScootersPlate(t *testing.T) {
	b := newBooks(t)
	s, other := b.scooter(), b.scooter()
	c := credential.Credential{ID: uuid.NewString(), Username: other.Plate, Sealed: "x", Digest: credential.Digest("x")}
	require.ErrorIs(t, b.SetBootstrap(b.ctx, s.Plate, "Mine.", c), credential.ErrUsernameTaken)
	require.NoError(t, b.SetBootstrap(b.ctx, other.Plate, "Mine.", c))
}
