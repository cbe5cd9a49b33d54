package firmware_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/firmware"
)

func TestSizesAreTheSharesOfAll(t *testing.T) {
	for name, c := range map[string]struct {
		plan     firmware.Plan
		scooters int
		want     []int
	}{
		"three alike":            {firmware.Plan{Groups: 3}, 10, []int{3, 4, 3}},
		"more groups than there": {firmware.Plan{Groups: 4}, 2, []int{1, 0, 1, 0}},
		"by percent":             {firmware.Plan{Percents: []int{1, 9, 90}}, 10_000, []int{100, 900, 9000}},
		"nobody":                 {firmware.Plan{Percents: []int{50, 50}}, 0, []int{0, 0}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, c.plan.Sizes(c.scooters)) })
	}
	rapid.Check(t, func(t *rapid.T) {
		plan, scooters := drawPlan(t), rapid.IntRange(0, 20_000).Draw(t, "scooters")
		sum := 0
		for i, size := range plan.Sizes(scooters) {
			require.GreaterOrEqual(t, size, 0)
			share := float64(scooters) * float64(plan.Percents[i]) / 100
			require.InDelta(t, share, size, 1, "group %d", i+1)
			sum += size
		}
		require.Equal(t, scooters, sum)
	})
}

// drawPlan is any plan as far as its groups and thresholds go.
func drawPlan(t *rapid.T) firmware.Plan {
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(1, 99), 0, 4, rapid.ID).Draw(t, "cuts")
	slices.Sort(cuts)
	cuts = append(cuts, 100)
	p := firmware.Plan{
		SuccessPercent: rapid.IntRange(0, 100).Draw(t, "success"),
		ErrorPercent:   rapid.IntRange(0, 100).Draw(t, "errors"),
		MaxAtOnce:      rapid.IntRange(1, 8).Draw(t, "at once"),
	}
	if rapid.Bool().Draw(t, "counted") {
		count := rapid.IntRange(0, 5).Draw(t, "count")
		p.ErrorCount = &count
	}
	for i, cut := range cuts {
		if i > 0 {
			cut -= cuts[i-1]
		}
		p.Percents = append(p.Percents, cut)
	}
	return p
}

func group(n int, t firmware.Tally) firmware.Group { return firmware.Group{Number: n, Tally: t} }

func TestDecide(t *testing.T) {
	one := 1
	for name, c := range map[string]struct {
		plan   firmware.Plan
		groups []firmware.Group
		want   firmware.Judgement
	}{
		"the first group begins": {
			firmware.Plan{SuccessPercent: 50, ErrorPercent: 10, MaxAtOnce: 3},
			[]firmware.Group{group(1, firmware.Tally{Pending: 10}), group(2, firmware.Tally{Pending: 10})},
			firmware.Judgement{Open: 1, Room: 3},
		},
		"enough have it: the next begins beside the rest": {
			firmware.Plan{SuccessPercent: 50, ErrorPercent: 10, MaxAtOnce: 5},
			[]firmware.Group{group(1, firmware.Tally{Pending: 3, Running: 2, Done: 5}), group(2, firmware.Tally{Pending: 10})},
			firmware.Judgement{Open: 2, Room: 3},
		},
		"as many errors as allowed": {
			firmware.Plan{SuccessPercent: 90, ErrorPercent: 10, MaxAtOnce: 1},
			[]firmware.Group{group(1, firmware.Tally{Pending: 9, Failed: 1})},
			firmware.Judgement{Open: 1, Room: 1},
		},
		"one more error, if only parked": {
			firmware.Plan{SuccessPercent: 90, ErrorPercent: 10, MaxAtOnce: 1},
			[]firmware.Group{group(1, firmware.Tally{Pending: 8, Failed: 1, Parked: 1})},
			firmware.Judgement{Halt: firmware.HaltErrors, Group: 1},
		},
		"by count": {
			firmware.Plan{ErrorPercent: 100, ErrorCount: &one, MaxAtOnce: 1},
			[]firmware.Group{group(1, firmware.Tally{Done: 990}), group(2, firmware.Tally{Pending: 900, Failed: 2})},
			firmware.Judgement{Halt: firmware.HaltErrors, Group: 2},
		},
		"errors that staff have seen": {
			firmware.Plan{SuccessPercent: 50, ErrorPercent: 10, MaxAtOnce: 1},
			[]firmware.Group{{Number: 1, Tally: firmware.Tally{Pending: 7, Failed: 3}, Excused: 2}},
			firmware.Judgement{Open: 1, Room: 1},
		},
		"through without success": {
			firmware.Plan{SuccessPercent: 90, ErrorPercent: 50, MaxAtOnce: 1},
			[]firmware.Group{group(1, firmware.Tally{Done: 8, Failed: 2}), group(2, firmware.Tally{Pending: 1})},
			firmware.Judgement{Halt: firmware.HaltSuccess, Group: 1},
		},
		"staff went on": {
			firmware.Plan{SuccessPercent: 90, ErrorPercent: 50, MaxAtOnce: 1},
			[]firmware.Group{{Number: 1, Tally: firmware.Tally{Done: 8, Failed: 2}, Passed: true}, group(2, firmware.Tally{Pending: 1})},
			firmware.Judgement{Open: 2, Room: 1},
		},
		"who is skipped is not missed": {
			firmware.Plan{SuccessPercent: 100, MaxAtOnce: 1},
			[]firmware.Group{group(1, firmware.Tally{Done: 1, Skipped: 9}), group(2, firmware.Tally{Pending: 1})},
			firmware.Judgement{Open: 2, Room: 1},
		},
		"a group that was skipped has shown nothing": {
			firmware.Plan{SuccessPercent: 90, MaxAtOnce: 1},
			[]firmware.Group{group(1, firmware.Tally{Skipped: 2}), group(2, firmware.Tally{Pending: 1})},
			firmware.Judgement{Halt: firmware.HaltSuccess, Group: 1},
		},
		"a group without scooters stands in nobody's way": {
			firmware.Plan{SuccessPercent: 90, MaxAtOnce: 1},
			[]firmware.Group{group(1, firmware.Tally{}), group(2, firmware.Tally{Pending: 1})},
			firmware.Judgement{Open: 2, Room: 1},
		},
		"a parked one keeps it from its end, and takes no room": {
			firmware.Plan{ErrorPercent: 100, MaxAtOnce: 2},
			[]firmware.Group{group(1, firmware.Tally{Done: 3, Parked: 1})},
			firmware.Judgement{Open: 1, Room: 2},
		},
		"all had their turn": {
			firmware.Plan{SuccessPercent: 100, ErrorPercent: 100, MaxAtOnce: 2},
			[]firmware.Group{group(1, firmware.Tally{Done: 3, Failed: 1})},
			firmware.Judgement{Open: 1, Room: 2, Finished: true},
		},
		"others may come": {
			firmware.Plan{SuccessPercent: 100, ErrorPercent: 100, MaxAtOnce: 2, Late: true},
			[]firmware.Group{group(1, firmware.Tally{Done: 3})},
			firmware.Judgement{Open: 1, Room: 2},
		},
		"support works on more than there is room for": {
			firmware.Plan{ErrorPercent: 100, MaxAtOnce: 2},
			[]firmware.Group{group(1, firmware.Tally{Running: 3, Pending: 1})},
			firmware.Judgement{Open: 1},
		},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, c.plan.Decide(c.groups)) })
	}
}

