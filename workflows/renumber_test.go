package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"rodada/domain/onboarding"
	"rodada/domain/rental"
	"rodada/protocol"
	"rodada/workflows"
)

const newPlate = "7002"

// renumbering is a depot whose scooter is known at the broker, and gets another plate.
func renumbering(t *testing.T) *depot {
	d := newDepot(t)
	d.accounts[plate] = account{password: bootPassword, plates: []string{plate}}
	d.open(workflows.ScooterID(plate))
	return d
}

func (d *depot) renumberIt() {
	d.t.Helper()
	d.env.ExecuteWorkflow(workflows.RenumberName, workflows.RenumberInput{
		RenumberingID: onboardingID, From: plate, To: newPlate, Limits: d.limits(),
	})
	require.True(d.t, d.env.IsWorkflowCompleted())
	require.NoError(d.t, d.env.GetWorkflowError())
}

// became checks how it ended, and that the box is reachable under that plate and may use no other.
func (d *depot) became(state onboarding.RenumberState, number string) {
	d.t.Helper()
	last := d.renumber[len(d.renumber)-1]
	require.Equal(d.t, state, last.State, last.Trouble)
	require.Equal(d.t, number, d.plate, "the box and the books differ")
	require.Equal(d.t, account{password: bootPassword, plates: []string{number}}, d.accounts[plate])
	require.True(d.t, d.admitted(number))
	require.Empty(d.t, d.box.leases, "a lease is left behind")
	require.Len(d.t, d.alerts, d.cleared)
	for _, s := range d.sends {
		require.NotEmpty(d.t, s.Outcome)
	}
}

func TestABoxGetsAnotherPlate(t *testing.T) {
	d := renumbering(t)
	d.renumberIt()
	d.became(onboarding.Renumbered, newPlate)
	require.Equal(t, 1, d.count(protocol.SetPlate))
	require.Empty(t, d.alerts)
}

func TestALostAnswerTo103(t *testing.T) {
	d := renumbering(t)
	d.lost[protocol.SetPlate] = 1
	d.renumberIt()
	d.became(onboarding.Renumbered, newPlate)
	require.Equal(t, 1, d.count(protocol.SetPlate))
}

func TestALost103(t *testing.T) {
	d := renumbering(t)
	d.deafTo[protocol.SetPlate] = 2
	d.renumberIt()
	d.became(onboarding.Renumbered, newPlate)
}

func TestABoxThatKeepsItsPlate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(d *depot)
		told   int
	}{
		"it refuses":           {func(d *depot) { d.refuse[protocol.SetPlate] = 1 }, 1},
		"it says yes":          {func(d *depot) { d.onSwitch = func() {} }, 3},
		"it never hears of it": {func(d *depot) { d.deafTo[protocol.SetPlate] = 9 }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := renumbering(t)
			c.change(d)
			d.renumberIt()
			d.became(onboarding.Undone, plate)
			require.NotEmpty(t, d.renumber[len(d.renumber)-1].Trouble)
			require.Equal(t, c.told, d.count(protocol.SetPlate))
			require.Empty(t, d.alerts)
		})
	}
}

func TestABoxThatIsAwayIsNotRenumbered(t *testing.T) {
	d := renumbering(t)
	d.deaf = true
	d.after(time.Hour, func() { d.deaf = false })
	d.renumberIt()
	d.deaf = false
	d.became(onboarding.Undone, plate)
	require.Zero(t, d.count(protocol.SetPlate))
}

func TestAScooterWithoutACredentialIsNotRenumbered(t *testing.T) {
	d := renumbering(t)
	d.books = nil
	d.renumberIt()
	d.became(onboarding.Undone, plate)
	require.Empty(t, d.told)
}

// The box is away after it was told: under which plate it comes back decides.
func TestABoxThatComesBackLater(t *testing.T) {
	for name, c := range map[string]struct {
		as   string
		want onboarding.RenumberState
	}{
		"with its new plate": {newPlate, onboarding.Renumbered},
		"as it was":          {plate, onboarding.Renumbered}, // and is told again
	} {
		t.Run(name, func(t *testing.T) {
			d := renumbering(t)
			d.onSwitch = func() {
				d.deaf = true
				d.after(5*time.Hour, func() {
					d.deaf, d.plate, d.onSwitch = false, c.as, nil
					d.speak()
				})
			}
			d.renumberIt()
			d.became(c.want, newPlate)
			require.Equal(t, onboarding.Stuck, d.renumber[0].State)
			require.Len(t, d.alerts, 1)
		})
	}
}

func TestStaffGiveUpOnABoxThatIsAway(t *testing.T) {
	d := renumbering(t)
	d.onSwitch = func() { d.deaf = true }
	d.parked(func() {
		d.env.SignalWorkflow(workflows.SignalRenumber, workflows.RenumberRequest{RenumberingID: "another"})
		d.after(time.Hour, func() {
			require.Equal(t, onboarding.Stuck, d.renumber[len(d.renumber)-1].State)
			d.env.SignalWorkflow(workflows.SignalRenumber, workflows.RenumberRequest{RenumberingID: onboardingID, By: "eva"})
		})
	})
	d.renumberIt()
	d.deaf = false
	d.became(onboarding.Undone, plate)
}

func TestABrokerThatIsAwayUndoesNothing(t *testing.T) {
	d := renumbering(t)
	d.brokerErr = errors.New("not connected")
	d.after(time.Hour, func() { d.brokerErr = nil })
	d.renumberIt()
	d.became(onboarding.Undone, plate)
	require.Empty(t, d.told)
}

// What is meant for a rental of the scooter finds none.
func TestARenumberingIsNoRental(t *testing.T) {
	d := renumbering(t)
	d.deafTo[protocol.QueryVersion] = 1 // so that it takes a while
	var rejected error
	d.after(time.Second, func() {
		d.env.UpdateWorkflow(workflows.UpdateBegin, "", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { rejected = err }, OnComplete: func(any, error) {},
		}, ref())
	})
	d.renumberIt()
	requireFault(t, rental.ErrOver, rejected)
}
