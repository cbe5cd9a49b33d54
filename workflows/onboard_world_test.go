package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/credential"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
	"rodada/protocol"
	"rodada/seal"
	"rodada/workflows"
)

const (
	onboardingID = "6b1f6d6e-0000-4000-8000-0000000000aa"
	imei         = "860000000000001"
	bootPassword = "what-the-box-came-with"
)

// account is one at the broker.
type account struct {
	password  string
	plates    []string
	suspended bool
}

// depot is where a scooter is taken in: its box, the broker that knows accounts, and the books. The box speaks only with an
// account that lets it in, for a plate that is its own.
type depot struct {
	t    *testing.T
	env  *testsuite.TestWorkflowEnvironment
	box  *box // its leases and its way to the workflow
	keys seal.Keys
	runs int

	mu        sync.Mutex
	username  string // what the box logs in with
	password  string
	plate     string // what the box calls itself
	imei      string
	deaf      bool
	lost      map[protocol.Code]int // answers that get lost
	refuse    map[protocol.Code]int // statuses
	deafTo    map[protocol.Code]int // commands that get lost
	onSwitch  func()                // when it is told another credential, or plate; nil: it obeys
	told      []protocol.Command
	accounts  map[string]account
	brokerErr error
	books     []credential.Credential
	known     fleet.Scooter
	asked     onboarding.Box
	changes   []onboarding.Change
	renumber  []onboarding.RenumberChange
	alerts    []staff.Alert
	cleared   int
	sends     []command.Send
	fleetAt   time.Time
	onPark    []func()
}

func newDepot(t *testing.T) *depot {
	d := &depot{
		t: t, box: newBox(), username: plate, password: bootPassword, plate: plate, imei: imei,
		lost: map[protocol.Code]int{}, refuse: map[protocol.Code]int{}, deafTo: map[protocol.Code]int{}, accounts: map[string]account{},
		known: fleet.Scooter{Plate: plate, IMEI: imei, Hold: fleet.Free},
	}
	var err error
	d.keys, err = seal.Parse(seal.NewKey("k"))
	require.NoError(t, err)
	sealed, err := d.keys.Seal(bootPassword, credential.Purpose("boot"))
	require.NoError(t, err)
	d.books = []credential.Credential{{ID: "boot", Username: plate, Sealed: sealed, State: credential.Bootstrap}}
	d.open(workflows.OnboardID(plate))
	return d
}

func (d *depot) open(id string) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	from := time.Date(2040, 11, 23, 8, 0, 0, 0, time.UTC) // the deadlines of local activities are real: not before them
	if d.env != nil {
		from = d.env.Now()
	}
	d.env = suite.NewTestWorkflowEnvironment()
	d.env.SetStartTime(from)
	d.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id})
	d.env.SetTestTimeout(20 * time.Second)
	d.env.SetWorkflowRunTimeout(30 * 24 * time.Hour)
	d.env.RegisterWorkflowWithOptions(workflows.Onboard, workflow.RegisterOptions{Name: workflows.OnboardName})
	d.env.RegisterWorkflowWithOptions(workflows.Renumber, workflow.RegisterOptions{Name: workflows.RenumberName})
	d.env.RegisterActivity(&activities.Scooters{Publisher: d, Leases: d.box, Live: d.box, Secrets: d.keys, Now: d.env.Now})
	d.env.RegisterActivity(&activities.Commands{Store: d})
	d.env.RegisterActivity(&activities.People{Alerts: d})
	d.env.RegisterActivity(&activities.Onboardings{Store: d})
	d.env.RegisterActivity(&activities.Credentials{
		Store: d, Accounts: d, Safe: d.keys, Server: activities.Server{Host: "mqtt.example", Port: 8883},
	})
	d.box.env = d.env
}

func (d *depot) limits() workflows.OnboardLimits {
	return workflows.OnboardLimits{
		AckWindow: 5 * time.Second, Backoff: 10 * time.Second, BackoffMax: 10 * time.Minute, Patience: 24 * time.Hour,
		SwitchPatience: 5 * time.Minute,
	}
}

func (d *depot) input() workflows.OnboardInput {
	return workflows.OnboardInput{OnboardingID: onboardingID, Plate: plate, Switch: true, Limits: d.limits()}
}

