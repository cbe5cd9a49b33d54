package workflows_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"

	"rodada/activities"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/worker"
	"rodada/workflows"
)

var record = flag.Bool("record", false, "record the histories for TestReplay on a real server")

// live is the stage of a real server.
type live struct {
	t  *testing.T
	c  client.Client
	id string // of the workflow
	// plate is the one in its ID; the box answers to any.
	plate, queue string
	begun        client.WorkflowUpdateHandle // of the update that the rental was started with
}

func (l live) Now() time.Time                                     { return time.Now() }
func (l live) RegisterDelayedCallback(do func(), d time.Duration) { time.AfterFunc(d, do) }
func (l live) SignalWorkflow(name string, arg any) {
	_ = l.c.SignalWorkflow(context.Background(), l.id, "", name, arg)
}

// ask sends an update and waits for its answer, whatever it is.
func (l live) ask(name string, arg any) {
	if name == workflows.UpdateBegin {
		_ = l.begun.Get(l.t.Context(), nil)
		return
	}
	h, err := l.c.UpdateWorkflow(l.t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: l.id, UpdateName: name, Args: []any{arg}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(l.t, err)
	_ = h.Get(l.t.Context(), nil)
}

func (l live) end() {
	l.ask(workflows.UpdateEnd, workflows.EndRequest{RentalID: rentalID, Cause: rental.ByRider})
}

func (l live) release() {
	l.ask(workflows.UpdateRelease, workflows.ReleaseRequest{RentalID: rentalID, By: "eva", Reason: "towed"})
}

// staff gives a command and waits for its end.
func (l live) staff(code protocol.Code, args protocol.Args) {
	order := workflows.CommandInput{
		ID: string(rune('a'+code%26)) + l.id, Plate: l.plate, Command: protocol.Command{Code: code, Args: args},
		Window: 2 * time.Second, By: staffID, Reason: "helmet check",
	}
	run, err := l.c.ExecuteWorkflow(l.t.Context(), client.StartWorkflowOptions{
		ID: workflows.CommandID(order.ID), TaskQueue: l.queue,
	}, workflows.CommandName, order)
	require.NoError(l.t, err)
	require.NoError(l.t, run.Get(l.t.Context(), nil))
	save(l.t, l.c, workflows.CommandID(order.ID), "command-told")
}

// attempts waits until the scooter has been tried to be secured so often.
func (l live) attempts(n int) {
	require.Eventually(l.t, func() bool {
		var v workflows.RentalView
		got, err := l.c.QueryWorkflow(l.t.Context(), l.id, "", workflows.QueryRental)
		return err == nil && got.Get(&v) == nil && v.Attempts >= n
	}, time.Minute, 50*time.Millisecond)
}

// recording is a story told to a real server.
type recording struct {
	before func(w *world, in *workflows.RentalInput)
	play   func(l live, b *box)
}

var recordings = map[string]recording{
	"ride": {play: func(l live, b *box) {
		l.ask(workflows.UpdateBegin, ref())
		require.Eventually(l.t, func() bool { return b.answered(protocol.VehicleReport) }, time.Minute, 10*time.Millisecond, "the counters")
		l.ask(workflows.UpdatePause, ref())
		l.ask(workflows.UpdateResume, ref())
		l.ask(workflows.UpdateCancel, ref())
		l.end()
	}},
	"ride-slow": { // answers come as signals
		before: func(w *world, _ *workflows.RentalInput) { w.box.usual = 400 * time.Millisecond },
		play: func(l live, _ *box) {
			l.ask(workflows.UpdateBegin, ref())
			l.ask(workflows.UpdatePause, ref())
			l.end()
		},
	},
	"ride-short": {
		before: func(w *world, _ *workflows.RentalInput) { w.box.mute[protocol.ClearTripMileage] = true },
		play: func(l live, _ *box) {
			l.ask(workflows.UpdateBegin, ref())
			l.end()
		},
	},
	"staff-pauses": {play: func(l live, _ *box) {
		l.ask(workflows.UpdateBegin, ref())
		l.staff(protocol.Pause, nil)
		l.ask(workflows.UpdateResume, ref())
		l.end()
	}},
	"staff-unlocks": {play: func(l live, _ *box) {
		l.ask(workflows.UpdateBegin, ref())
		l.ask(workflows.UpdatePause, ref())
		l.staff(protocol.LockMotor, nil)
		l.staff(protocol.Resume, nil)
		l.staff(protocol.UnlockMotor, nil)
		l.end()
	}},
	"staff-ends": {play: func(l live, b *box) {
		l.ask(workflows.UpdateBegin, ref())
		b.shut()
		l.staff(protocol.PowerOff, nil)
	}},
	"staff-limits": {
		before: func(_ *world, in *workflows.RentalInput) { in.Limits.PauseAfter = 2 * time.Second },
		play: func(l live, b *box) {
			l.ask(workflows.UpdateBegin, ref())
			l.staff(protocol.SetSpeedLimit, protocol.Args{"kmh": 10})
			b.drive(8)
			require.Eventually(l.t, func() bool { return len(b.limits()) == 2 }, time.Minute, 50*time.Millisecond, "slowed down by the ride")
			b.drive(0)
			l.end()
		},
	},
	"staff-secures": {
		before: func(w *world, _ *workflows.RentalInput) { w.box.mute[protocol.PowerOff] = true },
		play: func(l live, b *box) {
			l.ask(workflows.UpdateBegin, ref())
			l.end()
			b.shut()
			require.NoError(l.t, l.c.SignalWorkflow(l.t.Context(), l.id, "", workflows.SignalChanged, workflows.ScooterChanged{
				CommandID: "one", Command: protocol.Command{Code: protocol.PowerOff}, By: staffID, At: time.Now(),
			}))
		},
	},
	"ride-plain": {play: func(l live, b *box) {
		l.ask(workflows.UpdateBegin, ref())
		require.Eventually(l.t, func() bool { return b.answered(protocol.VehicleReport) }, time.Minute, 10*time.Millisecond, "the counters")
		l.end()
	}},
	"ride-outside-zone": {
		before: func(w *world, _ *workflows.RentalInput) {
			w.zones = square(w.t)
			w.box.stand(outside)
			w.box.position = "4003.0000,-00351.0000,0,0"
		},
		play: func(l live, b *box) {
			l.ask(workflows.UpdateBegin, ref())
			l.end()
			b.stand(inside)
			l.end()
		},
	},
	"ride-forgotten": {before: func(_ *world, in *workflows.RentalInput) {
		in.Limits.RemindAfter, in.Limits.PauseAfter, in.Limits.EndAfter = time.Second, 2*time.Second, 3*time.Second
	}},
	"ride-forgotten-moving": {before: func(w *world, in *workflows.RentalInput) {
		in.Limits.PauseAfter, in.Limits.EndAfter = time.Second, 10*time.Second
		w.box.drive(18)
		time.AfterFunc(3*time.Second, func() { w.box.drive(0) })
	}},
	"ride-cancelled": {play: func(l live, _ *box) {
		l.ask(workflows.UpdateBegin, ref())
		require.NoError(l.t, l.c.CancelWorkflow(l.t.Context(), l.id, ""))
	}},
	"unlock-refused": {before: func(w *world, _ *workflows.RentalInput) { w.box.will(protocol.PowerOn, answer{status: 1}) }},
	"unlock-silent": {before: func(w *world, in *workflows.RentalInput) {
		in.Deadline = time.Now().Add(time.Second)
		w.box.will(protocol.PowerOn, answer{silent: true})
	}},
	"unlock-late": {before: func(_ *world, in *workflows.RentalInput) { in.Deadline = time.Now().Add(-time.Second) }},
	"unlock-found": {
		before: func(w *world, in *workflows.RentalInput) {
			in.Deadline = time.Now().Add(time.Second)
			w.box.will(protocol.PowerOn, answer{after: 400 * time.Millisecond, lost: true})
		},
		play: func(l live, _ *box) { l.ask(workflows.UpdateBegin, ref()); l.end() },
	},
	"not-mine": {before: func(w *world, _ *workflows.RentalInput) { w.claimed = false }},
	"reserved-expired": {before: func(_ *world, in *workflows.RentalInput) {
		in.Deadline, in.ReservedUntil = time.Time{}, time.Now().Add(time.Second)
	}},
	"reserved-cancelled": {
		before: func(_ *world, in *workflows.RentalInput) {
			in.Deadline, in.ReservedUntil = time.Time{}, time.Now().Add(time.Minute)
		},
		play: func(l live, _ *box) { l.ask(workflows.UpdateCancel, ref()) },
	},
	"reserved-unlocked": {
		before: func(_ *world, in *workflows.RentalInput) {
			in.Deadline, in.ReservedUntil = time.Time{}, time.Now().Add(time.Minute)
		},
		play: func(l live, _ *box) {
			l.ask(workflows.UpdateUnlock, workflows.UnlockRequest{RentalID: rentalID, Deadline: time.Now().Add(5 * time.Second)})
			l.end()
		},
	},
	"lock-refused": {
		before: func(w *world, _ *workflows.RentalInput) {
			w.box.will(protocol.PowerOff, answer{status: 1}, answer{status: 1}, answer{status: 1}, answer{status: 1})
		},
		play: func(l live, _ *box) { l.ask(workflows.UpdateBegin, ref()); l.end() },
	},
	"lock-silent": {
		before: func(w *world, _ *workflows.RentalInput) { w.box.will(protocol.PowerOff, answer{silent: true}) },
		play: func(l live, b *box) {
			l.ask(workflows.UpdateBegin, ref())
			l.end()
			l.attempts(4)
			b.say(protocol.HeartbeatReport, answer{})
		},
	},
	"lock-moving": {
		before: func(w *world, _ *workflows.RentalInput) { w.box.drive(12) },
		play: func(l live, b *box) {
			l.ask(workflows.UpdateBegin, ref())
			l.end()
			b.drive(0)
		},
	},
	"released": {
		before: func(w *world, _ *workflows.RentalInput) { w.box.mute[protocol.PowerOff] = true },
		play:   func(l live, _ *box) { l.ask(workflows.UpdateBegin, ref()); l.end(); l.release() },
	},
	"renewed-securing": {
		before: func(w *world, in *workflows.RentalInput) {
			in.State = &workflows.RentalState{
				RentalOutcome: workflows.RentalOutcome{RentalID: rentalID, State: rental.Securing, Outcome: rental.Ridden},
				Seq:           5, Sends: 7, Prepared: true, Outstanding: rentalID + "/7", SentAt: time.Now().Add(-time.Hour), Attempts: 90, Alerted: true,
			}
			w.changes = []rental.Change{{Seq: 5, State: rental.Securing}}
			w.box.known.Seen = time.Now()
		},
	},
	"renewed-paused": {
		before: func(w *world, in *workflows.RentalInput) {
			baseline := 4
			in.State = &workflows.RentalState{
				RentalOutcome: workflows.RentalOutcome{RentalID: rentalID, State: rental.Paused},
				Seq:           2, Sends: 7, Prepared: true, Baseline: &baseline, UnlockedAt: time.Now().Add(-time.Hour),
				Meter: rental.Meter{Riding: time.Minute, Since: time.Now().Add(-59 * time.Minute), OnPause: true},
			}
			w.changes = []rental.Change{{Seq: 2, State: rental.Paused}}
		},
		play: func(l live, _ *box) { l.ask(workflows.UpdateResume, ref()); l.end() },
	},
}

func TestRecord(t *testing.T) {
	if !*record {
		t.Skip("records only when told to: -record")
	}
	require.NoError(t, os.MkdirAll(histories, 0o755))
	c, queue := testkit.Temporal(t)
	for name, r := range recordings {
		rentalID = uuid.NewString() // its payment is its own
		t.Run(name, func(t *testing.T) { tell(t, c, queue+name, name, r) })
	}
}

func tell(t *testing.T, c client.Client, queue, name string, r recording) {
	l := live{t: t, c: c, id: workflows.ScooterID(queue), plate: queue, queue: queue}
	b := newBox()
	b.env, b.real = l, true
	w := &world{t: t, box: b, claimed: true, storeErr: func() error { return nil }}
	ledger := &books{booked: map[string]wallet.Transaction{}}
	worked := sdk.New(c, queue, sdk.Options{Identity: "worker"})
	worker.Register(worked, worker.Options{
		Scooters: &activities.Scooters{Publisher: b, Leases: b, Live: b, Store: w, Now: time.Now},
		Rentals:  &activities.Rentals{Store: w, Zones: w, Live: b},
		Wallets:  &activities.Wallets{Ledger: ledger, Payments: worker.Payments{Client: c, TaskQueue: queue}},
		People:   &activities.People{Notifier: w, Alerts: w},
		Commands: &activities.Commands{Store: w},
	})
	require.NoError(t, worked.Start())
	defer worked.Stop()

	in := input(time.Now())
	in.Limits.AckWindow, in.Limits.LockBackoff, in.Limits.LockMaximum = time.Second, 200*time.Millisecond, time.Second
	if r.before != nil {
		r.before(w, &in)
	}
	start := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: l.id, TaskQueue: queue, WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
	}, workflows.RentalName, in)
	var err error
	l.begun, err = c.UpdateWithStartWorkflow(t.Context(), client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start, UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: l.id, UpdateName: workflows.UpdateBegin, Args: []any{ref()}, WaitForStage: client.WorkflowUpdateStageAccepted,
		},
	})
	require.NoError(t, err)
	run, err := start.Get(t.Context())
	require.NoError(t, err)
	if r.play != nil {
		r.play(l, b)
	}
	require.NoError(t, run.Get(t.Context(), nil))
	save(t, c, l.id, name)
	if name == "ride" {
		for id, kept := range map[string]string{workflows.PaymentID(rentalID): "payment", workflows.CommandID(queue): "command"} {
			start := client.StartWorkflowOptions{ID: id, TaskQueue: queue}
			if kept == "command" {
				order := workflows.CommandInput{ID: queue, Plate: plate, Command: protocol.Command{Code: protocol.PowerOff}, Window: 2 * time.Second}
				b.mute[protocol.PowerOff] = true
				run, err = c.ExecuteWorkflow(t.Context(), start, workflows.CommandName, order)
			} else {
				pay := workflows.PaymentInput{RentalID: rentalID, RiderID: riderID, Price: money.Of(100, "EUR")}
				run, err = c.ExecuteWorkflow(t.Context(), start, workflows.PaymentName, pay)
			}
			require.NoError(t, err)
			require.NoError(t, run.Get(t.Context(), nil))
			save(t, c, id, kept)
		}
	}
}

// machine is what names the machine of the recording: identities, and the worker's own queue.
var machine = regexp.MustCompile(`("identity": *|"name": *)"[^"]*(@|:[0-9a-f-]{36})[^"]*"`)

// save writes a history without the name of the machine that it was recorded on.
func save(t *testing.T, c client.Client, id, name string) {
	var h historypb.History
	events := c.GetWorkflowHistory(t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		h.Events = append(h.Events, event)
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&h)
	require.NoError(t, err)
	text = machine.ReplaceAll(text, []byte(`$1"rodada"`))
	require.NoError(t, os.WriteFile(filepath.Join(histories, name+".json"), text, 0o644))
}