// Whatever becomes of the upgrades, in whatever order: never more at once than allowed, no scooter before its group's turn, none
// begun after the error that was one too many, and in the end everybody had a turn.
func TestARolloutKeepsToItsPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		scooters := rapid.IntRange(0, 60).Draw(t, "scooters")
		var groups []firmware.Group
		for i, size := range plan.Sizes(scooters) {
			groups = append(groups, group(i+1, firmware.Tally{Pending: size}))
		}
		begun := 0
		for steps := 0; ; steps++ {
			require.Less(t, steps, 10*scooters+50, "it goes on")
			v := plan.Decide(groups)
			if v.Finished {
				break
			}
			if v.Halt != "" {
				requireHalt(t, plan, groups, v)
				for i := range groups {
					groups[i] = plan.Resumed(groups[i])
				}
				require.Empty(t, plan.Decide(groups).Halt, "who goes on is not stopped for the same")
				continue
			}
			for i := range groups[:v.Open] {
				n := min(v.Room, groups[i].Pending)
				groups[i].Pending -= n
				groups[i].Running += n
				v.Room -= n
				begun += n
				if i > 0 {
					requireTurn(t, plan, groups[i-1], n)
				}
			}
			running := 0
			for _, g := range groups {
				running += g.Running
			}
			require.LessOrEqual(t, running, plan.MaxAtOnce)
			one := rapid.IntRange(0, len(groups)-1).Draw(t, "group")
			for range groups { // the next one with something under way
				if groups[one].Running+groups[one].Parked > 0 {
					break
				}
				one = (one + 1) % len(groups)
			}
			end(t, &groups[one].Tally)
		}
		require.Equal(t, scooters, begun)
	})
}

// end lets something become of one upgrade of a group.
func end(t *rapid.T, g *firmware.Tally) {
	if g.Parked > 0 && (g.Running == 0 || rapid.Bool().Draw(t, "support")) {
		g.Parked--
	} else if g.Running > 0 {
		g.Running--
	} else {
		return
	}
	switch rapid.IntRange(0, 5).Draw(t, "ends") {
	case 0:
		g.Failed++
	case 1:
		g.Parked++
	case 2:
		g.Skipped++
	default:
		g.Done++
	}
}

func requireHalt(t *rapid.T, plan firmware.Plan, groups []firmware.Group, v firmware.Judgement) {
	g := groups[v.Group-1]
	switch v.Halt {
	case firmware.HaltErrors:
		fresh := g.Failed + g.Parked - g.Excused
		tooMany := float64(fresh) > float64(plan.ErrorPercent)/100*float64(g.Total()-g.Skipped)
		require.True(t, tooMany || plan.ErrorCount != nil && fresh > *plan.ErrorCount)
	case firmware.HaltSuccess:
		require.Zero(t, g.Pending+g.Running)
		if g.Total() > g.Skipped {
			require.Less(t, float64(g.Done), float64(plan.SuccessPercent)/100*float64(g.Total()-g.Skipped))
		}
	default:
		require.Failf(t, "no reason to stop", "%s", v.Halt)
	}
}

func requireTurn(t *rapid.T, plan firmware.Plan, before firmware.Group, begun int) {
	if begun > 0 && !before.Passed {
		require.GreaterOrEqual(t, before.Done*100, plan.SuccessPercent*(before.Total()-before.Skipped))
	}
}
