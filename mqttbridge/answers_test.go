package mqttbridge_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"rodada/domain/command"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/lease"
	"rodada/mqttbridge"
	"rodada/protocol"
)

func TestAnswerIsSignalledToItsWaiter(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		for topic, plate := range map[string]string{"bike": "A1", "o": "A2"} {
			r.wait(t, plate, protocol.PowerOnAck, "s1")
			before := time.Now()
			r.sayOn(t, topic, 0, `{"a":2,"i":"`+plate+`","s":1,"t":7}`)
			got := r.temporal.nextAck(t, plate)
			require.WithinRange(t, got.ReceivedAt, before, time.Now())
			status := 1
			require.Equal(t, command.Ack{
				SendID: "s1", Code: 2, Status: &status, Values: map[string]any{"status": int64(1), "time": int64(7)},
				ReceivedAt: got.ReceivedAt, Frame: []byte(`{"a":2,"i":"` + plate + `","s":1,"t":7}`),
			}, got)
		}
		r.awaitCount(t, "answers_total", "outcome", "signalled", 2)
	})
}

func TestOnlyTheAnswerThatIsAwaitedCounts(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		r.say(t, `{"a":2,"i":"A1","s":0}`) // nobody asked
		r.awaitCount(t, "answers_total", "outcome", "unasked", 1)
		r.wait(t, "A1", protocol.PowerOnAck, "s1")
		r.say(t, `{"a":2,"i":"A2","s":0}`) // another scooter
		r.say(t, `{"a":4,"i":"A1","s":0}`) // another answer
		r.awaitCount(t, "answers_total", "outcome", "unasked", 3)
		r.say(t, `{"a":2,"i":"A1","s":0}`)
		require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
		r.say(t, `{"a":2,"i":"A1","s":0}`) // a duplicate
		r.awaitCount(t, "answers_total", "outcome", "unasked", 4)

		r.wait(t, "A1", protocol.PowerOnAck, "s2")
		ack, err := r.leases.Withdraw(t.Context(), "A1", protocol.PowerOnAck, "s2")
		require.NoError(t, err)
		require.Nil(t, ack)
		r.say(t, `{"a":2,"i":"A1","s":0}`) // too late
		r.awaitCount(t, "answers_total", "outcome", "unasked", 5)
		require.Equal(t, 1, r.temporal.total())
	})
}

// An answer without a result, in the scooter's name, does not take the place of the one that has it.
func TestAnswerThatSaysNothingIsNone(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.wait(t, "A1", protocol.PauseAck, "s1")
	r.say(t, `{"a":74,"i":"A1"}`)
	r.say(t, `{"a":74,"i":"A1","s":0}`)
	got := r.temporal.nextAck(t, "A1")
	require.NotNil(t, got.Status)
	r.wait(t, "A1", protocol.ChainLockReport, "s2") // whose s is no result
	r.say(t, `{"a":84,"i":"A1"}`)
	require.Equal(t, "s2", r.temporal.nextAck(t, "A1").SendID)
	require.Equal(t, 2, r.temporal.total())
}

func TestPositionAnswersToo(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		r.say(t, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,0"}`)
		r.wait(t, "A2", protocol.PositionReport, "s1")
		r.say(t, `{"a":19,"i":"A2","g":"3020.5887,12006.4229,0"}`)
		got := r.temporal.nextAck(t, "A2")
		require.Equal(t, "s1", got.SendID)
		require.Nil(t, got.Status)
		require.Equal(t, "3020.5887,12006.4229,0", got.Values["position"])
		require.Equal(t, []any{30.343145, 120.107048}, []any{got.Values["lat"], got.Values["lng"]})
	})
}

