package api_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/credential"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/seal"
	"rodada/workflows"
)

// newDepot is a stage with keys for secrets.
func newDepot(t *testing.T, edits ...func(*api.Options)) (*stage, seal.Keys) {
	t.Helper()
	keys, err := seal.Parse(seal.NewKey("k"))
	require.NoError(t, err)
	return newStage(t, append(edits, func(o *api.Options) { o.Sealer, o.Open = keys, keys.Open })...), keys
}

const (
	onboardPath    = "/admin/v1/scooters/" + plate + "/onboard"
	onboardingPath = "/admin/v1/scooters/" + plate + "/onboarding"
	renumberPath   = "/admin/v1/scooters/" + plate + "/renumber"
)

var newcomer = map[string]any{"reason": "New in the fleet."}

func TestOnboardMakesABootstrapCredentialAndShowsItOnce(t *testing.T) {
	s, keys := newDepot(t)
	b := body(t, s.asStaff(t, "POST", onboardPath, newcomer), 202)
	require.Equal(t, "waiting", b["state"])
	login := b["bootstrap"].(map[string]any)
	require.NotEqual(t, plate, login["username"], "which the box may have another password for")
	c := s.store.credentials[0]
	secret, err := keys.Open(c.Sealed, credential.Purpose(c.ID))
	require.NoError(t, err)
	require.Equal(t, login["password"], secret)
	require.Equal(t, credential.Digest(secret), c.Digest)
	in := s.temporal.onboards[0]
	require.Equal(t, plate, in.Plate)
	require.True(t, in.Switch)
	require.True(t, in.Dialect.LowercaseLength)
	require.Equal(t, b["id"], in.OnboardingID)
	require.Equal(t, signal{workflows.OnboardID(plate), workflows.SignalOnboard, workflows.OnboardRequest{
		OnboardingID: in.OnboardingID, Do: workflows.OnboardProvide, By: support,
	}}, s.temporal.signals[0])

	again := body(t, s.asStaff(t, "POST", onboardPath, newcomer), 202)
	require.Equal(t, b["id"], again["id"], "one at a time")
	require.NotContains(t, again, "bootstrap")
	require.Equal(t, workflows.OnboardRetry, s.temporal.signals[1].arg.(workflows.OnboardRequest).Do)
	for _, path := range []string{onboardingPath, "/admin/v1/onboardings"} {
		text := s.asStaff(t, "GET", path, nil)
		require.Equal(t, 200, text.Code)
		require.NotContains(t, text.Body.String(), secret)
		require.NotContains(t, text.Body.String(), c.Sealed)
	}
	require.NotContains(t, s.log.String(), secret)
	require.Equal(t, "scooter.onboard", s.store.deeds[len(s.store.deeds)-1].Action)
}

func TestOnboardWithWhatTheBoxCameWith(t *testing.T) {
	s, keys := newDepot(t)
	asked := map[string]any{"reason": "New.", "keep_credential": true, "bootstrap": map[string]any{"username": "factory-1", "password": "hunter2-hunter2"}}
	b := body(t, s.asStaff(t, "POST", onboardPath, asked), 202)
	require.NotContains(t, b, "bootstrap", "who told it knows it")
	c := s.store.credentials[0]
	secret, err := keys.Open(c.Sealed, credential.Purpose(c.ID))
	require.NoError(t, err)
	require.Equal(t, "hunter2-hunter2", secret)
	require.Equal(t, "factory-1", c.Username)
	require.False(t, s.temporal.onboards[0].Switch)
	for name, login := range map[string]map[string]any{
		"username_invalid": {"username": "a b", "password": "hunter2-hunter2"},
		"password_invalid": {"password": "a:b:c:d:e"},
	} {
		asked["bootstrap"] = login
		problem(t, s.asStaff(t, "POST", onboardPath, asked), 422, name)
	}
}

func TestWhoMayOnboard(t *testing.T) {
	s, _ := newDepot(t)
	member := s.store.staff[support]
	member.Permissions = []staff.Permission{staff.View, staff.Operate}
	s.store.staff[support] = member
	problem(t, s.asStaff(t, "POST", onboardPath, newcomer), 403, "permission_missing")
	require.Empty(t, s.store.credentials)
	body(t, s.asStaff(t, "POST", onboardPath, map[string]any{"reason": "Look.", "keep_credential": true}), 202)
	problem(t, s.asStaff(t, "POST", renumberPath, map[string]any{"reason": "New.", "plate": "34CD"}), 403, "permission_missing")
}

