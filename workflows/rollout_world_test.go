package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/workflows"
)

const campaignID = "6b1f6d6e-0000-4000-8000-0000000000cc"

// convoy is a fleet that is rolled an image out to: its scooters, the books and what becomes of the upgrades, on the virtual clock
// and through as many runs as it takes. The books judge by the domain's rules, as the real ones do.
type convoy struct {
	t    *testing.T
	env  *testsuite.TestWorkflowEnvironment
	runs int
	seed *rand.Rand
	now  func() time.Time

	// takes says how long an upgrade goes on and what it comes to, try by try.
	takes func(target *target) (time.Duration, firmware.State, firmware.Trouble)
	// tells says how the end of an upgrade is told: after so long each; none: it is lost.
	tells func() []time.Duration
	// inUse says whether somebody has a scooter.
	inUse  func(*target) bool
	silent func(plate string) bool // nothing was heard of it lately; nil: of nobody
	deaf   error
	atRun  map[int]func() // at the start of a run
	onStep func()

	mu       sync.Mutex
	plan     firmware.Plan
	state    firmware.RolloutState
	halt     firmware.Halt
	round    int
	groups   []firmware.Group
	targets  []*target
	byID     map[string]*target // by the upgrade that runs
	going    map[string]time.Time
	atOnce   int // most that ran
	begun    []string
	begunAt  []time.Time
	failFor  int // steps that fail
	steps    int
	starts   int // of this run
	mostRun  int // starts of one run
	decided  []activities.RolloutDecision
	outcomes []workflows.RolloutOutcome
}

// target is a scooter of the convoy.
type target struct {
	firmware.Target
	waits int
	since time.Time
}

func newConvoy(t *testing.T, scooters int, changes ...func(*firmware.Plan)) *convoy {
	c := &convoy{
		t: t, seed: rand.New(rand.NewPCG(1, 2)), state: firmware.RolloutRunning, byID: map[string]*target{}, going: map[string]time.Time{},
		plan: firmware.Plan{Name: "All", Groups: 1, SuccessPercent: 100, ErrorPercent: 10, MaxAtOnce: 5},
		takes: func(*target) (time.Duration, firmware.State, firmware.Trouble) {
			return 10 * time.Minute, firmware.Done, ""
		},
		tells: func() []time.Duration { return []time.Duration{0} },
		inUse: func(*target) bool { return false },
		atRun: map[int]func(){},
	}
	c.now = func() time.Time { return c.env.Now() }
	for _, change := range changes {
		change(&c.plan)
	}
	for i, size := range c.plan.Sizes(scooters) {
		c.groups = append(c.groups, firmware.Group{Number: i + 1})
		for range size {
			n := len(c.targets)
			c.targets = append(c.targets, &target{Target: firmware.Target{
				Plate: fmt.Sprintf("%05d", n), ScooterID: int64(n), Group: i + 1, Position: n, State: firmware.TargetPending,
			}})
		}
	}
	c.open()
	return c
}

func (c *convoy) open() {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	from := time.Date(2040, 11, 23, 8, 0, 0, 0, time.UTC) // the deadlines of local activities are real: not before them
	if c.env != nil {
		from = c.env.Now()
	}
	c.env = suite.NewTestWorkflowEnvironment()
	c.env.SetStartTime(from)
	c.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.RolloutID(campaignID)})
	c.env.SetTestTimeout(time.Minute)
	c.env.SetWorkflowRunTimeout(60 * 24 * time.Hour)
	c.env.RegisterWorkflowWithOptions(workflows.Rollout, workflow.RegisterOptions{Name: workflows.RolloutName})
	c.env.RegisterWorkflowWithOptions(func(workflow.Context, workflows.UpgradeInput) error { return nil }, workflow.RegisterOptions{Name: workflows.UpgradeName})
	c.env.OnWorkflow(workflows.UpgradeName, mock.Anything, mock.Anything).Return(c.child)
	c.env.RegisterActivity(&activities.Rollouts{Store: c, Heard: c})
	for id, ends := range c.going { // the children of the run before are left to themselves
		c.env.RegisterDelayedCallback(func() { c.end(id) }, ends.Sub(from))
	}
	c.starts = 0
	c.runs++
	if do := c.atRun[c.runs]; do != nil {
		do()
	}
}

