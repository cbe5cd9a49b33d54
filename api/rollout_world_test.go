package api_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/api"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/workflows"
)

// yard is a street with the real workflow of rollouts, and with upgrades that end when they are told to.
type yard struct {
	*street
	image string
	boss  string // another member of staff

	progress *sendings

	mu   sync.Mutex
	ends map[string]firmware.State // by plate; none: it goes on
}

func newYard(t *testing.T, fourEyes bool) *yard {
	t.Helper()
	y := &yard{street: newStreet(t), boss: uuid.NewString(), progress: &sendings{all: map[string]firmware.Progress{}}, ends: map[string]firmware.State{}}
	o := y.options
	o.Progress = y.progress
	o.Registry, o.Config.Firmware, o.Config.Rollout.FourEyes = prometheus.NewRegistry(), firmwareConfig(), fourEyes
	o.Config.Rollout.RetryAfter, o.Config.Rollout.LookEvery = time.Second, time.Second
	o.Config.HTTP.Deadline = 5 * time.Second
	var err error
	y.handler, err = api.New(o)
	require.NoError(t, err)
	boss := staff.Member{ID: y.boss, Email: "boss@example.com", PasswordHash: "x", Permissions: []staff.Permission{staff.Firmware}}
	require.NoError(t, y.books.CreateStaff(t.Context(), boss))

	w := sdkworker.New(y.client, workflows.FirmwareQueue(o.Config.Temporal.TaskQueue), sdkworker.Options{WorkerStopTimeout: time.Second})
	w.RegisterWorkflowWithOptions(workflows.Rollout, workflow.RegisterOptions{Name: workflows.RolloutName})
	w.RegisterWorkflowWithOptions(y.upgrade, workflow.RegisterOptions{Name: workflows.UpgradeName})
	w.RegisterActivity(&activities.Rollouts{Store: y.books})
	w.RegisterActivityWithOptions(y.work, activity.RegisterOptions{Name: "work"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)

	models, err := y.books.Models(t.Context())
	require.NoError(t, err)
	for n := range 3 {
		_, err := y.books.CreateScooter(t.Context(), fleet.Scooter{
			Plate: fmt.Sprintf("%s-%d", y.plate, n), QRCode: fmt.Sprintf("%s-%d", y.code, n), Model: models[0], Battery: 80,
		})
		require.NoError(t, err)
	}
	content := strings.Repeat("x", 2500)
	signature := firmware.StatementOf(models[0].Name, "2.0", []byte(content)).Sign(operatorKey("k"))
	image := body(t, y.do(t, "POST", fmt.Sprintf("/admin/v1/firmware?model=%d&version=2.0", models[0].ID), y.token(t, support, "staff"), content,
		"Content-Type", "application/octet-stream", "Firmware-Signature", base64.StdEncoding.EncodeToString(signature)), 201)
	y.image = image["id"].(string)
	return y
}

// upgrade is the workflow of one upgrade, as far as a rollout sees it.
func (y *yard) upgrade(ctx workflow.Context, in workflows.UpgradeInput) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	if err := workflow.ExecuteActivity(ctx, "work", in, workflow.GetInfo(ctx).WorkflowExecution.RunID).Get(ctx, nil); err != nil {
		return err
	}
	return workflow.SignalExternalWorkflow(ctx, workflows.RolloutID(in.RolloutID), "", workflows.SignalUpgradeEnded, workflows.UpgradeEnded{
		UpgradeID: in.UpgradeID, Plate: in.Plate,
	}).Get(ctx, nil)
}

func (y *yard) work(ctx context.Context, in workflows.UpgradeInput, run string) error {
	claimed, err := y.books.BeginUpgrade(ctx, in.UpgradeID, run)
	if err != nil || !claimed {
		return err
	}
	for {
		y.mu.Lock()
		state := y.ends[in.Plate]
		y.mu.Unlock()
		if state != "" {
			c := firmware.Change{ID: in.UpgradeID, Seq: 1, State: state, At: time.Now()}
			if state == firmware.Failed {
				c.Trouble = firmware.TroubleVersion
			}
			return y.books.AdvanceUpgrade(ctx, c)
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// end lets the upgrades of scooters come to something; without a plate those of all.
func (y *yard) end(t *testing.T, state firmware.State, plates ...string) {
	t.Helper()
	if len(plates) == 0 {
		plates = []string{y.plate, y.plate + "-0", y.plate + "-1", y.plate + "-2"}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, plate := range plates {
		y.ends[plate] = state
	}
}

// upgrading is how many scooters have an upgrade that has begun.
func (y *yard) upgrading(t *testing.T) (n int) {
	t.Helper()
	for _, plate := range []string{y.plate, y.plate + "-0", y.plate + "-1", y.plate + "-2"} {
		s, err := y.books.ScooterByPlate(t.Context(), plate)
		require.NoError(t, err)
		if s.Hold == fleet.Upgrading {
			n++
		}
	}
	return n
}

func (y *yard) draft(t *testing.T, more map[string]any) string {
	t.Helper()
	in := map[string]any{"name": "To 2.0", "image": y.image, "max_at_once": 2}
	for key, value := range more {
		in[key] = value
	}
	return body(t, y.asStaff(t, "POST", "/admin/v1/rollouts", in), 201)["id"].(string)
}

func (y *yard) decide(t *testing.T, id, deed string) *httptest.ResponseRecorder {
	t.Helper()
	return y.asStaff(t, "POST", "/admin/v1/rollouts/"+id+"/"+deed, map[string]any{"reason": "A test."})
}

func (y *yard) until(t *testing.T, id string, fits func(map[string]any) bool) map[string]any {
	t.Helper()
	var b map[string]any
	require.Eventually(t, func() bool {
		b = body(t, y.asStaff(t, "GET", "/admin/v1/rollouts/"+id, nil), 200)
		return fits(b)
	}, 30*time.Second, 20*time.Millisecond, "%v", b)
	return b
}

func inState(state string) func(map[string]any) bool {
	return func(b map[string]any) bool { return b["state"] == state }
}

func tallied(field string, n float64) func(map[string]any) bool {
	return func(b map[string]any) bool { return b["scooters"].(map[string]any)[field] == n }
}