// The answer to a poll tells of the scooter like any other report, and nobody is signalled.
func TestAnswerToAPollIsTelemetry(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		ask := func() lease.Turn {
			turn, err := r.leases.Ask(t.Context(), "A1", protocol.VehicleReport, window, time.Millisecond)
			require.NoError(t, err)
			return turn
		}
		require.Equal(t, lease.TurnNow, ask())
		r.say(t, `{"a":16,"i":"A1","k":25,"p":7,"e":0,"b":61,"y":9,"q":99,"w":7,"z":3,"c":0}`)
		r.awaitCount(t, "answers_total", "outcome", "polled", 1)
		require.Eventually(t, func() bool {
			state, known, err := r.live.Get(t.Context(), "A1")
			return err == nil && known && state.Battery.Is == 61
		}, patience, time.Millisecond)

		// The next answer is a workflow's, and the one after that nobody's.
		r.wait(t, "A1", protocol.VehicleReport, "s1")
		require.Equal(t, lease.TurnBusy, ask())
		r.say(t, `{"a":16,"i":"A1","k":25,"p":7,"e":0,"b":60,"y":9,"q":99,"w":7,"z":3,"c":0}`)
		require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
		r.say(t, `{"a":16,"i":"A1","k":25,"p":7,"e":0,"b":60,"y":9,"q":99,"w":7,"z":3,"c":0}`)
		r.awaitCount(t, "answers_total", "outcome", "unasked", 1)
		require.Equal(t, 1, r.temporal.total())
	})
}

func TestSecretsStayOutOfHistories(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.wait(t, "A1", protocol.ServerReport, "s1")
	r.say(t, `{"a":36,"i":"A1","u":"10.0.0.1:1883:user:hunter2:"}`)
	got := r.temporal.nextAck(t, "A1")
	for _, v := range got.Values {
		require.NotContains(t, v, "hunter2")
	}
}

func TestAnswerSurvivesTemporalsAbsence(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.temporal.fail(serviceerror.NewUnavailable("restarting"))
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	require.Eventually(t, func() bool { return r.temporal.attempts() > 3 }, patience, time.Millisecond)
	r.temporal.fail(nil)
	require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
}

// Whoever floods the bridge in a scooter's name can take an answer's place, as any box on a plain broker can, but not delay or
// drown the next one.
func TestFloodOfAnswersDoesNotDelayTheNext(t *testing.T) {
	slow := &slowLeases{pause: time.Millisecond}
	r := started(t, func(o *mqttbridge.Options) {
		slow.Leases = o.Leases
		o.Shards, o.Leases = 1, slow
	})
	const flood = 5000
	r.wait(t, "A1", protocol.VehicleReport, "s1")
	for range flood {
		r.sayOn(t, "bike", 0, `{"a":16,"i":"A1","s":0}`)
	}
	r.wait(t, "A1", protocol.PauseAck, "s2")
	r.say(t, `{"a":74,"i":"A1","s":0}`)
	require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
	require.Equal(t, "s2", r.temporal.nextAck(t, "A1").SendID)
	r.awaitCount(t, "answers_total", "outcome", "unasked", flood-1)
	require.Less(t, slow.claims.Load(), int64(flood/10), "each of the flood was asked for by itself")
}

type slowLeases struct {
	mqttbridge.Leases
	pause  time.Duration
	claims atomic.Int64
}

func (s *slowLeases) Claim(ctx context.Context, plate string, ack command.Ack) (lease.Claim, bool, error) {
	s.claims.Add(1)
	<-time.After(s.pause) // Redis is some way off
	return s.Leases.Claim(ctx, plate, ack)
}

// While one waits for Temporal the others do not wait for it.
func TestAnswersDoNotWaitForEachOther(t *testing.T) {
	r := started(t, func(o *mqttbridge.Options) {
		o.Shards = 1
		o.Signals = pickySignaler{o.Signals, "scooter/A1"}
	})
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	r.wait(t, "A2", protocol.PowerOnAck, "s2")
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	r.say(t, `{"a":2,"i":"A2","s":0}`)
	require.Equal(t, "s2", r.temporal.nextAck(t, "A2").SendID)
}

type pickySignaler struct {
	mqttbridge.Signaler
	refuses string
}

func (p pickySignaler) SignalWorkflow(ctx context.Context, workflowID, runID, name string, arg any) error {
	if workflowID == p.refuses {
		return errors.New("resource exhausted")
	}
	return p.Signaler.SignalWorkflow(ctx, workflowID, runID, name, arg)
}

