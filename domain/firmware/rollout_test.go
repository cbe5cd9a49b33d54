package firmware_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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
			firmware.RolloutDraft:   {firmware.Submit: "ready", firmware.Deny: "draft", firmware.Start: "running"},
			firmware.RolloutWaiting: {firmware.Submit: "waiting_for_approval", firmware.Approve: "ready", firmware.Deny: "draft"},
		},
		true: {
			firmware.RolloutDraft:   {firmware.Submit: "waiting_for_approval", firmware.Deny: "draft"},
			firmware.RolloutWaiting: {firmware.Submit: "waiting_for_approval", firmware.Approve: "ready", firmware.Deny: "draft"},
		},
	}
	for _, states := range both {
		states[firmware.RolloutReady] = on{firmware.Submit: "ready", firmware.Approve: "ready", firmware.Deny: "draft", firmware.Start: "running"}
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
	for _, state := range []firmware.RolloutState{firmware.RolloutDraft, firmware.RolloutWaiting, firmware.RolloutReady} {
		_, err = firmware.Rollout{State: state}.After(firmware.Stop, "leo", true)
		require.ErrorIs(t, err, firmware.ErrNotStarted)
	}
}

func TestAPlanSaysWhatIsWrong(t *testing.T) {
	good := firmware.Plan{Name: "1.3 for all", ImageID: "i", Groups: 3, SuccessPercent: 90, ErrorPercent: 10, MaxAtOnce: 20}
	require.NoError(t, good.Check())
	count := -1
	for name, c := range map[string]struct {
		spoil func(*firmware.Plan)
		want  firmware.Flaw
		words string
	}{
		"no name":       {func(p *firmware.Plan) { p.Name = " " }, firmware.Flaw{Field: "name", What: firmware.FlawName}, "A name has 1 to 100 characters."},
		"no groups":     {func(p *firmware.Plan) { p.Groups = 0 }, firmware.Flaw{Field: "groups", What: firmware.FlawNoGroups}, "Say how many groups there are, or the percents of each."},
		"many groups":   {func(p *firmware.Plan) { p.Groups = 21 }, firmware.Flaw{Field: "groups", What: firmware.FlawGroups, Said: "21"}, "There are 1 to 20 groups, not 21."},
		"no number":     {func(p *firmware.Plan) { p.Groups = -1 }, firmware.Flaw{Field: "groups", What: firmware.FlawGroups, Said: "-1"}, "There are 1 to 20 groups, not -1."},
		"both":          {func(p *firmware.Plan) { p.Percents = []int{100} }, firmware.Flaw{Field: "groups", What: firmware.FlawBothGroups}, "Say either groups or percents, not both."},
		"half of all":   {func(p *firmware.Plan) { p.Groups, p.Percents = 0, []int{50} }, firmware.Flaw{Field: "percents", What: firmware.FlawSum, Said: "50"}, "The percents of all groups are 100 together, not 50."},
		"an empty one":  {func(p *firmware.Plan) { p.Groups, p.Percents = 0, []int{0, 100} }, firmware.Flaw{Field: "percents", What: firmware.FlawShare, Said: "0"}, "Each group gets at least 1 percent, not 0."},
		"success":       {func(p *firmware.Plan) { p.SuccessPercent = 101 }, firmware.Flaw{Field: "success_percent", What: firmware.FlawPercent, Said: "101"}, "A percentage goes from 0 to 100; 101 does not."},
		"errors":        {func(p *firmware.Plan) { p.ErrorPercent = -1 }, firmware.Flaw{Field: "error_percent", What: firmware.FlawPercent, Said: "-1"}, "A percentage goes from 0 to 100; -1 does not."},
		"error count":   {func(p *firmware.Plan) { p.ErrorCount = &count }, firmware.Flaw{Field: "error_count", What: firmware.FlawCount, Said: "-1"}, "A number of scooters goes from 0 to 1000000; -1 does not."},
		"none at once":  {func(p *firmware.Plan) { p.MaxAtOnce = 0 }, firmware.Flaw{Field: "max_at_once", What: firmware.FlawAtOnce, Said: "0"}, "At the same time go 1 to 500 upgrades, not 0."},
		"service":       {func(p *firmware.Plan) { p.Filter.Service = []fleet.Service{fleet.Retired} }, firmware.Flaw{Field: "filter.service", What: firmware.FlawService, Said: "retired"}, "No scooter that is to be upgraded is in the service retired."},
		"an empty name": {func(p *firmware.Plan) { p.Filter.Plates = []string{"A", ""} }, firmware.Flaw{Field: "filter.plates", What: firmware.FlawValue}, "What a filter names has 1 to 64 bytes."},
		"too many": {func(p *firmware.Plan) {
			p.Filter.Stations = slices.Repeat([]string{"x"}, firmware.MostSelected+1)
		}, firmware.Flaw{Field: "filter.stations", What: firmware.FlawList, Said: "10001"}, "A filter names at most 10000, not 10001."},
		"a zone in small letters": {func(p *firmware.Plan) {
			p.Window = &firmware.Window{From: 60, To: 120, Zone: "europe/madrid"}
		}, firmware.Flaw{Field: "window.zone", What: firmware.FlawZone, Said: `"europe/madrid"`}, `The IANA has no time zone "europe/madrid". They are written like Europe/Madrid.`},
	} {
		t.Run(name, func(t *testing.T) {
			p := good
			c.spoil(&p)
			require.Equal(t, []firmware.Flaw{c.want}, flawsOf(t, p.Check()))
			require.Equal(t, c.words, c.want.String())
		})
	}
	p := good
	p.Name, p.Groups, p.Percents, p.MaxAtOnce, p.Window = "", 0, []int{50}, 501, &firmware.Window{Zone: "Mars/Olympus"}
	var fields []string
	for _, f := range flawsOf(t, p.Check()) {
		fields = append(fields, f.Field)
	}
	require.Equal(t, []string{"name", "percents", "max_at_once", "window.to", "window.zone"}, fields, "all of them at once")
	good.Filter.Versions = []string{""} // those whose version nobody knows
	require.NoError(t, good.Check())
}

// Whatever is said, a share that is not 100 in all is refused.
func TestPercentsAreAHundred(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := firmware.Plan{Name: "All", ImageID: "i", MaxAtOnce: 1, Percents: rapid.SliceOfN(rapid.Int(), 1, 20).Draw(t, "percents")}
		want := big.NewInt(0)
		good := true
		for _, share := range p.Percents {
			want.Add(want, big.NewInt(int64(share)))
			good = good && share > 0
		}
		require.Equal(t, good && want.Cmp(big.NewInt(100)) == 0, p.Check() == nil)
	})
}

func flawsOf(t *testing.T, err error) []firmware.Flaw {
	t.Helper()
	require.ErrorIs(t, err, firmware.ErrRolloutInvalid)
	return detailsOf(t, err)["flaws"].([]firmware.Flaw)
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
