package api_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"rodada/domain/firmware"
	"rodada/domain/staff"
	"rodada/workflows"
)

func TestARolloutFromDraftToEnd(t *testing.T) {
	y := newYard(t, false)
	id := y.draft(t, map[string]any{
		"percents": []int{50, 50}, "success_percent": 100, "error_percent": 0,
		"window": map[string]any{"from": "00:00", "to": "23:59", "zone": "Europe/Madrid", "days": []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}},
	})
	b := body(t, y.asStaff(t, "GET", "/admin/v1/rollouts/"+id, nil), 200)
	require.Equal(t, []any{"draft", 4., 4., "2.0", "rollout/" + id}, []any{b["state"], b["matching"], b["fitting"], b["version"], b["workflow_id"]})
	require.Equal(t, "00:00", b["window"].(map[string]any)["from"])

	b = body(t, y.asStaff(t, "PATCH", "/admin/v1/rollouts/"+id, map[string]any{"any_time": true, "max_at_once": 1}), 200)
	require.Nil(t, b["window"])
	for range 2 { // asked twice, it is started once
		require.Equal(t, "running", body(t, y.decide(t, id, "start"), 200)["state"])
	}
	y.until(t, id, tallied("running", 1))
	running := body(t, y.asStaff(t, "GET", "/admin/v1/rollouts/"+id+"/targets?state=running", nil), 200)["targets"].([]any)[0].(map[string]any)
	require.NotContains(t, running, "progress", "nobody knows")
	y.progress.set(running["plate"].(string), firmware.Progress{
		UpgradeID: running["upgrade"].(string), Attempt: 1, Packets: 3, Sent: 2, Since: noon, At: noon.Add(time.Second),
	})
	running = body(t, y.asStaff(t, "GET", "/admin/v1/rollouts/"+id+"/targets?state=running", nil), 200)["targets"].([]any)[0].(map[string]any)
	require.InDelta(t, 2, running["progress"].(map[string]any)["sent"], 0, "as fresh as the last packet")
	problem(t, y.asStaff(t, "PATCH", "/admin/v1/rollouts/"+id, map[string]any{"max_at_once": 2}), 409, "rollout_not_draft")

	require.Equal(t, "paused", body(t, y.decide(t, id, "pause"), 200)["state"])
	y.end(t, firmware.Failed)
	y.until(t, id, tallied("failed", 1))
	body(t, y.decide(t, id, "resume"), 200) // and its threshold pauses it
	b = y.until(t, id, func(b map[string]any) bool { return b["halt"] == "errors" })
	require.Equal(t, []any{"errors", 1.}, []any{b["halt"], b["halt_group"]})
	targets := body(t, y.asStaff(t, "GET", "/admin/v1/rollouts/"+id+"/targets?state=failed&group=1", nil), 200)
	require.InDelta(t, 1, targets["total"], 0)
	failed := targets["targets"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"version", 1., 1.}, []any{failed["trouble"], failed["tries"], failed["position"]})

	y.end(t, firmware.Done)
	require.Equal(t, "paused", body(t, y.decide(t, id, "retry-failed"), 200)["state"])
	require.Equal(t, "running", body(t, y.decide(t, id, "resume"), 200)["state"])
	b = y.until(t, id, inState("finished"))
	require.InDelta(t, 4, b["scooters"].(map[string]any)["done"], 0)
	problem(t, y.decide(t, id, "pause"), 409, "rollout_state")
	problem(t, y.decide(t, id, "retry-failed"), 409, "rollout_none_failed")
	deeds, _, _, err := y.books.AuditLog(t.Context(), staff.AuditFilter{Subject: id}, newestFirst)
	require.NoError(t, err)
	var actions []string
	for _, d := range deeds {
		who := ""
		if d.Email != "support@example.com" {
			who = " by " + d.Email
		}
		require.Equal(t, who == "", d.RequestID != "")
		actions = append([]string{d.Action + who}, actions...)
	}
	require.Equal(t, []string{
		"rollout.create", "rollout.change", "rollout.start", "rollout.pause", "rollout.resume", "rollout.pause by system",
		"rollout.retry_failed", "rollout.resume",
	}, actions)
	list := body(t, y.asStaff(t, "GET", "/admin/v1/rollouts?state=finished,stopped", nil), 200)
	require.InDelta(t, 1, list["total"], 0)
	stream := y.asStaff(t, "GET", "/admin/v1/rollouts/"+id+"/stream", nil)
	require.Contains(t, stream.Body.String(), "event: rollout\n")
	require.Contains(t, stream.Body.String(), `"state":"finished"`)
}

func TestARolloutIsStoppedForGood(t *testing.T) {
	y := newYard(t, false)
	id := y.draft(t, nil)
	body(t, y.decide(t, id, "start"), 200)
	y.until(t, id, tallied("running", 2))
	require.Equal(t, "stopping", body(t, y.decide(t, id, "stop"), 200)["state"])
	y.end(t, firmware.Done)
	b := y.until(t, id, inState("stopped"))
	require.InDelta(t, 2, b["scooters"].(map[string]any)["pending"], 0)
	problem(t, y.decide(t, id, "start"), 409, "rollout_state")
}