func TestWaiterThatCannotBeSignalledFindsItsAnswer(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.temporal.fail(serviceerror.NewUnavailable("down for good"))
	r.waitFor(t, "A1", protocol.PowerOnAck, "s1", 200*time.Millisecond)
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	r.awaitCount(t, "answers_total", "outcome", "late", 1)
	ack, err := r.leases.Withdraw(t.Context(), "A1", protocol.PowerOnAck, "s1")
	require.NoError(t, err)
	require.NotNil(t, ack)
	require.Equal(t, "s1", ack.SendID)
}

func TestAnswerForAWorkflowThatEnded(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.temporal.fail(serviceerror.NewNotFound("workflow execution already completed"))
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	r.awaitCount(t, "answers_total", "outcome", "gone", 1)
	require.Equal(t, 1, r.temporal.attempts())
}

func TestAnswerSurvivesRedissRestart(t *testing.T) {
	testkit.RequireProgram(t, "redis-server")
	s := testkit.PrivateStack(t, devstack.Options{Only: []devstack.Service{devstack.Redis, devstack.MQTT}})
	r := newRigOn(t, s, s.Addresses().Redis, "p:")
	r.start(t)
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	require.NoError(t, s.StopService(t.Context(), devstack.Redis))
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	require.Eventually(t, func() bool { return r.count(t, "messages_total", "code", "2") == 1 }, patience, time.Millisecond)
	require.NoError(t, s.StartService(t.Context(), devstack.Redis))
	require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
}

func TestAnswerIsLostWhenRedisStaysAway(t *testing.T) {
	r := started(t, func(o *mqttbridge.Options) {
		o.Leases = brokenLeases{o.Leases}
		o.Patience = 50 * time.Millisecond
	})
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	r.awaitCount(t, "answers_total", "outcome", "lost", 1)
}

type brokenLeases struct{ mqttbridge.Leases }

func (brokenLeases) Claim(context.Context, string, command.Ack) (lease.Claim, bool, error) {
	return lease.Claim{}, false, errors.New("connection refused")
}

// Two bridges hear every message; the answer is signalled once.
func TestTwoBridgesSignalOnce(t *testing.T) {
	first := started(t, func(*mqttbridge.Options) {})
	second := *first
	second.options.Broker.ClientID = "bridge-2"
	second.start(t)
	for round := range 20 {
		first.wait(t, "A1", protocol.PowerOnAck, "s1")
		first.say(t, `{"a":2,"i":"A1","s":0}`)
		first.temporal.nextAck(t, "A1")
		for _, r := range []*rig{first, &second} { // or the slower one's copy is taken for the next answer
			require.Eventually(t, func() bool {
				return r.count(t, "answers_total", "outcome", "signalled")+r.count(t, "answers_total", "outcome", "unasked") == float64(round+1)
			}, patience, time.Millisecond)
		}
		_, err := first.leases.Withdraw(t.Context(), "A1", protocol.PowerOnAck, "s1")
		require.NoError(t, err)
		first.wait(t, "A1", protocol.PowerOnAck, "s0") // clears the answer of s1
		_, err = first.leases.Withdraw(t.Context(), "A1", protocol.PowerOnAck, "s0")
		require.NoError(t, err)
	}
	for _, r := range []*rig{first, &second} {
		require.Eventually(t, func() bool { return r.count(t, "messages_total", "code", "2") == 20 }, patience, time.Millisecond)
	}
	require.Equal(t, 20, first.temporal.total())
}

// What a scooter says of its server is full of secrets; neither its values nor its frame may carry them further.
func TestAnswersCarryNoSecrets(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		r.wait(t, "A1", protocol.ServerReport, "s1")
		r.say(t, `{"a":36,"i":"A1","u":"mqtt.example.org,1883,box,hunter2,A1,30"}`)
		got := r.temporal.nextAck(t, "A1")
		require.Equal(t, protocol.Hidden, got.Values["password"])
		require.JSONEq(t, `{"a":36,"i":"A1","u":"***"}`, string(got.Frame))
	})
}