// run plays an onboarding to its end, through as many runs as it takes.
func (d *depot) run(in workflows.OnboardInput) {
	d.t.Helper()
	for {
		d.runs++
		d.env.ExecuteWorkflow(workflows.OnboardName, in)
		require.True(d.t, d.env.IsWorkflowCompleted())
		err := d.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		if !errors.As(err, &again) {
			require.NoError(d.t, err)
			return
		}
		in = workflows.OnboardInput{}
		require.NoError(d.t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
		d.open(workflows.OnboardID(plate))
	}
}

func (d *depot) after(t time.Duration, do func()) { d.env.RegisterDelayedCallback(do, t) }

func (d *depot) want(do workflows.OnboardDo) {
	d.env.SignalWorkflow(workflows.SignalOnboard, workflows.OnboardRequest{
		OnboardingID: onboardingID, Do: do, By: "eva", Replace: do == workflows.OnboardProvide,
	})
}

// parked says what happens when the onboarding parks, the next time and the times after.
func (d *depot) parked(do ...func()) { d.onPark = append(d.onPark, do...) }

// speak makes the box say something that answers nothing.
func (d *depot) speak() {
	if d.admitted(d.plate) {
		d.box.say(protocol.HeartbeatReport, answer{})
	}
}

// admitted reports whether the broker lets the box use a plate's topic now.
func (d *depot) admitted(number string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, is := d.accounts[d.username]
	return !d.deaf && is && !a.suspended && a.password == d.password && number == d.plate && slices.Contains(a.plates, number)
}

func (d *depot) Publish(_ context.Context, to string, _ byte, payload []byte) error {
	c, err := protocol.DecodeCommand(payload, protocol.Dialect{})
	if err != nil {
		return err
	}
	if !d.admitted(to) {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.deafTo[c.Code] > 0 {
		d.deafTo[c.Code]--
		return nil
	}
	d.told = append(d.told, c)
	status := d.refuse[c.Code]
	lost := d.lost[c.Code] > 0
	if lost {
		d.lost[c.Code]--
	}
	d.env.RegisterDelayedCallback(func() { d.obey(c, status, lost) }, 100*time.Millisecond)
	return nil
}

func (d *depot) obey(c protocol.Command, status int, lost bool) {
	if !lost {
		d.answer(c, status)
	}
	if status != 0 || (c.Code != protocol.SetServer && c.Code != protocol.SetPlate) {
		return
	}
	if d.onSwitch != nil {
		d.onSwitch()
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.Code == protocol.SetPlate {
		d.plate, _ = c.Args["plate"].(string)
		return
	}
	d.username, _ = c.Args["username"].(string)
	d.password, _ = c.Args["password"].(string)
}

// answer is the box's answer on its way through the bridge.
func (d *depot) answer(c protocol.Command, status int) {
	spec, _ := protocol.Lookup(c.Code)
	values := map[protocol.Code]map[string]any{
		protocol.QueryVersion: {"hardware": "H1", "firmware": "1.2", "sim": "8958021", "imei": d.imei, "power": 0.0},
		protocol.QueryIMEI:    {"imei": d.imei},
		protocol.QueryServer:  {"plate": d.plate, "port": 1883.0, "gps_seconds": 30.0, "host": protocol.Hidden},
		protocol.QuerySignal:  {"signal": 22.0},
	}[c.Code]
	d.box.tellOf(spec.Ack, values, status)
}

func (d *depot) Put(_ context.Context, username, password string, plates []string) error {
	return d.broker(func() { d.accounts[username] = account{password: password, plates: plates} })
}

func (d *depot) Add(_ context.Context, username, password string, plates []string) error {
	return d.broker(func() {
		if _, is := d.accounts[username]; !is {
			d.accounts[username] = account{password: password, plates: plates}
		}
	})
}

func (d *depot) Allow(_ context.Context, username string, plates []string) error {
	return d.broker(func() {
		a := d.accounts[username]
		a.plates = plates
		d.accounts[username] = a
	})
}

func (d *depot) Users(context.Context) (users map[string][]string, err error) {
	users = map[string][]string{}
	return users, d.broker(func() {
		for name, a := range d.accounts {
			users[name] = a.plates
		}
	})
}

func (d *depot) Suspend(_ context.Context, username string, suspended bool) error {
	return d.broker(func() {
		a := d.accounts[username]
		a.suspended = suspended
		d.accounts[username] = a
	})
}

func (d *depot) Remove(_ context.Context, username string) error {
	return d.broker(func() { delete(d.accounts, username) })
}

func (d *depot) Release(_ context.Context, number string) error {
	return d.broker(func() {
		for name, a := range d.accounts {
			a.plates = slices.DeleteFunc(slices.Clone(a.plates), func(p string) bool { return p == number })
			d.accounts[name] = a
		}
	})
}

func (d *depot) broker(do func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.brokerErr != nil {
		return d.brokerErr
	}
	do()
	return nil
}

func (d *depot) CredentialHolders(context.Context, string) ([]credential.Holder, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var live []credential.Holder
	for _, c := range d.books {
		if c.State != credential.Revoked {
			live = append(live, credential.Holder{Credential: c, Plates: []string{d.known.Plate}})
		}
	}
	return live, nil
}

func (d *depot) Credentials(context.Context, string) ([]credential.Credential, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.books), nil
}

func (d *depot) IssueCredential(_ context.Context, _ string, c credential.Credential) (credential.Credential, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, known := range d.books {
		if known.State == credential.Issued {
			return known, nil
		}
	}
	c.State = credential.Issued
	d.books = append(d.books, c)
	return c, nil
}

func (d *depot) ActivateCredential(_ context.Context, _, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.books {
		d.books[i].State = credential.Revoked
		if d.books[i].ID == id {
			d.books[i].State = credential.Active
		}
	}
	return nil
}

func (d *depot) AdvanceOnboarding(_ context.Context, c onboarding.Change) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes = append(d.changes, c)
	if c.State == onboarding.Parked && len(d.onPark) > 0 {
		next := d.onPark[0]
		d.onPark = d.onPark[1:]
		d.env.RegisterDelayedCallback(next, time.Minute)
	}
	return nil
}

func (d *depot) StoreBox(_ context.Context, _ string, b onboarding.Box) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = b
	return onboarding.SameIMEI(d.known.IMEI, b.IMEI), nil
}

