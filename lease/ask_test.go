package lease_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/internal/testkit"
	"rodada/lease"
	"rodada/protocol"
)

func polls(t *testing.T) *lease.Store {
	t.Helper()
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return lease.New(client, prefix)
}

func askFor(t *testing.T, s *lease.Store, code protocol.Code) lease.Turn {
	t.Helper()
	turn, err := s.Ask(t.Context(), "A1", code, time.Minute, time.Millisecond)
	require.NoError(t, err)
	return turn
}

func TestOneQuestionAtATime(t *testing.T) {
	s := polls(t)
	var won atomic.Int32
	var bridges sync.WaitGroup
	for i := range 20 {
		bridges.Go(func() {
			turn, err := s.Ask(t.Context(), "A1", lease.Polled[i%3], time.Minute, time.Hour)
			if err == nil && turn == lease.TurnNow {
				won.Add(1)
			}
		})
	}
	bridges.Wait()
	require.EqualValues(t, 1, won.Load())
}

func TestAPollIsOverWithItsAnswer(t *testing.T) {
	s := polls(t)
	require.Equal(t, lease.TurnNow, askFor(t, s, protocol.VehicleReport))
	require.Equal(t, lease.TurnBusy, askFor(t, s, protocol.PositionReport))
	claim, found, err := s.Claim(t.Context(), "A1", command.Ack{Code: int(protocol.VehicleReport)})
	require.NoError(t, err)
	require.True(t, found && claim.Polled())
	_, found, err = s.Claim(t.Context(), "A1", command.Ack{Code: int(protocol.VehicleReport)})
	require.NoError(t, err)
	require.False(t, found, "nobody wants it back")
	require.Equal(t, lease.TurnNow, askFor(t, s, protocol.PositionReport))
}

// While a workflow waits no poll asks; while a poll's answer is out no workflow takes it for its own.
func TestPollsAndWorkflowsKeepTheirAnswersApart(t *testing.T) {
	s := polls(t)
	ride := command.Waiter{WorkflowID: "scooter/A1", SendID: "r/1"}
	taken, err := s.Take(t.Context(), "A1", protocol.VehicleReport, ride, time.Minute)
	require.NoError(t, err)
	require.Equal(t, command.TakenNew, taken)
	for _, code := range lease.Polled {
		require.Equal(t, lease.TurnBusy, askFor(t, s, code))
	}
	_, err = s.Withdraw(t.Context(), "A1", protocol.VehicleReport, ride.SendID)
	require.NoError(t, err)
	require.Equal(t, lease.TurnNow, askFor(t, s, protocol.VehicleReport))
	taken, err = s.Take(t.Context(), "A1", protocol.VehicleReport, ride, time.Minute)
	require.NoError(t, err)
	require.Equal(t, command.TakenBusy, taken)
	claim, found, err := s.Claim(t.Context(), "A1", command.Ack{Code: int(protocol.VehicleReport)})
	require.NoError(t, err)
	require.True(t, found && claim.Polled())
	for _, code := range lease.Polled {
		require.Equal(t, lease.TurnBusy, askFor(t, s, code), "the next turn is the workflow's, which has yet to try again")
	}
	taken, err = s.Take(t.Context(), "A1", protocol.VehicleReport, ride, time.Minute)
	require.NoError(t, err)
	require.Equal(t, command.TakenNew, taken)
	claim, found, err = s.Claim(t.Context(), "A1", command.Ack{Code: int(protocol.VehicleReport)})
	require.NoError(t, err)
	require.True(t, found && !claim.Polled())
	require.Equal(t, ride, claim.Waiter)
}

func TestTheSameQuestionHasItsPace(t *testing.T) {
	s := polls(t)
	turn, err := s.Ask(t.Context(), "A1", protocol.SignalReport, time.Millisecond, time.Hour)
	require.NoError(t, err)
	require.Equal(t, lease.TurnNow, turn)
	require.Eventually(t, func() bool {
		turn, err := s.Ask(t.Context(), "A1", protocol.SignalReport, time.Millisecond, time.Hour)
		return err == nil && turn == lease.TurnEarly
	}, time.Second, time.Millisecond)
	_, err = s.Ask(t.Context(), "A1", protocol.SignalReport, 0, time.Hour)
	require.ErrorIs(t, err, lease.ErrLifetime)
}
