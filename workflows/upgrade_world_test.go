package workflows_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
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
	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
	"rodada/workflows"
)

const (
	upgradeID  = "6b1f6d6e-0000-4000-8000-0000000000bb"
	rolloutID  = "6b1f6d6e-0000-4000-8000-0000000000cc"
	imageID    = "6b1f6d6e-0000-4000-8000-0000000000dd"
	oldVersion = "1.0.0"
	newVersion = "1.1.0"
)

// garage is where a scooter is upgraded: its box, which assembles an image as boxes do, and the books. The activities are the
// real ones; the box takes packets at once.
type garage struct {
	t     *testing.T
	env   *testsuite.TestWorkflowEnvironment
	box   *box // its leases and its way to the workflow
	image []byte
	runs  int

	mu       sync.Mutex
	acks     chan firmware.PacketAck
	fence    firmware.Fence
	progress firmware.Progress
	claimed  bool
	took     firmware.Takeover
	changes  []firmware.Change
	ended    []workflows.UpgradeEnded
	batches  []command.Batch
	rollout  error
	reopened func()                      // begins another run; nil: open
	on       map[firmware.State][]func() // when the upgrade gets there, once each

	// The box.
	version string
	battery int
	powered bool
	deaf    bool
	deafTo  map[protocol.Code]int
	lost    map[protocol.Code]int // answers that get lost
	told    []protocol.Code
	parts   int // of the image that is on its way; 0: none
	got     []byte
	ready   []byte // an image that waits for a reboot
	bad     map[int]int
	fails   bool                    // to take the image over
	reports map[int]func()          // when a packet came, before its answer
	status  map[protocol.Code][]int // of the next answers; then 0
	held    []byte                  // the image that it runs
	settled func() string           // the version after a reboot with an image; nil: the image's
}

func newGarage(t *testing.T) *garage {
	g := &garage{
		t: t, box: newBox(), claimed: true, image: bytes.Repeat([]byte("0123456789abcdef"), 64*70), version: oldVersion, battery: 80,
		deafTo: map[protocol.Code]int{}, lost: map[protocol.Code]int{}, bad: map[int]int{}, reports: map[int]func(){},
		status: map[protocol.Code][]int{}, on: map[firmware.State][]func(){},
	}
	g.image = append(g.image, "the end"...)
	g.open()
	return g
}

func (g *garage) open() {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	from := time.Date(2040, 11, 23, 8, 0, 0, 0, time.UTC) // the deadlines of local activities are real: not before them
	if g.env != nil {
		from = g.env.Now()
	}
	g.env = suite.NewTestWorkflowEnvironment()
	g.env.SetStartTime(from)
	g.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.ScooterID(plate)})
	g.env.SetTestTimeout(20 * time.Second)
	g.env.SetWorkflowRunTimeout(60 * 24 * time.Hour)
	g.env.RegisterWorkflowWithOptions(workflows.Upgrade, workflow.RegisterOptions{Name: workflows.UpgradeName})
	g.env.RegisterActivity(&activities.Scooters{Publisher: g, Leases: g.box, Live: g.box, Now: g.env.Now})
	g.env.RegisterActivity(&activities.Commands{Store: g})
	g.env.RegisterActivity(&activities.Rentals{})
	g.env.RegisterActivity(&activities.Upgrades{Store: g, Publisher: g, Acks: g, Fences: g, Leases: g.box, Now: time.Now})
	g.env.OnSignalExternalWorkflow(mock.Anything, "rollout/"+rolloutID, "", workflows.SignalUpgradeEnded, mock.Anything).
		Return(func(_, _, _, _ string, arg any) error {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.ended = append(g.ended, arg.(workflows.UpgradeEnded))
			return g.rollout
		}).Maybe()
	g.box.env = g.env
}

func (g *garage) input() workflows.UpgradeInput {
	return workflows.UpgradeInput{
		UpgradeID: upgradeID, Plate: plate, ImageID: imageID, Version: newVersion, Size: len(g.image), RolloutID: rolloutID,
		Limits: workflows.UpgradeLimits{
			AckWindow: 5 * time.Second, PacketWindow: 10 * time.Millisecond, FinishWindow: 30 * time.Second,
			RebootWindow: 2 * time.Minute, SilentAfter: 25 * time.Millisecond, Backoff: 10 * time.Second, BackoffMax: time.Minute,
			Attempts: 3, MinimumBattery: 30, ParkFor: 72 * time.Hour,
		},
	}
}

