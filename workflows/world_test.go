package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
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
	"rodada/domain/fare"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/zone"
	"rodada/protocol"
	"rodada/workflows"
)

const (
	plate   = "7001"
	riderID = "6b1f6d6e-0000-4000-8000-00000000000a"
	staffID = "6b1f6d6e-0000-4000-8000-00000000000b"
)

// rentalID is another one for each recording, and always this one in tests.
var rentalID = "6b1f6d6e-0000-4000-8000-000000000001"

// world is all that a rental touches: one scooter and its bridge, the leases, the store, staff and the rider, on the virtual
// clock of the test environment. The activities are the real ones.
type world struct {
	t   *testing.T
	env *testsuite.TestWorkflowEnvironment
	box *box

	mu       sync.Mutex
	changes  []rental.Change
	notes    []rental.Event
	alerts   []staff.Alert
	cleared  []staff.AlertKind
	limits   []int // that were kept for the rides to come
	notices  []rider.NoticeKind
	payments []activities.SettleInput
	claimed  bool // what Begin answers
	zones    zone.Set
	storeErr func() error // of the next call to the store
	watch    []func(rental.Change)
	runs     int
	told     []workflows.ScooterChanged // the holder
	batches  []command.Batch
	endings  []command.Ending
	second   func() // at the start of the second run
	deeds    int    // of staff
	unheld   error  // of telling the holder
	gauge    gauge
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, claimed: true, storeErr: func() error { return nil }, gauge: newGauge()}
	w.box = newBox()
	w.open()
	return w
}

// open makes a fresh environment on the same world: a worker for the next run.
func (w *world) open() {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	suite.SetMetricsHandler(w.gauge)
	from := time.Date(2040, 11, 23, 8, 0, 0, 0, time.UTC) // the deadlines of local activities are real: not before them
	if w.env != nil {
		from = w.env.Now()
	}
	w.env = suite.NewTestWorkflowEnvironment()
	w.env.SetStartTime(from)
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.ScooterID(plate)})
	w.env.SetTestTimeout(10 * time.Second)
	w.env.SetWorkflowRunTimeout(48 * time.Hour) // of the virtual clock: a story without an end fails
	w.env.RegisterWorkflowWithOptions(workflows.Rental, workflow.RegisterOptions{Name: workflows.RentalName})
	w.env.RegisterWorkflowWithOptions(workflows.Command, workflow.RegisterOptions{Name: workflows.CommandName})
	w.env.RegisterActivity(&activities.Scooters{Publisher: w.box, Leases: w.box, Live: w.box, Store: w, Now: w.env.Now})
	w.env.RegisterActivity(&activities.Rentals{Store: w, Zones: w, Live: w.box})
	w.env.RegisterActivity(&activities.People{Notifier: w, Alerts: w})
	w.env.RegisterActivity(&activities.Commands{Store: w})
	w.env.RegisterActivity(&activities.Wallets{Payments: w})
	w.env.OnSignalExternalWorkflow(mock.Anything, workflows.ScooterID(plate), "", workflows.SignalChanged, mock.Anything).
		Return(func(_, _, _, _ string, arg any) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, arg.(workflows.ScooterChanged))
			return w.unheld
		}).Maybe()
	w.box.env = w.env
}

func (w *world) StartPayment(_ context.Context, in activities.SettleInput) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.storeErr(); err != nil {
		return err
	}
	w.payments = append(w.payments, in)
	return nil
}

func (w *world) BeginRental(context.Context, string, string) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.claimed, w.storeErr()
}

func (w *world) Advance(_ context.Context, c rental.Change) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.storeErr(); err != nil {
		return err
	}
	w.changes = append(w.changes, c)
	for _, see := range w.watch {
		w.env.RegisterDelayedCallback(func() { see(c) }, 0)
	}
	return nil
}

func (w *world) AddEvent(_ context.Context, _ string, e rental.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, e)
	return w.storeErr()
}

func (w *world) StoreSends(_ context.Context, b command.Batch) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.storeErr(); err != nil {
		return err
	}
	w.batches = append(w.batches, b)
	return nil
}

