package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

const parts = 6

// yard is a box that takes every packet at once, and the books of who may send to it.
type yard struct {
	fence  firmware.Fence
	sent   int
	asked  int   // how often a sender asked whether it still may
	sends  []int // serials that went out
	acks   chan firmware.PacketAck
	onSend func(serial int) // before the answer
	began  time.Time
}

func (y *yard) Listen(context.Context, string) (<-chan firmware.PacketAck, func(), error) {
	return y.acks, func() {}, nil
}

func (y *yard) EnterSending(_ context.Context, _ string, f firmware.Fence, p firmware.Progress) (firmware.Progress, bool, error) {
	y.fence = f
	return p, true, nil
}

func (y *yard) MarkSending(_ context.Context, _ string, f firmware.Fence, p firmware.Progress) (bool, error) {
	y.asked++
	if y.fence > f {
		return false, nil
	}
	y.fence, y.sent = f, p.Sent
	return true, nil
}

func (y *yard) Publish(context.Context, string, byte, []byte) error {
	serial := len(y.sends)
	y.sends = append(y.sends, serial)
	y.onSend(serial)
	y.acks <- firmware.PacketAck{Serial: serial, Fence: y.fence}
	return nil
}

func (y *yard) Take(context.Context, string, protocol.Code, command.Waiter, time.Duration) (command.Taken, error) {
	return "", nil
}

func (y *yard) Watch(context.Context, string, protocol.Code, string, time.Duration) (*command.Ack, error) {
	return nil, nil //nolint:nilnil // as the port says
}

func (y *yard) Withdraw(context.Context, string, protocol.Code, string) (*command.Ack, error) {
	return nil, nil //nolint:nilnil // as the port says
}

func (y *yard) TakeHeard(context.Context, string, command.Waiter, time.Duration) error { return nil }

func (y *yard) BeginUpgrade(context.Context, string, string) (bool, error) { return true, nil }

func (y *yard) TakeOverUpgrade(context.Context, string, string, string) (firmware.Takeover, error) {
	return firmware.Takeover{}, nil
}

func (y *yard) AdvanceUpgrade(context.Context, firmware.Change) error { return nil }

func (y *yard) ImageBytes(context.Context, string) ([]byte, error) {
	return make([]byte, parts*firmware.PacketSize), nil
}

// send sends a chunk to a box, which first does onSend.
func send(t *testing.T, onSend func(y *yard, serial int)) (*yard, activities.PacketsResult, error) {
	t.Helper()
	y := &yard{acks: make(chan firmware.PacketAck, 64), began: time.Now()}
	y.onSend = func(serial int) { onSend(y, serial) }
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	u := &activities.Upgrades{Store: y, Publisher: y, Acks: y, Fences: y, Leases: y, Now: time.Now}
	env.RegisterActivity(u)
	got, err := env.ExecuteActivity(u.SendPackets, activities.PacketsInput{
		Plate: "A1", Packets: parts, Began: y.began, Attempt: 1, Chunk: 1, PacketWindow: time.Minute, SilentAfter: time.Minute,
	})
	var result activities.PacketsResult
	if err == nil {
		require.NoError(t, got.Get(&result))
	}
	return y, result, err
}

func TestAnswersSayThatNobodyElseSends(t *testing.T) {
	y, result, err := send(t, func(*yard, int) {})
	require.NoError(t, err)
	require.Equal(t, activities.PacketsResult{End: activities.PacketsTaken, Next: parts}, result)
	require.Len(t, y.sends, parts)
	require.Zero(t, y.asked, "a question for each packet would double its way")
}

func TestWhoLearnsOfALaterSenderSendsNoMore(t *testing.T) {
	for at := range parts {
		y, _, err := send(t, func(y *yard, serial int) {
			if serial == at {
				y.fence = firmware.NewFence(y.began, 1, 1, 2)
			}
		})
		var app *temporal.ApplicationError
		require.ErrorAs(t, err, &app)
		require.Equal(t, activities.FencedType, app.Type())
		require.Len(t, y.sends, at+1)
	}
}

func TestWhatRedisHasLostIsWrittenAnew(t *testing.T) {
	y, result, err := send(t, func(y *yard, serial int) {
		if serial == 2 {
			y.fence = ""
		}
	})
	require.NoError(t, err)
	require.Equal(t, parts, result.Next)
	require.NotEmpty(t, y.fence)
	require.Equal(t, 3, y.sent)
	require.Equal(t, 1, y.asked)
}
