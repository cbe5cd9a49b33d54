package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"rodada/domain/credential"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/protocol"
	"rodada/workflows"
)

// onItsOwn checks that the box ended with a credential of its own, and nothing else lets it in.
func (d *depot) onItsOwn() {
	d.t.Helper()
	require.Len(d.t, d.accounts, 1)
	a, is := d.accounts[d.username]
	require.True(d.t, is)
	require.NotEqual(d.t, plate, d.username)
	require.Equal(d.t, account{password: d.password, plates: []string{plate}}, a)
	require.True(d.t, d.admitted(plate))
	require.Equal(d.t, credential.Revoked, d.books[0].State)
	require.Equal(d.t, credential.Active, d.books[1].State)
	require.False(d.t, d.fleetAt.IsZero())
}

// asBefore checks that the box is reachable with what it came with.
func (d *depot) asBefore() {
	d.t.Helper()
	require.Equal(d.t, account{password: bootPassword, plates: []string{plate}}, d.accounts[plate])
}

var smoothly = []onboarding.State{onboarding.Waiting, onboarding.Asking, onboarding.Switching, onboarding.Confirming, onboarding.Done}

func TestABoxIsTakenIn(t *testing.T) {
	d := newDepot(t)
	d.run(d.input())
	require.Equal(t, smoothly, d.states())
	signal := 22
	require.Equal(t, onboarding.Box{
		Hardware: "H1", Firmware: "1.2", SIM: "8958021", IMEI: imei, Signal: &signal, Plate: plate, Port: 1883, GPSSeconds: 30,
		AskedAt: d.asked.AskedAt,
	}, d.asked)
	require.False(t, d.asked.AskedAt.IsZero())
	d.onItsOwn()
	require.Equal(t, 1, d.count(protocol.SetServer))
	for _, c := range d.told {
		if c.Code == protocol.SetServer {
			require.Equal(t, "mqtt.example", c.Args["host"])
			require.EqualValues(t, 8883, c.Args["port"])
		}
	}
	require.Empty(t, d.alerts)
	require.Len(t, d.sends, len(d.told), "every send is in the scooter's history")
	require.Empty(t, d.box.leases)
}

// What goes through Temporal never has a password in it, nor what is stored of the sends.
func TestNoSecretIsInTheHistory(t *testing.T) {
	d := newDepot(t)
	var seen []byte
	keep := func(v converter.EncodedValue) {
		var raw json.RawMessage
		if v.HasValue() && v.Get(&raw) == nil {
			seen = append(seen, raw...)
		}
	}
	d.env.SetOnActivityStartedListener(func(_ *activity.Info, _ context.Context, args converter.EncodedValues) {
		var raw json.RawMessage
		if args.HasValues() && args.Get(&raw) == nil {
			seen = append(seen, raw...)
		}
	})
	d.env.SetOnLocalActivityStartedListener(func(_ *activity.Info, _ context.Context, args []any) {
		text, err := json.Marshal(args)
		require.NoError(t, err)
		seen = append(seen, text...)
	})
	d.env.SetOnActivityCompletedListener(func(_ *activity.Info, got converter.EncodedValue, _ error) { keep(got) })
	d.env.SetOnLocalActivityCompletedListener(func(_ *activity.Info, got converter.EncodedValue, _ error) { keep(got) })
	d.run(d.input())
	require.NotEmpty(t, seen)
	sends, err := json.Marshal(d.sends)
	require.NoError(t, err)
	for _, secret := range []string{d.password, d.username, bootPassword, "mqtt.example"} {
		require.NotContains(t, string(seen), secret)
		require.NotContains(t, string(sends), secret)
	}
}

func TestWithoutSwitching(t *testing.T) {
	d := newDepot(t)
	in := d.input()
	in.Switch = false
	d.run(in)
	require.Equal(t, []onboarding.State{onboarding.Waiting, onboarding.Asking, onboarding.Done}, d.states())
	require.Zero(t, d.count(protocol.SetServer))
	d.asBefore()
}

func TestABoxThatIsHeardLate(t *testing.T) {
	d := newDepot(t)
	d.deaf = true
	d.after(3*time.Hour, func() { d.deaf = false })
	d.run(d.input())
	require.Equal(t, smoothly, d.states())
	require.Empty(t, d.alerts)
	d.onItsOwn()
}

func TestABoxThatIsHeardNeverIsAnAlert(t *testing.T) {
	d := newDepot(t)
	d.deaf = true
	d.parked(func() {
		d.after(time.Hour, func() {
			d.deaf = false
			d.speak()
		})
	})
	d.run(d.input())
	require.Equal(t, []onboarding.Trouble{onboarding.Silent}, d.troubles())
	require.Len(t, d.alerts, 1)
	require.Equal(t, 1, d.cleared)
	d.onItsOwn()
}