func TestOnboardThatCantBegin(t *testing.T) {
	s, _ := newDepot(t)
	s.temporal.signalErr = away()
	problem(t, s.asStaff(t, "POST", onboardPath, newcomer), 503, "scooter_unreachable")
	problem(t, s.asStaff(t, "POST", "/admin/v1/scooters/none/onboard", newcomer), 404, "scooter_unknown")
	keyless := newStage(t)
	problem(t, keyless.asStaff(t, "POST", onboardPath, newcomer), 503, "secrets_unavailable")
	problem(t, keyless.asStaff(t, "GET", onboardingPath, nil), 404, "onboarding_unknown")
}

func TestDecidingOnAnOnboarding(t *testing.T) {
	s, _ := newDepot(t)
	why := map[string]any{"reason": "The IMEI was wrong."}
	problem(t, s.asStaff(t, "POST", onboardingPath+"/retry", why), 404, "onboarding_unknown")
	body(t, s.asStaff(t, "POST", onboardPath, newcomer), 202)
	problem(t, s.asStaff(t, "POST", onboardingPath+"/retry", why), 409, "onboarding_not_parked")
	one := &s.store.onboardings[0]
	one.State, one.Trouble = onboarding.Parked, onboarding.IMEIMismatch
	for do, want := range map[string]workflows.OnboardDo{"retry": workflows.OnboardRetry, "abort": workflows.OnboardAbort} {
		b := body(t, s.asStaff(t, "POST", onboardingPath+"/"+do, why), 202)
		require.Equal(t, "imei_mismatch", b["trouble"])
		got := s.temporal.signals[len(s.temporal.signals)-1]
		require.Equal(t, signal{workflows.OnboardID(plate), workflows.SignalOnboard, workflows.OnboardRequest{
			OnboardingID: one.ID, Do: want, By: support,
		}}, got)
		require.Equal(t, "scooter.onboard-"+do, s.store.deeds[len(s.store.deeds)-1].Action)
	}
	one.State, one.Trouble = onboarding.Aborted, ""
	problem(t, s.asStaff(t, "POST", onboardingPath+"/abort", why), 409, "onboarding_over")
}

func TestANewScooterIsOnboardedWhereThatIsWished(t *testing.T) {
	for _, wished := range []bool{false, true} {
		s, _ := newDepot(t, func(o *api.Options) { o.Config.Onboard = config.Onboard{OnCreate: wished} })
		s.store.models = append(s.store.models, s.store.scooters[plate].Model)
		body(t, s.asStaff(t, "POST", "/admin/v1/scooters", map[string]any{"plate": "NEW1", "model": 1}), 201)
		if wished {
			require.Equal(t, "NEW1", s.temporal.onboards[0].Plate)
		} else {
			require.Empty(t, s.temporal.onboards)
		}
	}
}

func TestRenumber(t *testing.T) {
	s, _ := newDepot(t)
	asked := map[string]any{"reason": "New plate.", "plate": "34CD"}
	s.temporal.onRenumber = func(in workflows.RenumberInput) error {
		s.store.renumber(in.RenumberingID, onboarding.Renumbered, "")
		return nil
	}
	b := body(t, s.asStaff(t, "POST", renumberPath, asked), 200)
	require.Equal(t, "done", b["state"])
	require.Equal(t, workflows.ScooterID(plate), s.temporal.start.ID, "as the holder of the scooter")
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate, nil), 404, "scooter_unknown")
	body(t, s.asStaff(t, "GET", "/admin/v1/scooters/34CD", nil), 200)
	b = body(t, s.asStaff(t, "GET", "/admin/v1/scooters/34CD/renumbering", nil), 200)
	require.Equal(t, plate, b["from"])
}

func TestRenumberThatComesToNothing(t *testing.T) {
	asked := map[string]any{"reason": "New plate.", "plate": "34CD"}
	for name, c := range map[string]struct {
		onRenumber func(s *stage, in workflows.RenumberInput) error
		status     int
		code       string
	}{
		"undone": {func(s *stage, in workflows.RenumberInput) error {
			s.store.renumber(in.RenumberingID, onboarding.Undone, "The box was not heard.")
			return nil
		}, 409, "renumbering_undone"},
		"held": {func(*stage, workflows.RenumberInput) error { return alreadyStarted() }, 409, "scooter_held"},
		"away": {func(*stage, workflows.RenumberInput) error { return away() }, 503, "scooter_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newDepot(t)
			s.temporal.onRenumber = func(in workflows.RenumberInput) error { return c.onRenumber(s, in) }
			problem(t, s.asStaff(t, "POST", renumberPath, asked), c.status, c.code)
			require.Equal(t, onboarding.Undone, s.store.renumberings[0].State)
			body(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate, nil), 200)
		})
	}
	s, _ := newDepot(t)
	s.store.scooters["34CD"] = s.store.scooters[plate]
	problem(t, s.asStaff(t, "POST", renumberPath, asked), 409, "plate_taken")
	problem(t, s.asStaff(t, "POST", renumberPath, map[string]any{"reason": "Same.", "plate": plate}), 422, "plate_same")
	for _, bad := range []string{"a/b", "+", "bike", "%u"} {
		problem(t, s.asStaff(t, "POST", renumberPath, map[string]any{"reason": "Bad.", "plate": bad}), 422, "plate_invalid")
	}
	require.Empty(t, s.temporal.renumbers)
}