// run plays an upgrade to its end, through as many runs as it takes.
func (g *garage) run(in workflows.UpgradeInput) {
	g.t.Helper()
	for {
		g.runs++
		g.env.ExecuteWorkflow(workflows.UpgradeName, in)
		require.True(g.t, g.env.IsWorkflowCompleted())
		err := g.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		if !errors.As(err, &again) {
			require.NoError(g.t, err)
			return
		}
		in = workflows.UpgradeInput{}
		require.NoError(g.t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
		if g.reopened != nil {
			g.reopened()
		} else {
			g.open()
		}
	}
}

func (g *garage) upgrade() { g.t.Helper(); g.run(g.input()) }

func (g *garage) after(d time.Duration, do func()) { g.env.RegisterDelayedCallback(do, d) }

// when says what happens once the upgrade is in a state, each time the next of them.
func (g *garage) when(s firmware.State, do ...func()) { g.on[s] = append(g.on[s], do...) }

// became checks how it ended, and that the box runs what the books say.
func (g *garage) became(state firmware.State, trouble firmware.Trouble) firmware.Change {
	g.t.Helper()
	last := g.changes[len(g.changes)-1]
	require.Equal(g.t, state, last.State, "%s: %s", last.Trouble, last.Detail)
	require.Equal(g.t, trouble, last.Trouble, last.Detail)
	require.True(g.t, state.Over())
	for i, c := range g.changes {
		require.Equal(g.t, g.took.Seq+i+1, c.Seq)
		require.Equal(g.t, upgradeID, c.ID)
	}
	require.Equal(g.t, workflows.UpgradeEnded{UpgradeID: upgradeID, Plate: plate, State: state, Trouble: trouble}, g.ended[len(g.ended)-1])
	if state == firmware.Done {
		require.Equal(g.t, newVersion, g.version)
		require.True(g.t, bytes.Equal(g.image, g.held), "another image")
	} else {
		require.Empty(g.t, g.held)
	}
	require.Empty(g.t, g.box.leases, "a lease is left behind")
	for id, n := range g.box.ids {
		require.Equal(g.t, 1, n, "two sends are called %s", id)
	}
	for _, b := range g.batches {
		require.Equal(g.t, command.ForUpgrade, b.Origin)
		require.Equal(g.t, upgradeID, b.OriginID)
		for _, s := range b.Sends {
			require.NotEmpty(g.t, s.Outcome)
		}
	}
	return last
}

// states are the states that the upgrade went through, each once in a row.
func (g *garage) states() []firmware.State {
	var states []firmware.State
	for _, c := range g.changes {
		states = append(states, c.State)
	}
	return slices.Compact(states)
}

// sends are the lines of the scooter's history of a code.
func (g *garage) sends(code protocol.Code) (list []command.Send) {
	for _, b := range g.batches {
		for _, s := range b.Sends {
			if s.Code == int(code) {
				list = append(list, s)
			}
		}
	}
	return list
}

// count is how often a command reached the box.
func (g *garage) count(code protocol.Code) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, c := range g.told {
		if c == code {
			n++
		}
	}
	return n
}

// ask sends an update of staff.
func (g *garage) ask(name string) *wish { return g.askOf(name, upgradeID) }

func (g *garage) askOf(name, id string) *wish {
	w, from := &wish{}, g.env.Now()
	g.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { w.rejected, w.done, w.err = true, true, err },
		OnComplete: func(got any, err error) {
			w.done, w.err, w.took = true, err, g.env.Now().Sub(from)
			w.got, _ = got.(workflows.UpgradeOutcome)
		},
	}, workflows.UpgradeRequest{UpgradeID: id, Decision: "decided " + name, By: "eva", Reason: "it was stuck"})
	return w
}

// wish is what became of an update.
type wish struct {
	rejected, done bool
	took           time.Duration
	got            workflows.UpgradeOutcome
	err            error
}

func (g *garage) BeginUpgrade(_ context.Context, id, _ string) (bool, error) {
	require.Equal(g.t, upgradeID, id)
	return g.claimed, nil
}

func (g *garage) TakeOverUpgrade(_ context.Context, id, _, from string) (firmware.Takeover, error) {
	require.Equal(g.t, []string{upgradeID, "run-1"}, []string{id, from})
	return g.took, nil
}

func (g *garage) AdvanceUpgrade(_ context.Context, c firmware.Change) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changes = append(g.changes, c)
	if next := g.on[c.State]; len(next) > 0 {
		g.on[c.State] = next[1:]
		if next[0] != nil {
			g.box.env.RegisterDelayedCallback(next[0], time.Millisecond)
		}
	}
	return nil
}

func (g *garage) ImageBytes(context.Context, string) ([]byte, error) { return g.image, nil }

func (g *garage) StoreSends(_ context.Context, b command.Batch) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.batches = append(g.batches, b)
	return nil
}

func (g *garage) FinishOrder(context.Context, string, command.Ending, []command.Send) error {
	return nil
}

func (g *garage) Listen(context.Context, string) (<-chan firmware.PacketAck, func(), error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.acks = make(chan firmware.PacketAck, 64)
	return g.acks, func() {}, nil
}

func (g *garage) EnterSending(_ context.Context, _ string, f firmware.Fence, p firmware.Progress) (firmware.Progress, bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	require.Less(g.t, g.fence, f)
	if g.progress.Attempt == p.Attempt {
		p.Sent, p.Since = max(p.Sent, g.progress.Sent), g.progress.Since
	}
	g.fence, g.progress = f, p
	return p, true, nil
}

func (g *garage) MarkSending(_ context.Context, _ string, f firmware.Fence, p firmware.Progress) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	require.Equal(g.t, g.fence, f)
	p.Sent = max(p.Sent, g.progress.Sent)
	g.progress = p
	return true, nil
}
