package api

import (
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
)

// rolloutExamples are a rollout that is drafted, approved, started, paused by its errors, and brought to its end.
func rolloutExamples() map[string]any {
	const eva, leo = "0f0c5a52-4a3e-4a86-8d7b-2c1f7e555d0b", "c6a1d2f4-5b7e-4d3c-9a8f-1e2d3c4b5a69"
	wrote := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	began := wrote.Add(16 * time.Hour)
	draft := firmware.Rollout{
		ID: "9c2e7a10-3d4b-4f6a-8e1c-5b7d9f0a2c34", State: firmware.RolloutDraft,
		Plan: firmware.Plan{
			Name: "1.4.2 for the whole city", ImageID: "8b1f6d6e-7c3a-4f0e-9b52-3d8a6c1e4f77", Percents: []int{5, 20, 75},
			Filter:         firmware.Selection{Service: []fleet.Service{fleet.InService}, Versions: []string{"1.3.0", ""}},
			SuccessPercent: 90, ErrorPercent: 10, MaxAtOnce: 50,
			Window: &firmware.Window{Days: []time.Weekday{time.Monday, time.Tuesday}, From: 2 * 60, To: 5 * 60, Zone: "Europe/Madrid"},
		},
		Image:     firmware.Image{ID: "8b1f6d6e-7c3a-4f0e-9b52-3d8a6c1e4f77", ModelID: 2, Model: "M1", Version: "1.4.2"},
		CreatedBy: eva, ChangedBy: eva, CreatedAt: wrote, UpdatedAt: wrote, Matching: 420, Fitting: 400,
	}
	decided := func(r firmware.Rollout, to firmware.RolloutState, reason string, after time.Duration) firmware.Rollout {
		r.State, r.Reason, r.UpdatedAt = to, reason, r.UpdatedAt.Add(after)
		r.Halt, r.HaltGroup = "", 0
		return r
	}
	changed := draft
	changed.Plan.MaxAtOnce, changed.UpdatedAt = 20, wrote.Add(time.Minute)
	waiting := decided(changed, firmware.RolloutWaiting, "It is ready for a second look.", time.Hour)
	denied := decided(waiting, firmware.RolloutDraft, "Begin with fewer scooters.", time.Minute)
	ready := decided(waiting, firmware.RolloutReady, "The plan is sound.", time.Minute)
	ready.ApprovedBy = leo
	started := decided(ready, firmware.RolloutRunning, "Tested in the yard.", time.Minute)
	started.StartedBy, started.StartedAt = eva, started.UpdatedAt
	started.Groups = groupExamples(firmware.Tally{Pending: 20}, firmware.Tally{Pending: 80}, firmware.Tally{Pending: 300})
	started.Waits, started.OpensAt = []firmware.Wait{{For: firmware.WaitRoom, Scooters: 20}}, began.Truncate(24*time.Hour).Add(time.Hour)
	running := started
	running.Groups = groupExamples(firmware.Tally{Done: 18, Parked: 1, Skipped: 1}, firmware.Tally{Done: 12, Running: 20, Pending: 48}, firmware.Tally{Pending: 300})
	running.Waits = []firmware.Wait{{For: firmware.TroubleHeld, Scooters: 3}, {For: firmware.WaitRoom, Scooters: 44}, {For: firmware.TroubleSilent, Scooters: 1}}
	running.OpensAt = time.Time{}
	broken := running
	broken.State, broken.Halt, broken.HaltGroup, broken.UpdatedAt = firmware.RolloutPaused, firmware.HaltErrors, 2, began
	broken.Groups = groupExamples(firmware.Tally{Done: 18, Parked: 1, Skipped: 1}, firmware.Tally{Done: 20, Failed: 9, Pending: 51}, firmware.Tally{Pending: 300})
	broken.Waits = []firmware.Wait{{For: firmware.TroubleHeld, Scooters: 3}, {For: firmware.WaitRoom, Scooters: 48}}
	paused := decided(running, firmware.RolloutPaused, "A storm is coming.", time.Hour)
	paused.Halt = firmware.HaltStaff
	retried := broken
	retried.Groups = groupExamples(firmware.Tally{Done: 18, Parked: 1, Skipped: 1}, firmware.Tally{Done: 20, Pending: 60}, firmware.Tally{Pending: 300})
	retried.Reason = "They were in the cellar."
	resumed := decided(retried, firmware.RolloutRunning, "Out of the cellar.", time.Hour)
	stopping := decided(running, firmware.RolloutStopping, "1.4.3 is out.", time.Hour)

	bodies := map[string]any{}
	for key, r := range map[string]firmware.Rollout{
		"create-rollout 201": draft, "change-rollout 200": changed, "submit-rollout 200": waiting, "deny-rollout 200": denied,
		"approve-rollout 200": ready, "start-rollout 200": started, "get-rollout 200": running, "pause-rollout 200": paused,
		"pause-rollout 202": running, "retry-rollout 200": retried, "retry-rollout 202": broken, "resume-rollout 200": resumed,
		"resume-rollout 202": paused, "stop-rollout 200": stopping, "stop-rollout 202": running,
	} {
		bodies[key] = rolloutBody(r)
	}
	list := rolloutsOut{}.Body
	list.Rollouts, list.Total = []RolloutBody{listedRollout(broken), listedRollout(draft)}, 2
	targets := targetsOut{}.Body
	targets.Targets, targets.Total = []RolloutTarget{
		{Plate: "12AB", Group: 1, Position: 1, State: firmware.TargetDone, Tries: 1, Upgrade: "2f6d0a4e-1c55-4d7e-a3b8-9e0f7c6b5a41", Firmware: "1.4.2", UpdatedAt: began},
		{Plate: "77CD", Group: 1, Position: 2, State: firmware.TargetPending, Trouble: firmware.TroubleHeld, Firmware: "1.3.0", UpdatedAt: wrote},
	}, 2
	bodies["list-rollouts 200"], bodies["list-rollout-targets 200"] = list, targets
	return bodies
}

func groupExamples(tallies ...firmware.Tally) []firmware.Group {
	groups := make([]firmware.Group, len(tallies))
	for i, t := range tallies {
		groups[i] = firmware.Group{Number: i + 1, Tally: t}
	}
	return groups
}
