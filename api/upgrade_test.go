package api_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
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

// garage is a street where a scripted workflow upgrades scooters: it claims the scooter and is stuck at once, and does as it is told.
type garage struct {
	*street
	image string
	slow  chan struct{} // a restart waits for it

	refuse   atomic.Bool // what is asked
	mu       sync.Mutex
	progress *sendings
	asked    []workflows.UpgradeRequest
}

// sendings is what is known of packets on their way, by plate.
type sendings struct {
	mu  sync.Mutex
	all map[string]firmware.Progress
}

func (s *sendings) set(plate string, p firmware.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[plate] = p
}

func (s *sendings) Progress(_ context.Context, plates ...string) (map[string]firmware.Progress, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]firmware.Progress{}
	for _, plate := range plates {
		if p, is := s.all[plate]; is {
			known[plate] = p
		}
	}
	return known, nil
}

func newGarage(t *testing.T) *garage {
	t.Helper()
	d := &garage{street: newStreet(t), slow: make(chan struct{}), progress: &sendings{all: map[string]firmware.Progress{}}}
	o := d.options
	o.Progress, o.Registry, o.Config.Firmware = d.progress, prometheus.NewRegistry(), firmwareConfig()
	o.Config.HTTP.Deadline = 2 * time.Second
	o.Config.Rental.UnlockWindow = time.Second
	var err error
	d.handler, err = api.New(o)
	require.NoError(t, err)

	w := sdkworker.New(d.client, workflows.FirmwareQueue(o.Config.Temporal.TaskQueue), sdkworker.Options{WorkerStopTimeout: time.Second})
	w.RegisterWorkflowWithOptions(d.upgrade, workflow.RegisterOptions{Name: workflows.UpgradeName})
	w.RegisterActivityWithOptions(d.books.BeginUpgrade, activity.RegisterOptions{Name: "begin"})
	w.RegisterActivityWithOptions(d.books.TakeOverUpgrade, activity.RegisterOptions{Name: "take over"})
	w.RegisterActivityWithOptions(d.books.AdvanceUpgrade, activity.RegisterOptions{Name: "advance"})
	w.RegisterActivityWithOptions(func(ctx context.Context) error {
		select {
		case <-d.slow:
		case <-ctx.Done():
		}
		return nil
	}, activity.RegisterOptions{Name: "wait"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)

	content := strings.Repeat("x", 2500)
	signature := firmware.StatementOf("M1", "2.0", []byte(content)).Sign(operatorKey("k"))
	models, err := d.books.Models(t.Context())
	require.NoError(t, err)
	image := body(t, d.do(t, "POST", fmt.Sprintf("/admin/v1/firmware?model=%d&version=2.0", models[0].ID), d.token(t, support, "staff"), content,
		"Content-Type", "application/octet-stream", "Firmware-Signature", base64.StdEncoding.EncodeToString(signature)), 201)
	d.image = image["id"].(string)
	return d
}

// upgrade is the workflow.
func (d *garage) upgrade(ctx workflow.Context, in workflows.UpgradeInput) error {
	do := func(ctx workflow.Context, name string, args ...any) workflow.Future {
		return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute}), name, args...)
	}
	var claimed bool
	run := workflow.GetInfo(ctx).WorkflowExecution.RunID
	seq, over, ready, at := 0, false, false, firmware.Parked
	advance := func(ctx workflow.Context, state firmware.State, trouble firmware.Trouble, decisions ...string) error {
		seq++
		at = state
		c := firmware.Change{ID: in.UpgradeID, Seq: seq, State: state, Trouble: trouble, Attempt: 1, At: workflow.Now(ctx), Decisions: decisions}
		return do(ctx, "advance", c).Get(ctx, nil)
	}
	for name, state := range map[string]firmware.State{
		workflows.UpdateUpgradeRetry: firmware.Sending, workflows.UpdateUpgradeRestart: firmware.Starting, workflows.UpdateUpgradeAbort: firmware.Aborted,
	} {
		err := workflow.SetUpdateHandler(ctx, name, func(ctx workflow.Context, r workflows.UpgradeRequest) (workflows.UpgradeOutcome, error) {
			out := workflows.UpgradeOutcome{UpgradeID: in.UpgradeID, State: state}
			if r.UpgradeID != in.UpgradeID {
				return out, activities.Failure(firmware.ErrUpgradeOver)
			}
			if d.refuse.Load() || at != firmware.Parked && name != workflows.UpdateUpgradeAbort {
				return out, activities.Failure(firmware.ErrNotParked)
			}
			if err := workflow.Await(ctx, func() bool { return ready }); err != nil {
				return out, err
			}
			d.mu.Lock()
			d.asked = append(d.asked, r)
			d.mu.Unlock()
			if name == workflows.UpdateUpgradeRestart {
				if err := do(ctx, "wait").Get(ctx, nil); err != nil {
					return out, err
				}
			}
			if state == firmware.Aborted {
				out.Trouble, over = firmware.TroubleStaff, true
			}
			return out, advance(ctx, state, out.Trouble, r.Decision)
		})
		if err != nil {
			return err
		}
	}
	if in.After == "" {
		if err := do(ctx, "begin", in.UpgradeID, run).Get(ctx, &claimed); err != nil || !claimed {
			return err
		}
	} else {
		var took firmware.Takeover
		if err := do(ctx, "take over", in.UpgradeID, run, in.After).Get(ctx, &took); err != nil || !took.Ours {
			return err
		}
		seq = took.Seq
	}
	if err := advance(ctx, firmware.Parked, firmware.TroubleSilent); err != nil {
		return err
	}
	ready = true
	return workflow.Await(ctx, func() bool { return over && workflow.AllHandlersFinished(ctx) })
}

