package firmware_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
)

func detailsOf(t *testing.T, err error) map[string]any {
	t.Helper()
	f, ok := fault.From(err)
	require.True(t, ok)
	return f.Details
}

func TestWhatMayBeDoneWithARollout(t *testing.T) {
	type on map[firmware.Deed]firmware.RolloutState
	both := map[bool]map[firmware.RolloutState]on{
		false: {
			firmware.RolloutDraft:   {firmware.Submit: "ready", firmware.Approve: "ready", firmware.Deny: "draft", firmware.Start: "running", firmware.Stop: "stopped"},
			firmware.RolloutWaiting: {firmware.Submit: "waiting_for_approval", firmware.Approve: "ready", firmware.Deny: "draft", firmware.Stop: "stopped"},
		},
		true: {
			firmware.RolloutDraft:   {firmware.Submit: "waiting_for_approval", firmware.Deny: "draft", firmware.Stop: "stopped"},
			firmware.RolloutWaiting: {firmware.Submit: "waiting_for_approval", firmware.Approve: "ready", firmware.Deny: "draft", firmware.Stop: "stopped"},
		},
	}
	for _, states := range both {
		states[firmware.RolloutReady] = on{firmware.Submit: "ready", firmware.Approve: "ready", firmware.Deny: "draft", firmware.Start: "running", firmware.Stop: "stopped"}
		states[firmware.RolloutRunning] = on{firmware.Start: "running", firmware.Pause: "paused", firmware.Resume: "running", firmware.Stop: "stopping", firmware.Retry: "running"}
		states[firmware.RolloutPaused] = on{firmware.Pause: "paused", firmware.Resume: "running", firmware.Stop: "stopping", firmware.Retry: "paused"}
		states[firmware.RolloutStopping] = on{firmware.Stop: "stopping"}
		states[firmware.RolloutStopped] = on{firmware.Stop: "stopped"}
		states[firmware.RolloutFinished] = on{firmware.Retry: "running"}
	}
	deeds := []firmware.Deed{
		firmware.Submit, firmware.Approve, firmware.Deny, firmware.Start, firmware.Pause, firmware.Resume, firmware.Stop, firmware.Retry,
	}
	for fourEyes, states := range both {
		for _, state := range firmware.RolloutStates() {
			for _, deed := range deeds {
				r := firmware.Rollout{State: state, CreatedBy: "ana", ChangedBy: "eva", Authors: []string{"ana", "eva"}}
				after, err := r.After(deed, "leo", fourEyes)
				want, may := states[state][deed]
				if !may {
					require.Error(t, err, "%s %s, four eyes %v", deed, state, fourEyes)
					require.Equal(t, state, after)
					continue
				}
				require.NoError(t, err, "%s %s, four eyes %v", deed, state, fourEyes)
				require.Equal(t, want, after, "%s %s, four eyes %v", deed, state, fourEyes)
			}
		}
	}
}

func TestFourEyes(t *testing.T) {
	r := firmware.Rollout{State: firmware.RolloutWaiting, CreatedBy: "ana", ChangedBy: "ana", Authors: []string{"ana", "eva", "noa"}}
	for _, own := range []string{"ana", "eva", "noa"} {
		_, err := r.After(firmware.Approve, own, true)
		require.ErrorIs(t, err, firmware.ErrOwnRollout)
		_, err = r.After(firmware.Approve, own, false)
		require.NoError(t, err)
	}
	_, err := r.After(firmware.Start, "leo", true)
	require.ErrorIs(t, err, firmware.ErrNotApproved)
	_, err = r.After(firmware.Pause, "leo", true)
	require.ErrorIs(t, err, firmware.ErrRolloutState)
	require.Equal(t, map[string]any{"state": firmware.RolloutWaiting}, detailsOf(t, err))
}

func TestAPlanSaysWhatIsWrong(t *testing.T) {
	good := firmware.Plan{Name: "1.3 for all", ImageID: "i", Groups: 3, SuccessPercent: 90, ErrorPercent: 10, MaxAtOnce: 20}
	require.NoError(t, good.Check())
	for field, spoil := range map[string]func(*firmware.Plan){
		"name":            func(p *firmware.Plan) { p.Name = " " },
		"groups":          func(p *firmware.Plan) { p.Groups = 0 },
		"percents":        func(p *firmware.Plan) { p.Groups, p.Percents = 0, []int{50, 49} },
		"success_percent": func(p *firmware.Plan) { p.SuccessPercent = 101 },
		"error_percent":   func(p *firmware.Plan) { p.ErrorPercent = -1 },
		"error_count":     func(p *firmware.Plan) { p.ErrorCount = new(int); *p.ErrorCount = -1 },
		"max_at_once":     func(p *firmware.Plan) { p.MaxAtOnce = 0 },
		"window.zone":     func(p *firmware.Plan) { p.Window = &firmware.Window{} },
		"filter.service":  func(p *firmware.Plan) { p.Filter.Service = []fleet.Service{fleet.Retired} },
		"filter.plates":   func(p *firmware.Plan) { p.Filter.Plates = []string{""} },
		"filter.stations": func(p *firmware.Plan) { p.Filter.Stations = make([]string, firmware.MostSelected+1) },
	} {
		p := good
		spoil(&p)
		requireField(t, field, p.Check())
	}
	for _, p := range []firmware.Plan{{Groups: 2, Percents: []int{100}}, {Percents: []int{0, 100}}, {Groups: 21}, {Groups: -1}} {
		p.Name, p.MaxAtOnce = good.Name, 1
		require.ErrorIs(t, p.Check(), firmware.ErrRolloutInvalid)
	}
	good.Filter.Versions = []string{""} // those whose version nobody knows
	require.NoError(t, good.Check())
}

func TestHowAScooterStandsByItsUpgrade(t *testing.T) {
	for _, s := range firmware.States() {
		if !s.Over() && s != firmware.Parked {
			require.Equal(t, firmware.TargetRunning, firmware.StandingOf(s, ""), s)
		}
	}
	for _, c := range []struct {
		state   firmware.State
		trouble firmware.Trouble
		want    firmware.TargetState
	}{
		{firmware.Done, "", firmware.TargetDone},
		{firmware.Failed, firmware.TroubleSame, firmware.TargetDone},
		{firmware.Failed, firmware.TroubleModel, firmware.TargetSkipped},
		{firmware.Failed, firmware.TroubleDowngrade, firmware.TargetSkipped},
		{firmware.Failed, firmware.TroubleSilent, firmware.TargetPending},
		{firmware.Failed, firmware.TroubleBattery, firmware.TargetPending},
		{firmware.Failed, firmware.TroublePowered, firmware.TargetPending},
		{firmware.Failed, firmware.TroubleHeld, firmware.TargetPending},
		{firmware.Failed, firmware.TroubleNotBegun, firmware.TargetPending},
		{firmware.Failed, firmware.TroubleParked, firmware.TargetFailed},
		{firmware.Failed, firmware.TroubleVersion, firmware.TargetFailed},
		{firmware.Aborted, firmware.TroubleStaff, firmware.TargetFailed},
		{firmware.Aborted, firmware.TroubleSilent, firmware.TargetFailed},
		{firmware.Parked, firmware.TroubleSilent, firmware.TargetParked},
	} {
		require.Equal(t, c.want, firmware.StandingOf(c.state, c.trouble), "%s %s", c.state, c.trouble)
	}
}