func (w *world) FinishOrder(_ context.Context, id string, e command.Ending, sends []command.Send) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.storeErr(); err != nil {
		return err
	}
	w.endings = append(w.endings, e)
	w.batches = append(w.batches, command.Batch{Plate: plate, Origin: command.ForCommand, OriginID: id, Sends: sends})
	return nil
}

func (w *world) SetScooterLimit(_ context.Context, _ string, kmh int, _ time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.storeErr(); err != nil {
		return err
	}
	w.limits = append(w.limits, kmh)
	return nil
}

func (w *world) Zones(context.Context) (zone.Set, error) { return w.zones, nil }

func (w *world) ParkingStations(context.Context) ([]zone.Station, error) { return nil, nil }

func (w *world) Notify(_ context.Context, n rider.Notice) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notices = append(w.notices, n.Kind)
	return nil
}

func (w *world) RaiseAlert(_ context.Context, a staff.Alert) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alerts = append(w.alerts, a)
	return nil
}

func (w *world) CloseAlert(_ context.Context, _ string, kind staff.AlertKind, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cleared = append(w.cleared, kind)
	return nil
}

// input is a rental that unlocks at once, under a tariff with a price for everything.
func (w *world) input() workflows.RentalInput { return input(w.env.Now()) }

func input(now time.Time) workflows.RentalInput {
	return workflows.RentalInput{
		RentalID: rentalID, RiderID: riderID, Plate: plate, MaxKmh: 25, LimitKmh: 20,
		Deadline: now.Add(10 * time.Second),
		Tariff: fare.Tariff{
			Currency: "EUR", Unlock: 100, Riding: []fare.Segment{{Rate: 20, Interval: 1}},
			Paused: []fare.Segment{{Rate: 5, Interval: 1}}, Distance: []fare.Segment{{Rate: 10, Interval: 1}},
		},
		Limits: workflows.RentalLimits{
			AckWindow: 5 * time.Second, UnlockWindow: 10 * time.Second, LockBackoff: 5 * time.Second,
			LockMaximum: 10 * time.Minute, AlertAfter: 3,
		},
	}
}

// reserved is a rental that begins with a reservation.
func (w *world) reserved(d time.Duration) workflows.RentalInput {
	in := w.input()
	in.Deadline, in.ReservedUntil = time.Time{}, w.env.Now().Add(d)
	return in
}

// run plays a rental to its end, through as many runs as it takes.
func (w *world) run(in workflows.RentalInput) {
	w.t.Helper()
	for {
		if w.runs++; w.runs == 2 && w.second != nil {
			w.second()
		}
		w.env.ExecuteWorkflow(workflows.RentalName, in)
		require.True(w.t, w.env.IsWorkflowCompleted())
		err := w.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		if !errors.As(err, &again) {
			require.NoError(w.t, err)
			return
		}
		in = workflows.RentalInput{}
		require.NoError(w.t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
		pending := w.box.pending
		w.open()
		w.box.carry(pending)
	}
}

// after does something so long after the start of the present run.
func (w *world) after(d time.Duration, do func()) { w.env.RegisterDelayedCallback(do, d) }

// on does something when the rental has reached a state for the first time.
func (w *world) on(state rental.State, do func()) {
	var done bool
	w.watch = append(w.watch, func(c rental.Change) {
		if c.State == state && !done {
			done = true
			do()
		}
	})
}

// reply is what became of an update.
type reply struct {
	at       time.Duration // since the request
	rejected bool
	done     bool
	got      workflows.RentalOutcome
	err      error
}

func (w *world) update(name string, arg any) *reply {
	r, from := &reply{}, w.env.Now()
	w.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { r.rejected, r.done, r.err = true, true, err },
		OnComplete: func(got any, err error) {
			r.done, r.err, r.at = true, err, w.env.Now().Sub(from)
			if out, ok := got.(workflows.RentalOutcome); ok {
				r.got = out
			}
		},
	}, arg)
	return r
}

func ref() workflows.RentalRef { return workflows.RentalRef{RentalID: rentalID} }

func (w *world) begin() *reply  { return w.update(workflows.UpdateBegin, ref()) }
func (w *world) pause() *reply  { return w.update(workflows.UpdatePause, ref()) }
func (w *world) resume() *reply { return w.update(workflows.UpdateResume, ref()) }
func (w *world) cancel() *reply { return w.update(workflows.UpdateCancel, ref()) }