func (d *depot) Onboarded(_ context.Context, _ string, at time.Time) error {
	d.fleetAt = at
	return nil
}

func (d *depot) ScooterByPlate(context.Context, string) (fleet.Scooter, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known, nil
}

func (d *depot) BeginRenumbering(context.Context, string, string) (bool, error) { return true, nil }

func (d *depot) AdvanceRenumbering(_ context.Context, c onboarding.RenumberChange) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.renumber = append(d.renumber, c)
	if c.State == onboarding.Stuck && len(d.onPark) > 0 {
		next := d.onPark[0]
		d.onPark = d.onPark[1:]
		d.env.RegisterDelayedCallback(next, time.Minute)
	}
	return nil
}

func (d *depot) RaiseAlert(_ context.Context, a staff.Alert) error {
	d.alerts = append(d.alerts, a)
	return nil
}

func (d *depot) CloseAlert(context.Context, string, staff.AlertKind, string) error {
	d.cleared++
	return nil
}

func (d *depot) StoreSends(_ context.Context, b command.Batch) error {
	d.sends = append(d.sends, b.Sends...)
	return nil
}

func (d *depot) FinishOrder(context.Context, string, command.Ending, []command.Send) error {
	return nil
}

// states are the states that the onboarding went through, each once in a row.
func (d *depot) states() []onboarding.State {
	var states []onboarding.State
	for _, c := range d.changes {
		states = append(states, c.State)
	}
	return slices.Compact(states)
}

func (d *depot) troubles() []onboarding.Trouble {
	var troubles []onboarding.Trouble
	for _, c := range d.changes {
		if c.Trouble != "" {
			troubles = append(troubles, c.Trouble)
		}
	}
	return troubles
}

// count is how often a command reached the box.
func (d *depot) count(code protocol.Code) int {
	n := 0
	for _, c := range d.told {
		if c.Code == code {
			n++
		}
	}
	return n
}