func TestGivingUpAStuckRenumbering(t *testing.T) {
	s, _ := newDepot(t)
	why := map[string]any{"reason": "The box is gone."}
	problem(t, s.asStaff(t, "POST", renumberPath+"ing/abort", why), 404, "renumbering_unknown")
	b := body(t, s.asStaff(t, "POST", renumberPath, map[string]any{"reason": "New plate.", "plate": "34CD"}), 202)
	require.Equal(t, "running", b["state"])
	problem(t, s.asStaff(t, "POST", renumberPath+"ing/abort", why), 409, "renumbering_not_stuck")
	s.store.renumberings[0].State = onboarding.Stuck
	body(t, s.asStaff(t, "POST", renumberPath+"ing/abort", why), 202)
	require.Equal(t, workflows.RenumberRequest{RenumberingID: b["id"].(string), By: support}, s.temporal.signals[0].arg)
	s.temporal.signalErr = errors.New("no connection")
	problem(t, s.asStaff(t, "POST", renumberPath+"ing/abort", why), 503, "scooter_unreachable")
}

// What the backend and other scooters log in with is nobody's to take.
func TestNamesThatABoxMayNotHave(t *testing.T) {
	s, _ := newDepot(t, func(o *api.Options) { o.Config.MQTT.Username = "The-Bridge" })
	s.store.models = append(s.store.models, s.store.scooters[plate].Model)
	for _, name := range []string{"rodada", "rodada-accounts", "Rodada9", "the-bridge"} {
		asked := map[string]any{"reason": "New.", "bootstrap": map[string]any{"username": name, "password": "hunter2-hunter2"}}
		problem(t, s.asStaff(t, "POST", onboardPath, asked), 409, "name_reserved")
		problem(t, s.asStaff(t, "POST", "/admin/v1/scooters", map[string]any{"plate": name, "model": 1}), 422, "plate_invalid")
		problem(t, s.asStaff(t, "POST", renumberPath, map[string]any{"reason": "New.", "plate": name}), 422, "plate_invalid")
	}
	require.Empty(t, s.store.credentials)
	require.Empty(t, s.temporal.onboards)
}

// Whoever rides it does not lose the box; to ask it who it is harms nobody.
func TestAScooterThatSomebodyHasKeepsWhatItLogsInWith(t *testing.T) {
	s, _ := newDepot(t)
	held := s.store.scooters[plate]
	held.Hold = fleet.InUse
	s.store.scooters[plate] = held
	problem(t, s.asStaff(t, "POST", onboardPath, newcomer), 409, "scooter_held")
	problem(t, s.asStaff(t, "POST", onboardPath, map[string]any{
		"reason": "Look.", "keep_credential": true, "bootstrap": map[string]any{"password": "hunter2-hunter2"},
	}), 409, "scooter_held")
	require.Empty(t, s.store.credentials)
	require.Empty(t, s.temporal.onboards)
	b := body(t, s.asStaff(t, "POST", onboardPath, map[string]any{"reason": "Look.", "keep_credential": true}), 202)
	require.NotContains(t, b, "bootstrap")
	require.Empty(t, s.store.credentials, "what it logs in with stays, and nothing is made")
}

// Only what was made here before may get another password.
func TestAnotherPasswordForABootstrapCredential(t *testing.T) {
	s, _ := newDepot(t)
	asked := map[string]any{"reason": "New.", "bootstrap": map[string]any{"username": "factory-1", "password": "hunter2-hunter2"}}
	for n, replaces := range []bool{false, true} {
		body(t, s.asStaff(t, "POST", onboardPath, asked), 202)
		require.Equal(t, replaces, s.temporal.signals[n].arg.(workflows.OnboardRequest).Replace)
	}
}