func TestAnotherBoxThanRegistered(t *testing.T) {
	d := newDepot(t)
	d.imei = "860000000000002"
	d.parked(
		func() { d.want(workflows.OnboardRetry) }, // nothing has changed
		func() {
			d.known.IMEI = "860000000000002"
			d.want(workflows.OnboardRetry)
		})
	d.run(d.input())
	require.Equal(t, []onboarding.Trouble{onboarding.IMEIMismatch, onboarding.IMEIMismatch}, d.troubles())
	require.Contains(t, d.alerts[0].Text, "860000000000002")
	d.onItsOwn()
}

func TestABoxThatWillNotSay(t *testing.T) {
	d := newDepot(t)
	d.deafTo[protocol.QueryServer], d.deafTo[protocol.QuerySignal] = 9, 9
	d.run(d.input())
	require.Nil(t, d.asked.Signal)
	require.Zero(t, d.asked.Port)
	d.onItsOwn()
}

func TestALostAnswerTo101(t *testing.T) {
	for name, lost := range map[string]int{"once": 1, "always": 9} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t)
			d.lost[protocol.SetServer] = lost
			d.run(d.input())
			require.Equal(t, smoothly, d.states())
			first := ""
			for _, c := range d.told {
				if c.Code == protocol.SetServer {
					user, _ := c.Args["username"].(string)
					require.True(t, first == "" || first == user, "another credential than the one that the box may have")
					first = user
				}
			}
			d.onItsOwn()
		})
	}
}

func TestALost101(t *testing.T) {
	d := newDepot(t)
	d.deafTo[protocol.SetServer] = 2
	d.run(d.input())
	d.onItsOwn()
}

func TestABoxThatRefuses(t *testing.T) {
	d := newDepot(t)
	d.refuse[protocol.SetServer] = 1
	d.parked(func() {
		d.asBefore()
		d.refuse[protocol.SetServer] = 0
		d.want(workflows.OnboardRetry)
	})
	d.run(d.input())
	require.Equal(t, []onboarding.Trouble{onboarding.Refused}, d.troubles())
	d.onItsOwn()
}

// It says yes and stays what it was: it gets its old credential back.
func TestABoxThatDoesNotSwitch(t *testing.T) {
	d := newDepot(t)
	d.onSwitch = func() {}
	d.parked(func() {
		d.asBefore()
		require.True(t, d.admitted(plate), "not reachable")
		d.onSwitch = nil
		d.want(workflows.OnboardRetry)
	})
	d.run(d.input())
	require.Equal(t, []onboarding.Trouble{onboarding.NotSwitched}, d.troubles())
	d.onItsOwn()
}

func TestABoxThatDoesNotComeBack(t *testing.T) {
	d := newDepot(t)
	d.onSwitch = func() { d.deaf = true }
	d.parked(func() {
		d.asBefore()
		require.Len(t, d.accounts, 2, "nobody knows which one it has")
		d.want(workflows.OnboardAbort)
	})
	d.run(d.input())
	require.Equal(t, []onboarding.Trouble{onboarding.NotBack}, d.troubles())
	require.Equal(t, onboarding.Aborted, d.changes[len(d.changes)-1].State)
	d.asBefore()
	require.Len(t, d.accounts, 2)
	require.Equal(t, 1, d.cleared)
}

func TestABoxThatComesBackTheNextDay(t *testing.T) {
	d := newDepot(t)
	d.onSwitch = func() {
		d.deaf = true
		d.after(26*time.Hour, func() {
			d.deaf, d.onSwitch = false, nil
			d.speak()
		})
	}
	d.run(d.input())
	require.Equal(t, []onboarding.Trouble{onboarding.NotBack}, d.troubles())
	require.Equal(t, 2, d.count(protocol.SetServer))
	d.onItsOwn()
}

func TestNobodyIsSwitchedWhileSomebodyHasTheScooter(t *testing.T) {
	for name, hold := range map[string]fleet.Hold{"a ride": fleet.InUse, "an upgrade": fleet.Upgrading} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t)
			d.known.Hold = hold
			d.after(time.Hour, func() {
				require.Zero(t, d.count(protocol.SetServer))
				d.known.Hold = fleet.Free
			})
			d.run(d.input())
			require.Equal(t, smoothly, d.states())
			d.onItsOwn()
		})
	}
}

func TestABrokerThatIsAway(t *testing.T) {
	d := newDepot(t)
	d.brokerErr = errors.New("not connected")
	d.parked(func() {
		d.brokerErr = nil
		d.want(workflows.OnboardRetry)
	})
	d.run(d.input())
	require.Equal(t, []onboarding.Trouble{onboarding.BrokerAway}, d.troubles())
	d.onItsOwn()
}

