package workflows_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"

	"rodada/activities"
	"rodada/domain/firmware"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/worker"
	"rodada/workflows"
)

// upgradeRecordings are upgrades as a real server plays them.
var upgradeRecordings = map[string]func(l live, g *garage, in *workflows.UpgradeInput){
	"upgrade": func(live, *garage, *workflows.UpgradeInput) {},
	"upgrade-restarts": func(_ live, g *garage, _ *workflows.UpgradeInput) {
		g.reports[20] = func() { g.parts, g.got = 0, nil } // it lost power
	},
	"upgrade-refused": func(_ live, g *garage, _ *workflows.UpgradeInput) { g.battery = 5 },
	"upgrade-not-mine": func(_ live, g *garage, _ *workflows.UpgradeInput) {
		g.claimed = false
	},
	"upgrade-retried": func(l live, g *garage, _ *workflows.UpgradeInput) {
		g.reports[30] = func() { g.deaf = true }
		g.when(firmware.Parked, func() { g.mend(); go l.decide(workflows.UpdateUpgradeRetry) })
	},
	"upgrade-restarted": func(l live, g *garage, _ *workflows.UpgradeInput) {
		g.reports[30] = func() { g.deaf = true }
		g.when(firmware.Parked, func() { g.mend(); go l.decide(workflows.UpdateUpgradeRestart) })
	},
	"upgrade-aborted": func(l live, g *garage, _ *workflows.UpgradeInput) {
		g.reports[30] = func() { g.deaf = true }
		g.when(firmware.Parked, func() { g.mend(); go l.decide(workflows.UpdateUpgradeAbort) })
	},
	"upgrade-taken-over": func(l live, g *garage, in *workflows.UpgradeInput) {
		in.After = "run-1"
		g.took = firmware.Takeover{Ours: true, Heirs: 1, Seq: 1007, State: firmware.Sending, From: oldVersion, Attempt: 1, Sent: 30}
		g.when(firmware.Parked, func() { go l.decide(workflows.UpdateUpgradeAbort) })
	},
	"upgrade-forgets": func(_ live, g *garage, _ *workflows.UpgradeInput) {
		g.reports[30] = func() { g.restart(); g.deafTo[protocol.SendPacket] = 1 << 30 }
		g.when(firmware.Starting, nil, func() { g.mu.Lock(); defer g.mu.Unlock(); delete(g.deafTo, protocol.SendPacket) })
	},
	"upgrade-forgotten": func(_ live, g *garage, in *workflows.UpgradeInput) {
		g.reports[30] = func() { g.deaf = true }
		in.Limits.ParkFor = time.Second
	},
	"upgrade-renewed": func(_ live, g *garage, in *workflows.UpgradeInput) {
		g.parts, g.got = firmware.Packets(len(g.image)), g.image[:30*firmware.PacketSize]
		since := time.Now().Add(-time.Minute)
		in.State = &workflows.UpgradeState{
			State: firmware.Sending, Began: since, Seq: 5, Sends: 7, From: oldVersion, Touched: true, Begun: true, Attempt: 1, Chunk: 2, Next: 30,
			Backoff: in.Limits.Backoff, Since: since, Report: upgradeID + "/6",
		}
	},
}

func (g *garage) mend() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deaf = false
}

// decide is staff's, whatever the answer.
func (l live) decide(name string) {
	l.ask(name, workflows.UpgradeRequest{UpgradeID: upgradeID, Decision: uuid.NewString(), By: "eva", Reason: "it was stuck"})
}

func TestRecordUpgrades(t *testing.T) {
	if !*record {
		t.Skip("records only when told to: -record")
	}
	c, queue := testkit.Temporal(t)
	for name, prepare := range upgradeRecordings {
		t.Run(name, func(t *testing.T) {
			l := live{t: t, c: c, id: workflows.ScooterID(queue + name), plate: queue + name, queue: queue + name}
			l.upgrade(newGarage(t), time.Now, prepare)
			save(t, c, l.id, name)
		})
	}
}

// upgrade plays an upgrade to its end.
func (l live) upgrade(g *garage, now func() time.Time, prepare func(live, *garage, *workflows.UpgradeInput)) {
	g.box.env, g.box.real = l, true
	worked := sdk.New(l.c, l.queue, sdk.Options{Identity: "worker"})
	worker.RegisterFirmware(worked, worker.Options{
		Scooters: &activities.Scooters{Publisher: g, Leases: g.box, Live: g.box, Now: time.Now},
		Rentals:  &activities.Rentals{}, Commands: &activities.Commands{Store: g}, Rollouts: &activities.Rollouts{},
		Upgrades: &activities.Upgrades{Store: g, Publisher: g, Acks: g, Fences: g, Leases: g.box, Now: now},
	})
	require.NoError(l.t, worked.Start())
	defer worked.Stop()
	in := g.input()
	in.Plate, in.RolloutID = l.plate, uuid.NewString() // a rollout that is gone
	in.Limits.AckWindow, in.Limits.Backoff, in.Limits.BackoffMax = time.Second, 200*time.Millisecond, time.Second
	prepare(l, g, &in)
	run, err := l.c.ExecuteWorkflow(l.t.Context(), client.StartWorkflowOptions{
		ID: l.id, TaskQueue: l.queue, WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
	}, workflows.UpgradeName, in)
	require.NoError(l.t, err)
	require.NoError(l.t, run.Get(l.t.Context(), nil))
}

// A box that takes packets slowly has the most chunks, and each is a few events. All of an upgrade stays under 30 for 100 packets.
func TestTheHistoryOfAnUpgradeIsShort(t *testing.T) {
	c, queue := testkit.Temporal(t)
	l := live{t: t, c: c, id: workflows.ScooterID(queue), plate: queue, queue: queue}
	g := newGarage(t)
	const packets = 400
	g.image = bytes.Repeat([]byte("0123456789abcdef"), 64*packets)
	now := time.Now()
	var clock sync.Mutex
	slowly := func() time.Time { // a minute goes by between any two looks
		clock.Lock()
		defer clock.Unlock()
		now = now.Add(time.Minute)
		return now
	}
	l.upgrade(g, slowly, func(_ live, _ *garage, in *workflows.UpgradeInput) {
		in.Limits.PacketWindow, in.Limits.SilentAfter = time.Minute, time.Hour
	})
	require.Equal(t, firmware.Done, g.changes[len(g.changes)-1].State)
	require.True(t, bytes.Equal(g.image, g.held))
	events, chunks := 0, 0
	history := c.GetWorkflowHistory(t.Context(), l.id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(t, err)
		if a := event.GetActivityTaskScheduledEventAttributes(); a != nil && a.ActivityType.Name == "SendPackets" {
			chunks++
		}
		events++
	}
	require.Equal(t, 7, chunks, "of 64 packets")
	require.Less(t, events, 30*packets/100)
	t.Logf("%d events for %d packets", events, packets)
}