func (d *garage) start(t *testing.T, plate string) *httptest.ResponseRecorder {
	t.Helper()
	return d.asStaff(t, "POST", "/admin/v1/scooters/"+plate+"/upgrades", map[string]any{"image": d.image, "reason": "A test."})
}

// attributes are the search attributes of a workflow.
func (d *garage) attributes(t *testing.T, id string) map[string]*common.Payload {
	t.Helper()
	got, err := d.client.DescribeWorkflowExecution(t.Context(), id, "")
	require.NoError(t, err)
	return got.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields()
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// parked is an upgrade that is stuck.
func (d *garage) parked(t *testing.T) string {
	t.Helper()
	at := d.start(t, d.plate).Header().Get("Location")
	require.Eventually(t, func() bool {
		return body(t, d.asStaff(t, "GET", at, nil), 200)["state"] == "parked"
	}, 20*time.Second, 20*time.Millisecond)
	return at
}

func TestAParkedUpgradeIsRetriedAndAborted(t *testing.T) {
	d := newGarage(t)
	res := d.start(t, d.plate)
	started := body(t, res, 202)
	at := res.Header().Get("Location")
	require.Equal(t, "/admin/v1/upgrades/"+started["id"].(string), at)
	require.Equal(t, []any{"checking", "2.0", "M1", "A test.", 3.}, []any{
		started["state"], started["version"], started["model"], started["reason"], started["progress"].(map[string]any)["packets"],
	})
	require.Eventually(t, func() bool { return body(t, d.asStaff(t, "GET", at, nil), 200)["state"] == "parked" }, 20*time.Second, 20*time.Millisecond)
	p := problem(t, d.start(t, d.plate), 409, "scooter_being_upgraded")
	require.Equal(t, started["id"], p["upgrade_id"])
	problem(t, d.scan(t, d.someone(t), "key-1"), 409, "scooter_being_upgraded")

	retried := body(t, d.asStaff(t, "POST", at+"/retry", map[string]any{"reason": "Charged."}), 200)
	require.Equal(t, "sending", retried["state"], "the answer is what came of it")
	problem(t, d.asStaff(t, "POST", at+"/retry", map[string]any{"reason": "Charged."}), 409, "upgrade_not_parked")
	problem(t, d.asStaff(t, "POST", at+"/restart", map[string]any{"reason": "Charged."}), 409, "upgrade_not_parked")
	aborted := body(t, d.asStaff(t, "POST", at+"/abort", map[string]any{"reason": "No more."}), 200)
	require.Equal(t, []any{"aborted", "staff"}, []any{aborted["state"], aborted["trouble"]})
	require.NotEmpty(t, aborted["ended_at"])
	attributes := d.attributes(t, started["workflow_id"].(string))
	require.NotContains(t, attributes, workflows.AttributeState.GetName(), "an upgrade is no rental, and nothing would keep it right")
	for _, verb := range []string{"retry", "restart", "abort"} {
		problem(t, d.asStaff(t, "POST", at+"/"+verb, map[string]any{"reason": "Again."}), 409, "upgrade_over")
		problem(t, d.asStaff(t, "POST", "/admin/v1/upgrades/"+uuid.NewString()+"/"+verb, map[string]any{"reason": "Again."}), 404, "upgrade_unknown")
		problem(t, d.asStaff(t, "POST", at+"/"+verb, map[string]any{}), 422, "request_invalid")
	}
	d.mu.Lock()
	require.Len(t, d.asked, 2)
	asked := d.asked[0]
	asked.Decision = ""
	require.Equal(t, workflows.UpgradeRequest{UpgradeID: started["id"].(string), By: support, Reason: "Charged."}, asked)
	d.mu.Unlock()
	log, _, _, err := d.books.AuditLog(t.Context(), staff.AuditFilter{Subject: d.plate}, newestFirst)
	require.NoError(t, err)
	var actions []string
	for _, e := range log {
		actions = append(actions, e.Action)
	}
	require.Equal(t, []string{"scooter.upgrade-abort", "scooter.upgrade-retry", "scooter.upgrade"}, actions, "what was refused is no deed")
	require.JSONEq(t, `{"state": "aborted", "trouble": "staff"}`, asJSON(t, log[0].After))
	require.JSONEq(t, `{"state": "sending", "trouble": ""}`, asJSON(t, log[1].After))
	res = d.scan(t, d.someone(t), "key-2")
	require.Contains(t, []int{201, 202}, res.Code, "the scooter is free again: %s", res.Body)
}

func TestAnAnswerThatTakesLongIsGivenLater(t *testing.T) {
	d := newGarage(t)
	at := d.parked(t)
	res := d.asStaff(t, "POST", at+"/restart", map[string]any{"reason": "Try again."})
	require.Equal(t, "parked", body(t, res, 202)["state"])
	deeds := func() []staff.Entry {
		log, _, _, err := d.books.AuditLog(t.Context(), staff.AuditFilter{Subject: d.plate, Action: "scooter.upgrade-restart"}, newestFirst)
		require.NoError(t, err)
		return log
	}
	require.Empty(t, deeds(), "nothing has come of it yet")
	require.Equal(t, at, res.Header().Get("Location"))
	close(d.slow)
	require.Eventually(t, func() bool { return body(t, d.asStaff(t, "GET", at, nil), 200)["state"] == "starting" }, 20*time.Second, 20*time.Millisecond)
	require.Len(t, deeds(), 1, "though nobody waits for the answer any more")
	require.JSONEq(t, `{"state": "starting", "trouble": ""}`, asJSON(t, deeds()[0].After))
	require.Equal(t, "Try again.", deeds()[0].Reason)
	require.NotEmpty(t, deeds()[0].Email)
	body(t, d.asStaff(t, "POST", at+"/abort", map[string]any{"reason": "Enough."}), 200)
}

// Whoever ends the workflow of an upgrade in Temporal locks nobody out: staff decide as ever, and the scooter stays held until then.
func TestAnUpgradeWhoseWorkflowWasEnded(t *testing.T) {
	for verb, want := range map[string]string{"retry": "sending", "restart": "starting", "abort": "aborted"} {
		t.Run(verb, func(t *testing.T) {
			d := newGarage(t)
			close(d.slow)
			at := d.parked(t)
			id := strings.TrimPrefix(at, "/admin/v1/upgrades/")
			if verb != "retry" { // the others from the middle of it
				body(t, d.asStaff(t, "POST", at+"/retry", map[string]any{"reason": "Charged."}), 200)
			}
			require.NoError(t, d.client.TerminateWorkflow(t.Context(), workflows.ScooterID(d.plate), "", "a test"))
			problem(t, d.scan(t, d.someone(t), "key-1"), 409, "scooter_being_upgraded")
			problem(t, d.start(t, d.plate), 409, "scooter_being_upgraded")
			got := body(t, d.asStaff(t, "POST", at+"/"+verb, map[string]any{"reason": "It was ended."}), 200)
			require.Equal(t, want, got["state"])
			require.Equal(t, id, got["id"])
			log, _, _, err := d.books.AuditLog(t.Context(), staff.AuditFilter{Subject: d.plate, Action: "scooter.upgrade-" + verb}, newestFirst)
			require.NoError(t, err)
			require.Len(t, log, 1)
			s, err := d.books.ScooterByPlate(t.Context(), d.plate)
			require.NoError(t, err)
			require.Equal(t, verb == "abort", s.Hold == fleet.Free)
		})
	}
}

// A decision that the upgrade itself refuses, because somebody was faster, is no deed.
func TestARefusedDecisionIsNotAudited(t *testing.T) {
	d := newGarage(t)
	at := d.parked(t)
	d.refuse.Store(true)
	problem(t, d.asStaff(t, "POST", at+"/retry", map[string]any{"reason": "Charged."}), 409, "upgrade_not_parked")
	log, _, _, err := d.books.AuditLog(t.Context(), staff.AuditFilter{Subject: d.plate}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, "scooter.upgrade", log[0].Action)
}

// What could spoil an upgrade is refused in its own words; questions are not.
func TestAScooterInAnUpgradeIsLeftAlone(t *testing.T) {
	d := newGarage(t)
	d.parked(t)
	scooter := "/admin/v1/scooters/" + d.plate
	why := map[string]any{"reason": "A test."}
	for path, sent := range map[string]map[string]any{
		"/commands/buzz": why, "/commands/reboot": why, "/commands/reboot-after-upgrade": why, "/commands/power-on": why, "/release": why,
		"/renumber": {"plate": "9ZZ", "reason": "A test."}, "/onboard": why,
	} {
		problem(t, d.asStaff(t, "POST", scooter+path, sent), 409, "scooter_being_upgraded")
	}
	res := d.asStaff(t, "POST", scooter+"/commands/query-version", map[string]any{})
	require.NotContains(t, res.Body.String(), "scooter_being_upgraded", "it was given")
}

func TestAnUpgradeWaitsForNoRide(t *testing.T) {
	d := newGarage(t)
	body(t, d.scan(t, d.someone(t), "key-1"), 201)
	problem(t, d.start(t, d.plate), 409, "scooter_held")
	problem(t, d.start(t, "nobody"), 404, "scooter_unknown")
	list := body(t, d.asStaff(t, "GET", "/admin/v1/upgrades", nil), 200)
	require.Empty(t, list["upgrades"])
}

// A holder that the books know nothing of, such as a ride that is just being booked, has the scooter all the same.
func TestAnUpgradeThatFindsAHolder(t *testing.T) {
	d := newGarage(t)
	d.parked(t)
	list := body(t, d.asStaff(t, "GET", "/admin/v1/upgrades?state=parked", nil), 200)["upgrades"].([]any)
	first := list[0].(map[string]any)["id"].(string)
	require.NoError(t, d.books.AdvanceUpgrade(t.Context(), firmware.Change{ // the workflow is still there
		ID: first, Seq: 99, State: firmware.Aborted, Trouble: firmware.TroubleStaff, Attempt: 1, At: time.Now(),
	}))
	problem(t, d.start(t, d.plate), 409, "scooter_held")
	list = body(t, d.asStaff(t, "GET", "/admin/v1/upgrades?plate="+d.plate+"&sort=-started", nil), 200)["upgrades"].([]any)
	require.Len(t, list, 2)
	require.Equal(t, []any{"failed", "held"}, []any{list[0].(map[string]any)["state"], list[0].(map[string]any)["trouble"]})
	s, err := d.books.ScooterByPlate(t.Context(), d.plate)
	require.NoError(t, err)
	require.Equal(t, fleet.Free, s.Hold)
}

// next reads one event of a stream.
func next(t *testing.T, r *bufio.Reader) UpgradeEvent {
	t.Helper()
	var e UpgradeEvent
	for {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		if data, is := strings.CutPrefix(line, "data: "); is {
			require.NoError(t, json.Unmarshal([]byte(data), &e))
			return e
		}
	}
}

// UpgradeEvent is as much of one as is looked at.
type UpgradeEvent struct {
	State    string
	Progress struct {
		Packets, Sent, Failures int
		Rate                    float64 `json:"packets_per_second"`
		Left                    int     `json:"seconds_left"`
	}
}

func TestAnUpgradeIsFollowed(t *testing.T) {
	d := newGarage(t)
	at := d.parked(t)
	server := httptest.NewServer(d.handler)
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+at+"/stream", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+d.token(t, support, "staff"))
	res, err := server.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	r := bufio.NewReader(res.Body)
	require.Equal(t, "parked", next(t, r).State)

	body(t, d.asStaff(t, "POST", at+"/retry", map[string]any{"reason": "Charged."}), 200)
	require.Equal(t, "sending", next(t, r).State)
	id := strings.TrimPrefix(at, "/admin/v1/upgrades/")
	d.progress.set(d.plate, firmware.Progress{UpgradeID: id, Attempt: 2, Packets: 3, Sent: 2, Failures: 1, Since: noon, At: noon.Add(4 * time.Second)})
	e := next(t, r)
	require.Equal(t, []any{3, 2, 1, 0.5, 2}, []any{e.Progress.Packets, e.Progress.Sent, e.Progress.Failures, e.Progress.Rate, e.Progress.Left})
	one := body(t, d.asStaff(t, "GET", at, nil), 200)
	require.EqualValues(t, 2, one["attempt"])
	require.InDelta(t, 0.5, one["progress"].(map[string]any)["packets_per_second"], 0)
	list := body(t, d.asStaff(t, "GET", "/admin/v1/upgrades", nil), 200)
	require.Equal(t, one, list["upgrades"].([]any)[0], "a list is as fresh")

	d.progress.set(d.plate, firmware.Progress{UpgradeID: uuid.NewString(), Attempt: 9, Packets: 3, Sent: 3, Since: noon, At: noon})
	require.Zero(t, next(t, r).Progress.Sent, "that of another upgrade is not shown")
	body(t, d.asStaff(t, "POST", at+"/abort", map[string]any{"reason": "Enough."}), 200)
	require.Equal(t, "aborted", next(t, r).State)
	rest, err := io.ReadAll(r)
	require.NoError(t, err, "the stream ends with the upgrade")
	require.Equal(t, "event: end\ndata: {}\n\n", strings.TrimLeft(string(rest), "\n"), "for good, as a browser would come back")
	again := d.asStaff(t, "GET", at+"/stream", nil)
	require.Contains(t, again.Body.String(), `"state":"aborted"`)
	require.Contains(t, again.Body.String(), "event: end\n")
	problem(t, d.asStaff(t, "GET", "/admin/v1/upgrades/"+uuid.NewString()+"/stream", nil), 404, "upgrade_unknown")
}