func TestStaffAbortWhileTheOldCredentialIsSuspended(t *testing.T) {
	d := newDepot(t)
	d.onSwitch = func() {}
	var watch func()
	watch = func() {
		if d.accounts[plate].suspended {
			d.want(workflows.OnboardAbort)
			return
		}
		d.after(time.Second, watch)
	}
	d.after(time.Second, watch)
	d.run(d.input())
	require.Equal(t, onboarding.Aborted, d.changes[len(d.changes)-1].State)
	d.asBefore()
}

func TestABootstrapCredentialThatChanges(t *testing.T) {
	d := newDepot(t)
	d.password = "what-it-really-came-with"
	d.after(time.Hour, func() {
		require.Empty(t, d.told)
		var err error
		d.books[0].Sealed, err = d.keys.Seal(d.password, credential.Purpose("boot"))
		require.NoError(t, err)
		d.want(workflows.OnboardProvide)
	})
	d.run(d.input())
	require.Equal(t, smoothly, d.states())
	d.onItsOwn()
}

func TestWishesForAnotherOnboardingAreIgnored(t *testing.T) {
	d := newDepot(t)
	d.deaf = true
	d.after(time.Hour, func() {
		d.env.SignalWorkflow(workflows.SignalOnboard, workflows.OnboardRequest{OnboardingID: "another", Do: workflows.OnboardAbort})
	})
	d.after(2*time.Hour, func() { d.deaf = false })
	d.run(d.input())
	require.Equal(t, smoothly, d.states())
}

// The box is logged in with an account that the books have another password for. It stays what it is until the box has one of
// its own, whatever staff tell, and when they abort.
func TestAnAccountThatWorksIsLeftAlone(t *testing.T) {
	for name, end := range map[string]func(d *depot){
		"to its own": func(d *depot) { d.onItsOwn() },
		"aborted": func(d *depot) {
			require.Equal(t, onboarding.Aborted, d.changes[len(d.changes)-1].State)
			require.Equal(t, account{password: "what-the-box-has", plates: []string{plate}}, d.accounts[plate])
			require.True(t, d.admitted(plate))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t)
			d.password = "what-the-box-has"
			d.accounts[plate] = account{password: d.password, plates: []string{plate}}
			d.refuse[protocol.SetServer] = 1
			d.after(0, func() { d.want(workflows.OnboardProvide) })
			d.parked(func() {
				require.True(t, d.admitted(plate))
				d.refuse[protocol.SetServer] = 0
				if name == "aborted" {
					d.want(workflows.OnboardAbort)
				} else {
					d.want(workflows.OnboardRetry)
				}
			})
			d.run(d.input())
			end(d)
		})
	}
}

// An account that nobody told the books of: it is what must not work when the new one is proven.
func TestAnAccountThatNobodyTold(t *testing.T) {
	d := newDepot(t)
	d.username, d.password = "factory", "what-the-box-has"
	d.accounts["factory"] = account{password: d.password, plates: []string{plate}}
	stays := true
	d.onSwitch = func() {} // it says yes and stays
	d.parked(func() {
		require.True(t, d.admitted(plate), "not reachable")
		d.onSwitch, stays = nil, false
		d.want(workflows.OnboardRetry)
	})
	d.run(d.input())
	require.False(t, stays)
	require.Equal(t, []onboarding.Trouble{onboarding.NotSwitched}, d.troubles())
	d.onItsOwn()
}

// Somebody who has the scooter meanwhile keeps it: neither is the box told again, nor is what it has suspended.
func TestNobodyIsThrownOffWhileRiding(t *testing.T) {
	d := newDepot(t)
	d.onSwitch = func() {
		d.onSwitch = nil
		d.known.Hold = fleet.InUse
		d.after(time.Hour, func() {
			require.False(t, d.accounts[plate].suspended)
			require.Equal(t, 1, d.count(protocol.SetServer))
			d.known.Hold = fleet.Free
		})
	}
	d.lost[protocol.SetServer] = 1
	d.run(d.input())
	d.onItsOwn()
}

// A box that comes after a long silence is asked when it says its first word, not when the backoff is over.
func TestABoxIsAskedWhenItIsHeard(t *testing.T) {
	for minute := 60; minute < 70; minute++ { // some of them soon after it was asked in vain
		d := newDepot(t)
		d.deaf = true
		var spoke time.Time
		d.after(time.Duration(minute)*time.Minute, func() {
			d.deaf, spoke = false, d.env.Now()
			d.speak()
		})
		d.run(d.input())
		require.WithinDuration(t, spoke, d.asked.AskedAt, 10*time.Second, minute)
		d.onItsOwn()
	}
}
