package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/activities"
	"rodada/broker"
	"rodada/domain/command"
	"rodada/protocol"
)

// desk is a lease that one send may hold, and a wire that fails as told.
type desk struct {
	holder string
	fails  error
	sent   int
}

func (d *desk) Publish(context.Context, string, byte, []byte) error {
	if d.fails == nil {
		d.sent++
	}
	return d.fails
}

func (d *desk) Take(_ context.Context, _ string, _ protocol.Code, w command.Waiter, _ time.Duration) (command.Taken, error) {
	if d.holder == w.SendID {
		return command.TakenOwn, nil
	}
	d.holder = w.SendID
	return command.TakenNew, nil
}

// Watch: nobody answers that soon; the answer will be signalled.
func (d *desk) Watch(context.Context, string, protocol.Code, string, time.Duration) (*command.Ack, error) {
	return nil, nil
}

func (d *desk) Withdraw(context.Context, string, protocol.Code, string) (*command.Ack, error) {
	d.holder = ""
	return nil, nil
}

func (d *desk) TakeHeard(context.Context, string, command.Waiter, time.Duration) error { return nil }

func (d *desk) LastKnown(context.Context, string) (activities.LastKnown, error) {
	return activities.LastKnown{SpeedKmh: -1}, nil
}

func TestALockIsSentAgainOnlyWhenItCertainlyWasNot(t *testing.T) {
	for name, c := range map[string]struct {
		fails error
		sent  int
	}{
		"no connection: it goes out when there is one":  {broker.ErrNotConnected, 1},
		"nobody knows: the broker may hold it, so once": {errors.New("cut off"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{fails: c.fails}
			s := &activities.Scooters{Publisher: d, Leases: d, Live: d, Now: time.Now}
			in := activities.PublishInput{
				SendID: "r/1", Plate: "12AB", Command: protocol.Command{Code: protocol.PowerOff}, Deadline: time.Now().Add(time.Minute),
			}
			_, err := s.Publish(t.Context(), in)
			require.ErrorIs(t, err, c.fails)

			d.fails = nil
			got, err := s.Publish(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, activities.PublishDone, got.Became)
			require.Equal(t, c.sent, d.sent)
		})
	}
}