func TestADraftIsDeletedAndNotStopped(t *testing.T) {
	y := newYard(t, false)
	id := y.draft(t, nil)
	address := "/admin/v1/rollouts/" + id
	problem(t, y.decide(t, id, "stop"), 409, "rollout_not_started")
	problem(t, y.decide(t, id, "approve"), 409, "rollout_state")
	body(t, y.decide(t, id, "submit"), 200)
	problem(t, y.asStaff(t, "DELETE", address, nil), 409, "rollout_not_draft")
	problem(t, y.do(t, "DELETE", address, y.token(t, uuid.NewString(), "staff"), ""), 401, "token_invalid")
	body(t, y.decide(t, id, "deny"), 200)
	require.Equal(t, 204, y.asStaff(t, "DELETE", address, nil).Code)
	problem(t, y.asStaff(t, "GET", address, nil), 404, "rollout_unknown")
	problem(t, y.asStaff(t, "DELETE", address, nil), 404, "rollout_unknown")
}

// A rollout that is written down and has no workflow, because Temporal was away or lost it, gets one as soon as somebody asks.
func TestARolloutWhoseWorkflowIsGone(t *testing.T) {
	y := newYard(t, false)
	id := y.draft(t, nil)
	_, err := y.books.DecideRollout(t.Context(), firmware.Decision{RolloutID: id, Deed: firmware.Start, By: support, Reason: "A test."})
	require.NoError(t, err)
	require.Equal(t, "paused", body(t, y.decide(t, id, "pause"), 200)["state"])
	require.Equal(t, "running", body(t, y.decide(t, id, "resume"), 200)["state"])
	require.Eventually(t, func() bool { return y.upgrading(t) == 2 }, 30*time.Second, 10*time.Millisecond)
	require.NoError(t, y.client.TerminateWorkflow(t.Context(), workflows.RolloutID(id), "", "A test."))
	require.Equal(t, "running", body(t, y.decide(t, id, "start"), 200)["state"])
	y.end(t, firmware.Done)
	y.until(t, id, inState("finished"))
}

// The longest name there may be, and a filter of thousands, are not too much for Temporal; its UI has the plan, and finds the
// rollout with its upgrades.
func TestTheTemporalUIShowsARollout(t *testing.T) {
	y := newYard(t, false)
	versions := make([]string, 10_000) // the first is that of who has not said
	for i := 1; i < len(versions); i++ {
		versions[i] = fmt.Sprintf("0.%d", i)
	}
	id := y.draft(t, map[string]any{
		"name": strings.Repeat("🛴", 100), "percents": []int{50, 50}, "late_joining": true,
		"filter": map[string]any{"plates": []string{y.plate, y.plate + "-0"}, "versions": versions},
		"window": map[string]any{"from": "00:00", "to": "23:59", "zone": "UTC", "days": []string{"mon", "sun"}}, "error_count": 3,
	})
	body(t, y.asStaff(t, "PATCH", "/admin/v1/rollouts/"+id, map[string]any{"any_time": true}), 200)
	body(t, y.decide(t, id, "start"), 200)
	y.until(t, id, tallied("running", 1))
	shown, err := y.client.DescribeWorkflow(t.Context(), workflows.RolloutID(id), "")
	require.NoError(t, err)
	summary, err := shown.GetStaticSummary()
	require.NoError(t, err)
	require.Equal(t, "Rollout of 2.0: "+strings.Repeat("🛴", 96), summary)
	details, err := shown.GetStaticDetails()
	require.NoError(t, err)
	for _, line := range []string{
		"- image: " + y.image, "- groups: 50 %, 50 %", "- success: 90 % of a group", "- errors at most: 10 % of a group, or 3 scooters",
		"- at the same time: 2", "- upgrades begin: at any time", "- downgrade: no", "- late joining: yes", "- stations: all",
		"and 9990 more",
	} {
		require.Contains(t, details, line)
	}
	require.Eventually(t, func() bool {
		list, err := y.client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "RolloutID = '" + id + "'"})
		require.NoError(t, err)
		return len(list.GetExecutions()) == 2 // the rollout and the upgrade that it began
	}, 30*time.Second, 50*time.Millisecond)
	body(t, y.decide(t, id, "stop"), 200)
	y.end(t, firmware.Done)
	y.until(t, id, inState("stopped"))
}