func (w *world) unlock() *reply {
	return w.update(workflows.UpdateUnlock, workflows.UnlockRequest{RentalID: rentalID, Deadline: w.env.Now().Add(10 * time.Second)})
}

func (w *world) end() *reply {
	return w.update(workflows.UpdateEnd, workflows.EndRequest{RentalID: rentalID, Cause: rental.ByRider})
}

func (w *world) staffEnd() *reply {
	return w.update(workflows.UpdateEnd, workflows.EndRequest{RentalID: rentalID, Cause: rental.ByStaff, By: "eva", Note: "closing time"})
}

func (w *world) release() *reply {
	return w.update(workflows.UpdateRelease, workflows.ReleaseRequest{RentalID: rentalID, By: "eva", Reason: "towed"})
}

// speak makes the scooter say something that answers nothing, from time to time.
func (w *world) speak(every time.Duration) {
	var again func()
	again = func() {
		w.box.say(protocol.HeartbeatReport, answer{})
		if !w.env.IsWorkflowCompleted() {
			w.after(every, again)
		}
	}
	w.after(every, again)
}

// endAfter ends the ride so long after it began.
func (w *world) endAfter(d time.Duration) {
	w.on(rental.Riding, func() { w.after(d, func() { w.end() }) })
}

// states are the states that the rental went through.
func (w *world) states() []rental.State {
	var states []rental.State
	for _, c := range w.changes {
		states = append(states, c.State)
	}
	return states
}

// last is the last change to a state.
func (w *world) last(state rental.State) rental.Change {
	w.t.Helper()
	for i := len(w.changes) - 1; i >= 0; i-- {
		if w.changes[i].State == state {
			return w.changes[i]
		}
	}
	require.Fail(w.t, "never "+string(state), "%v", w.states())
	return rental.Change{}
}

// kinds are the kinds of the events in the rental's history that are not states.
func (w *world) kinds() []string {
	var kinds []string
	for _, n := range w.notes {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func (w *world) view() workflows.RentalView {
	w.t.Helper()
	got, err := w.env.QueryWorkflow(workflows.QueryRental)
	require.NoError(w.t, err)
	var v workflows.RentalView
	require.NoError(w.t, got.Get(&v))
	return v
}

// consistent checks what must hold of every finished rental.
func (w *world) consistent() {
	w.t.Helper()
	for i, c := range w.changes {
		if i > 0 {
			require.True(w.t, w.changes[i-1].State.MayBecome(c.State), "%s to %s", w.changes[i-1].State, c.State)
		}
	}
	for id, n := range w.box.ids {
		require.Equal(w.t, 1, n, "two sends are called %s", id)
	}
	seqs := map[int]bool{}
	for _, c := range w.changes {
		require.False(w.t, seqs[c.Seq], "change %d twice", c.Seq)
		seqs[c.Seq] = true
	}
	for _, n := range w.notes {
		require.False(w.t, seqs[n.Seq], "event %d twice", n.Seq)
		seqs[n.Seq] = true
	}
	final := w.changes[len(w.changes)-1]
	require.True(w.t, final.State.Final(), "the scooter is never free again")
	for _, p := range w.payments {
		price := money.Of(p.Price.Minor, "EUR")
		want := activities.ChargeInput{RentalID: rentalID, RiderID: riderID, Price: price, Pauses: w.paused()}
		require.Equal(w.t, activities.SettleInput{ChargeInput: want, Plate: plate}, p)
		require.Equal(w.t, rental.Ended, final.State, "a void rental is charged")
	}
	require.LessOrEqual(w.t, len(w.payments), 1, "charged twice")
}

func decode(payload []byte) (code int, kmh int) {
	var frame struct {
		A int `json:"a"`
		K int `json:"k"`
	}
	if json.Unmarshal(payload, &frame) != nil {
		return 0, 0
	}
	return frame.A, frame.K - 2000
}

// paused is what the stored bill says of pauses.
func (w *world) paused() int64 {
	for _, c := range w.changes {
		if c.Bill != nil {
			return c.Bill.Pauses()
		}
	}
	return 0
}