func (c *convoy) input() workflows.RolloutInput {
	return workflows.RolloutInput{
		RolloutID: campaignID, ImageID: "image", Version: "2.0", Size: 4096,
		Limits: workflows.RolloutLimits{RetryAfter: time.Minute, LookEvery: 5 * time.Minute, Starts: 100},
	}
}

// run plays a rollout to its end, through as many runs as it takes.
func (c *convoy) run(in workflows.RolloutInput) {
	c.t.Helper()
	for {
		c.env.ExecuteWorkflow(workflows.RolloutName, in)
		require.True(c.t, c.env.IsWorkflowCompleted())
		c.mostRun = max(c.mostRun, c.starts)
		err := c.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		if !errors.As(err, &again) {
			require.NoError(c.t, err)
			return
		}
		in = workflows.RolloutInput{}
		require.NoError(c.t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
		c.open()
	}
}

// child is an upgrade as its rollout sees it: it begins, unless somebody has the scooter.
//
//workflowcheck:ignore
func (c *convoy) child(_ workflow.Context, in workflows.UpgradeInput) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.byID[in.UpgradeID]
	require.NotNil(c.t, one)
	require.Equal(c.t, one.Plate, in.Plate)
	if c.inUse(one) {
		return testsuite.ErrMockStartChildWorkflowFailed
	}
	c.begun, c.begunAt = append(c.begun, in.Plate), append(c.begunAt, c.env.Now())
	c.starts++
	took, _, _ := c.takes(one)
	c.going[in.UpgradeID] = c.env.Now().Add(took)
	c.env.RegisterDelayedCallback(func() { c.end(in.UpgradeID) }, took)
	return nil
}

// end is the end of an upgrade: in the books first, then told.
func (c *convoy) end(id string) {
	c.mu.Lock()
	one := c.byID[id]
	_, goes := c.going[id]
	if goes {
		delete(c.going, id)
		_, state, trouble := c.takes(one)
		c.stand(one, firmware.StandingOf(state, trouble), trouble)
	}
	c.mu.Unlock()
	if !goes {
		return
	}
	for _, after := range c.tells() {
		c.env.RegisterDelayedCallback(func() {
			c.env.SignalWorkflow(workflows.SignalUpgradeEnded, workflows.UpgradeEnded{UpgradeID: id, Plate: one.Plate})
		}, after)
	}
}

func (c *convoy) stand(one *target, s firmware.TargetState, t firmware.Trouble) {
	one.State, one.Trouble, one.since = s, t, c.now()
	one.waits++
	if s != firmware.TargetPending {
		one.waits = 0
	}
}

func (c *convoy) tally() []firmware.Group {
	groups := make([]firmware.Group, len(c.groups))
	copy(groups, c.groups)
	for _, one := range c.targets {
		t := &groups[one.Group-1].Tally
		*map[firmware.TargetState]*int{
			firmware.TargetPending: &t.Pending, firmware.TargetRunning: &t.Running, firmware.TargetDone: &t.Done,
			firmware.TargetFailed: &t.Failed, firmware.TargetParked: &t.Parked, firmware.TargetSkipped: &t.Skipped,
		}[one.State]++
	}
	return groups
}

func (c *convoy) StepRollout(_ context.Context, step firmware.Step) (firmware.Stand, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps++
	if c.onStep != nil {
		c.onStep()
	}
	if c.failFor > 0 {
		c.failFor--
		return firmware.Stand{}, errors.New("the store is away")
	}
	groups := c.tally()
	var v firmware.Judgement
	running := 0
	for _, g := range groups {
		running += g.Running
	}
	switch {
	case c.state == firmware.RolloutStopping && running == 0:
		c.state = firmware.RolloutStopped
	case c.state == firmware.RolloutRunning:
		v = c.plan.Decide(groups)
		if v.Halt != "" {
			c.state, c.halt = firmware.RolloutPaused, v.Halt
		} else if v.Finished {
			c.state = firmware.RolloutFinished
		}
	}
	stand := firmware.Stand{State: c.state, Halt: c.halt, Groups: groups, Round: c.round, OpensAt: step.Now, Room: v.Room}
	if c.state != firmware.RolloutRunning {
		return stand, nil
	}
	if c.plan.Window != nil {
		stand.OpensAt = c.plan.Window.NextOpening(step.Now)
	}
	for _, one := range c.targets {
		if one.Group > v.Open || one.State != firmware.TargetPending {
			continue
		}
		rested := one.waits == 0 || !one.since.Add(step.RetryAfter).After(step.Now)
		if !rested || step.Round == 0 || len(stand.Begin) >= min(step.Most, v.Room) || stand.OpensAt.After(step.Now) {
			stand.Waiting++
			continue
		}
		c.round = step.Round
		one.Tries++
		one.State, one.UpgradeID = firmware.TargetRunning, fmt.Sprintf("%s/%d", one.Plate, one.Tries)
		c.byID[one.UpgradeID] = one
		stand.Begin = append(stand.Begin, firmware.Beginning{UpgradeID: one.UpgradeID, ScooterID: one.ScooterID, Plate: one.Plate})
	}
	stand.Room -= len(stand.Begin)
	c.atOnce = max(c.atOnce, running+len(stand.Begin))
	return stand, nil
}

