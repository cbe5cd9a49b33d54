package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"rodada/activities"
	"rodada/domain/firmware"
)

// round is one round of a rollout, of scooters that were heard of at some time or other.
type round struct {
	activities.RolloutStore
	begin  []firmware.Beginning
	online map[string]time.Time
	opened []string
	passed []firmware.Trouble
}

func (r *round) StepRollout(context.Context, firmware.Step) (firmware.Stand, error) {
	return firmware.Stand{Begin: r.begin}, nil
}

func (r *round) OpenUpgrade(_ context.Context, u firmware.Upgrade) (firmware.Upgrade, error) {
	r.opened = append(r.opened, u.Plate)
	return u, nil
}

func (r *round) PassTarget(_ context.Context, _ string, to firmware.TargetState, why firmware.Trouble, _ time.Time) error {
	if to == firmware.TargetPending {
		r.passed = append(r.passed, why)
	}
	return nil
}

func (r *round) Online(context.Context, []string) (map[string]time.Time, error) { return r.online, nil }

// A scooter whose process died is online for a while yet: that is no reason to upgrade it once more.
func TestAScooterThatDidNotAnswerIsNotBegunBeforeItIsHeard(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	r := &round{
		begin: []firmware.Beginning{
			{Plate: "fresh"}, {Plate: "gone"}, {Plate: "dead", SilentAt: at}, {Plate: "back", SilentAt: at},
		},
		online: map[string]time.Time{"fresh": at, "dead": at.Add(-time.Minute), "back": at.Add(time.Second)},
	}
	rollouts := &activities.Rollouts{Store: r, Heard: r}
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	env.RegisterActivity(rollouts)
	value, err := env.ExecuteActivity(rollouts.StepRollout, activities.StepInput{})
	require.NoError(t, err)
	var stand firmware.Stand
	require.NoError(t, value.Get(&stand))
	require.Equal(t, []string{"fresh", "back"}, r.opened)
	require.Equal(t, []firmware.Trouble{firmware.TroubleSilent, firmware.TroubleSilent}, r.passed)
	require.Equal(t, []any{2, 2}, []any{len(stand.Begin), stand.Passed})
}
