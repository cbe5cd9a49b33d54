package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/domain/firmware"
	"rodada/domain/staff"
	"rodada/internal/testkit"
	"rodada/workflows"
)

// rolloutRecordings are rollouts as a real server plays them.
var rolloutRecordings = map[string]struct {
	plan   func(*firmware.Plan)
	before func(l live, c *convoy, in *workflows.RolloutInput)
	play   func(l live, c *convoy)
}{
	"rollout": { // somebody has the first scooter, and one fails
		plan: func(p *firmware.Plan) { p.Groups, p.MaxAtOnce, p.ErrorPercent = 2, 2, 0 },
		before: func(l live, c *convoy, _ *workflows.RolloutInput) {
			c.takes = func(one *target) (time.Duration, firmware.State, firmware.Trouble) {
				if one.ScooterID == 1 && one.Tries == 1 {
					return 0, firmware.Failed, firmware.TroubleRejected
				}
				return 0, firmware.Done, ""
			}
			somebody := client.StartWorkflowOptions{ID: workflows.ScooterID(c.targets[0].Plate), TaskQueue: "nobody", WorkflowRunTimeout: 3 * time.Second}
			_, err := l.c.ExecuteWorkflow(l.t.Context(), somebody, "Somebody")
			require.NoError(l.t, err)
		},
		play: func(l live, c *convoy) {
			c.until(firmware.TargetFailed, 1)
			c.inState(firmware.RolloutPaused)
			l.wants(workflows.UpdateRolloutRetry)
			l.wants(workflows.UpdateRolloutResume)
			l.wants(workflows.UpdateRolloutPause)
			l.wants(workflows.UpdateRolloutPause)
			l.wants(workflows.UpdateRolloutResume)
		},
	},
	"rollout-renewed": {
		plan:   func(p *firmware.Plan) { p.MaxAtOnce = 1 },
		before: func(_ live, _ *convoy, in *workflows.RolloutInput) { in.Limits.Starts = 4 },
	},
	"rollout-stopped": {
		plan: func(p *firmware.Plan) { p.MaxAtOnce = 1 },
		play: func(l live, c *convoy) {
			c.until(firmware.TargetDone, 1)
			l.wants(workflows.UpdateRolloutStop)
		},
	},
	"rollout-cancelled": {
		plan: func(p *firmware.Plan) { p.MaxAtOnce = 1 },
		play: func(l live, c *convoy) {
			c.until(firmware.TargetDone, 1)
			require.NoError(l.t, l.c.CancelWorkflow(l.t.Context(), l.id, ""))
		},
	},
}

func TestRecordRollouts(t *testing.T) {
	if !*record {
		t.Skip("records only when told to: -record")
	}
	for name, r := range rolloutRecordings {
		t.Run(name, func(t *testing.T) {
			temporal, queue := testkit.Temporal(t)
			c := newConvoy(t, 6, r.plan)
			in := c.move(testkit.Plate(t), temporal, queue)
			in.Limits.RetryAfter = time.Second
			l := live{t: t, c: temporal, id: workflows.RolloutID(in.RolloutID), queue: queue}
			if r.before != nil {
				r.before(l, c, &in)
			}
			run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: l.id, TaskQueue: queue}, workflows.RolloutName, in)
			require.NoError(t, err)
			if r.play != nil {
				r.play(l, c)
			}
			require.NoError(t, run.Get(t.Context(), nil))
			save(t, temporal, l.id, name)
		})
	}
}

// wants is staff's, whatever the answer.
func (l live) wants(name string) {
	l.ask(name, workflows.RolloutRequest{Actor: staff.Actor{StaffID: staffID, Email: "eva@example.org"}, Reason: "A test."})
}

// until waits until so many scooters stand so.
func (c *convoy) until(s firmware.TargetState, n int) {
	require.Eventually(c.t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.count(s) >= n
	}, time.Minute, 10*time.Millisecond)
}

func (c *convoy) inState(s firmware.RolloutState) {
	require.Eventually(c.t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.state == s
	}, time.Minute, 10*time.Millisecond)
}