func TestARolloutOfARetiredImageIsNotResumed(t *testing.T) {
	y := newYard(t, false)
	id := y.draft(t, nil)
	body(t, y.decide(t, id, "start"), 200)
	y.until(t, id, tallied("running", 2))
	body(t, y.asStaff(t, "POST", "/admin/v1/firmware/"+y.image+"/retire", map[string]any{"reason": "It is bad."}), 200)
	problem(t, y.decide(t, id, "resume"), 409, "firmware_retired")
	y.until(t, id, func(b map[string]any) bool { return b["halt"] == "image_retired" })
	problem(t, y.decide(t, id, "resume"), 409, "firmware_retired")
	y.end(t, firmware.Done)
	body(t, y.decide(t, id, "stop"), 200)
	y.until(t, id, inState("stopped"))
}

func TestFourEyesOnARollout(t *testing.T) {
	y := newYard(t, true)
	id := y.draft(t, nil)
	problem(t, y.decide(t, id, "start"), 409, "rollout_not_approved")
	require.Equal(t, "waiting_for_approval", body(t, y.decide(t, id, "submit"), 200)["state"])
	problem(t, y.decide(t, id, "approve"), 403, "rollout_own")
	boss := y.token(t, y.boss, "staff")
	b := body(t, y.do(t, "POST", "/admin/v1/rollouts/"+id+"/approve", boss, `{"reason":"It is fine."}`, "Content-Type", "application/json"), 200)
	require.Equal(t, []any{"ready", y.boss}, []any{b["state"], b["approved_by"]})
	require.Equal(t, "draft", body(t, y.decide(t, id, "deny"), 200)["state"])
}

func TestRolloutsThatMakeNoSense(t *testing.T) {
	y := newYard(t, false)
	post := func(more map[string]any) *httptest.ResponseRecorder {
		in := map[string]any{"name": "To 2.0", "image": y.image}
		for key, value := range more {
			in[key] = value
		}
		return y.asStaff(t, "POST", "/admin/v1/rollouts", in)
	}
	window := func(from, to, zone string) map[string]any {
		return map[string]any{"from": from, "to": to, "zone": zone}
	}
	for name, c := range map[string]struct {
		more map[string]any
		want [][2]string // where, and what in words
	}{
		"half of all": {map[string]any{"percents": []int{50}}, [][2]string{{"body.percents", "The percents of all groups are 100 together, not 50."}}},
		"both":        {map[string]any{"percents": []int{100}, "groups": 2}, [][2]string{{"body.groups", "Say either groups or percents, not both."}}},
		"two things": {map[string]any{"window": window("02:00", "02:00", "europe/madrid")}, [][2]string{
			{"body.window.to", "The window ends when it begins. Leave it out to begin upgrades at any time."},
			{"body.window.zone", `The IANA has no time zone "europe/madrid". They are written like Europe/Madrid.`},
		}},
		"any time, and a window": {map[string]any{"any_time": true, "window": window("02:00", "03:00", "UTC")}, [][2]string{
			{"body.any_time", "Say either window or any_time, not both."},
		}},
		"nobody, nowhere": {map[string]any{"filter": map[string]any{"plates": []string{"NOBODY", y.plate}, "stations": []string{"NOWHERE"}}}, [][2]string{
			{"body.filter.plates", "There is no scooter with the plate NOBODY."}, {"body.filter.stations", "There is no station NOWHERE."},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var got [][2]string
			for _, e := range problem(t, post(c.more), 422, "rollout_invalid")["errors"].([]any) {
				e := e.(map[string]any)
				got = append(got, [2]string{e["location"].(string), e["message"].(string)})
			}
			require.Equal(t, c.want, got)
		})
	}
	spanish := problem(t, y.do(t, "POST", "/admin/v1/rollouts", y.token(t, support, "staff"),
		`{"name":"x","image":"`+y.image+`","percents":[50]}`, "Content-Type", "application/json", "Accept-Language", "es"), 422, "rollout_invalid")
	require.Equal(t, "Los porcentajes de todos los grupos suman 100, no 50.", spanish["errors"].([]any)[0].(map[string]any)["message"])
	require.Equal(t, map[string]any{"field": "percents", "what": "percents_sum", "said": "50"}, spanish["flaws"].([]any)[0], "for a program")
	problem(t, post(map[string]any{"image": uuid.NewString()}), 404, "firmware_unknown")
	for _, more := range []map[string]any{
		{"max_at_once": 0}, {"error_percent": 101}, {"window": map[string]any{"from": "25:00", "to": "03:00", "zone": "UTC"}},
		{"filter": map[string]any{"service": []string{"retired"}}},
	} {
		problem(t, post(more), 422, "request_invalid")
	}
	problem(t, y.asStaff(t, "GET", "/admin/v1/rollouts/"+uuid.NewString(), nil), 404, "rollout_unknown")
	id := y.draft(t, map[string]any{"filter": map[string]any{"versions": []string{"0.0"}}})
	problem(t, y.decide(t, id, "start"), 409, "rollout_empty")
	same := map[string]any{"id": id, "name": "Another", "image": y.image}
	problem(t, y.asStaff(t, "POST", "/admin/v1/rollouts", same), 409, "rollout_exists")
}