func (c *convoy) DecideRollout(ctx context.Context, d firmware.Decision) (firmware.Rollout, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	actor, _ := staff.ActorFrom(ctx)
	c.decided = append(c.decided, activities.RolloutDecision{RolloutID: d.RolloutID, Deed: d.Deed, Reason: d.Reason, Actor: &actor})
	to, err := firmware.Rollout{State: c.state}.After(d.Deed, d.By, false)
	if err != nil {
		return firmware.Rollout{State: c.state}, err
	}
	if d.Deed == firmware.Resume && c.halt != firmware.HaltStaff {
		for i, g := range c.tally() {
			g = c.plan.Resumed(g)
			c.groups[i].Excused, c.groups[i].Passed = g.Excused, g.Passed
		}
	}
	if d.Deed == firmware.Retry {
		for _, one := range c.targets {
			if one.State == firmware.TargetFailed {
				c.stand(one, firmware.TargetPending, "")
				one.waits = 0
			}
		}
		for i := range c.groups {
			c.groups[i].Excused = 0
		}
	}
	c.state, c.halt = to, ""
	if to == firmware.RolloutPaused {
		c.halt = firmware.HaltStaff
	}
	return firmware.Rollout{State: to}, nil
}

func (c *convoy) PassTarget(_ context.Context, id string, to firmware.TargetState, why firmware.Trouble, _ time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stand(c.byID[id], to, why)
	return nil
}

func (c *convoy) Online(_ context.Context, plates []string) (map[string]time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	online := map[string]time.Time{}
	for _, plate := range plates {
		if c.silent == nil || !c.silent(plate) {
			online[plate] = c.env.Now()
		}
	}
	return online, c.deaf
}

func (c *convoy) OpenUpgrade(_ context.Context, u firmware.Upgrade) (firmware.Upgrade, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID[u.ID].Version == "9.9" {
		return u, firmware.ErrDowngrade
	}
	if c.byID[u.ID].Version == "held" && c.byID[u.ID].Tries < 3 {
		return u, fleet.ErrHeld
	}
	return u, nil
}

func (c *convoy) DropUpgrade(_ context.Context, id string, why firmware.Trouble, _ string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stand(c.byID[id], firmware.TargetPending, why)
	return nil
}

func (c *convoy) after(d time.Duration, do func()) { c.env.RegisterDelayedCallback(do, d) }

// want asks for something, and calls then with the answer.
func (c *convoy) want(name string, then func(workflows.RolloutOutcome, error)) {
	c.env.UpdateWorkflow(name, fmt.Sprintf("%s-%d", name, len(c.decided)), &testsuite.TestUpdateCallback{
		OnAccept: func() {}, OnReject: func(err error) { then(workflows.RolloutOutcome{}, err) },
		OnComplete: func(got any, err error) {
			outcome, _ := got.(workflows.RolloutOutcome)
			then(outcome, err)
		},
	}, workflows.RolloutRequest{Actor: staff.Actor{StaffID: staffID, Email: "eva@example.org"}, Reason: "A test."})
}

// must asks for something that has to lead to a state.
func (c *convoy) must(name string, to firmware.RolloutState) {
	c.want(name, func(got workflows.RolloutOutcome, err error) {
		require.NoError(c.t, err)
		require.Equal(c.t, workflows.RolloutOutcome{RolloutID: campaignID, State: to}, got)
		c.outcomes = append(c.outcomes, got)
	})
}

func (c *convoy) count(s firmware.TargetState) (n int) {
	for _, one := range c.targets {
		if one.State == s {
			n++
		}
	}
	return n
}
