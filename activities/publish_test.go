package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/fault"
	"rodada/protocol"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// wire records what goes out and who waits; how taking the lease goes is up to the case.
type wire struct {
	taken   command.Taken
	takeErr error
	ttl     time.Duration
	waiter  command.Waiter
	known   activities.LastKnown
	liveErr error
	frames  []string
	qos     byte
	heard   command.Waiter
	left    []string // sends whose lease was withdrawn
	taking  func()   // while a lease is taken
}

func (w *wire) Publish(_ context.Context, _ string, qos byte, payload []byte) error {
	w.frames, w.qos = append(w.frames, string(payload)), qos
	return nil
}

func (w *wire) Take(_ context.Context, _ string, _ protocol.Code, who command.Waiter, ttl time.Duration) (command.Taken, error) {
	w.waiter, w.ttl = who, ttl
	if w.taking != nil {
		w.taking()
	}
	return w.taken, w.takeErr
}

// Watch: nobody answers that soon; the answer will be signalled.
func (w *wire) Watch(context.Context, string, protocol.Code, string, time.Duration) (*command.Ack, error) {
	return nil, nil
}

func (w *wire) Withdraw(_ context.Context, _ string, _ protocol.Code, sendID string) (*command.Ack, error) {
	w.left = append(w.left, sendID)
	return &command.Ack{SendID: "r/1"}, nil
}

func (w *wire) TakeHeard(_ context.Context, _ string, who command.Waiter, _ time.Duration) error {
	w.heard = who
	return nil
}

func (w *wire) LastKnown(context.Context, string) (activities.LastKnown, error) {
	return w.known, w.liveErr
}

func TestPublish(t *testing.T) {
	away := errors.New("connection refused")
	unlock, lock := protocol.Command{Code: protocol.PowerOn}, protocol.Command{Code: protocol.PowerOff}
	standing := activities.LastKnown{SpeedKmh: 3}
	for name, c := range map[string]struct {
		wire   wire
		cmd    protocol.Command
		left   time.Duration
		want   activities.Published
		fault  *fault.Error
		err    error
		frames int
	}{
		"a new send":                        {wire: wire{taken: command.TakenNew}, cmd: unlock, left: time.Second, want: activities.PublishDone, frames: 1},
		"somebody else's turn":              {wire: wire{taken: command.TakenBusy}, cmd: unlock, left: time.Second, want: activities.PublishBusy},
		"late":                              {wire: wire{taken: command.TakenNew}, cmd: unlock, left: 0, want: activities.PublishLate},
		"late, and somebody else's turn":    {wire: wire{taken: command.TakenBusy}, cmd: unlock, left: -time.Hour, want: activities.PublishLate},
		"again, at most once: repeated":     {wire: wire{taken: command.TakenOwn}, cmd: unlock, left: time.Second, want: activities.PublishDone, frames: 1},
		"again, at least once: not":         {wire: wire{taken: command.TakenOwn, known: standing}, cmd: lock, left: time.Second, want: activities.PublishDone},
		"again, and it is answered: not":    {wire: wire{taken: command.TakenAnswered}, cmd: unlock, left: time.Second, want: activities.PublishDone},
		"again, after the deadline":         {wire: wire{taken: command.TakenOwn}, cmd: unlock, left: -time.Second, want: activities.PublishDone},
		"the leases are away":               {wire: wire{takeErr: away}, cmd: unlock, left: time.Second, err: away},
		"a lock at walking pace":            {wire: wire{taken: command.TakenNew, known: standing}, cmd: lock, left: time.Second, want: activities.PublishDone, frames: 1},
		"a lock above it":                   {wire: wire{taken: command.TakenNew, known: activities.LastKnown{SpeedKmh: 4}}, cmd: lock, left: time.Second, want: activities.PublishMoving},
		"a lock when nobody knows":          {wire: wire{taken: command.TakenNew, known: activities.LastKnown{SpeedKmh: -1}}, cmd: lock, left: time.Second, want: activities.PublishDone, frames: 1},
		"a lock when nobody can be asked":   {wire: wire{taken: command.TakenNew, liveErr: away}, cmd: lock, left: time.Second, err: away},
		"an unlock is not stopped by speed": {wire: wire{taken: command.TakenNew, known: activities.LastKnown{SpeedKmh: 20}}, cmd: unlock, left: time.Second, want: activities.PublishDone, frames: 1},
		"without an answer to wait for": {
			wire: wire{takeErr: errors.New("no lease is taken")}, cmd: protocol.Command{Code: protocol.Buzz}, left: time.Second, want: activities.PublishDone, frames: 1,
		},
		"no such command": {cmd: protocol.Command{Code: 999}, left: time.Second, fault: command.ErrUnknown},
		"a report":        {cmd: protocol.Command{Code: protocol.PowerOnAck}, left: time.Second, fault: command.ErrInvalid},
		"out of range": {
			cmd: protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": 31}}, left: time.Second, fault: command.ErrInvalid,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := c.wire
			s := &activities.Scooters{Publisher: &w, Leases: &w, Live: &w, Now: func() time.Time { return now }}
			got, err := s.Publish(t.Context(), activities.PublishInput{
				WorkflowID: "scooter/12AB", SendID: "r/1", Plate: "12AB", Command: c.cmd, Deadline: now.Add(c.left), Keep: time.Minute,
			})
			if c.err == nil && c.fault == nil {
				require.Equal(t, c.want, got.Became)
			}
			if c.want == activities.PublishDone {
				require.NotEmpty(t, got.Frame)
				require.Equal(t, c.frames > 0, !got.At.IsZero(), "who did not send it can't say when")
			}
			require.Len(t, w.frames, c.frames)
			switch {
			case c.fault != nil:
				var app *temporal.ApplicationError
				require.ErrorAs(t, err, &app)
				require.Equal(t, c.fault.Code, app.Type())
				require.True(t, app.NonRetryable(), "what the catalogue forbids stays forbidden")
			case c.err != nil:
				require.ErrorIs(t, err, c.err)
			default:
				require.NoError(t, err)
			}
			if w.ttl != 0 {
				require.Equal(t, max(c.left, 0)+time.Minute, w.ttl)
				require.Equal(t, command.Waiter{WorkflowID: "scooter/12AB", SendID: "r/1"}, w.waiter)
			}
			require.Empty(t, w.left)
			if c.frames > 0 {
				spec, _ := protocol.Lookup(c.cmd.Code)
				require.Equal(t, spec.QoS, w.qos)
			}
		})
	}
}

func TestListen(t *testing.T) {
	for name, c := range map[string]struct {
		seen  time.Time
		spoke bool
	}{
		"silent since":       {now.Add(-time.Second), false},
		"at the very time":   {now, false},
		"heard since":        {now.Add(time.Second), true},
		"never heard at all": {time.Time{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := &wire{taken: command.TakenOwn, known: activities.LastKnown{Seen: c.seen}}
			s := &activities.Scooters{Leases: w, Live: w}
			in := activities.ListenInput{
				LeaseInput: activities.LeaseInput{WorkflowID: "scooter/12AB", SendID: "r/1", Plate: "12AB", Ack: protocol.PowerOffAck, For: time.Hour},
				Since:      now,
			}
			spoke, err := s.Listen(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, c.spoke, spoke)
			require.Equal(t, time.Hour, w.ttl, "the lease lives on")
			require.Equal(t, "r/1", w.heard.SendID)
		})
	}
}

// Waiting for one's turn takes time: a scooter that drove off meanwhile is not stopped, and its answer is left to others.
func TestPublishLooksAtTheSpeedAgainWhenItsTurnHasCome(t *testing.T) {
	w := &wire{taken: command.TakenNew, known: activities.LastKnown{SpeedKmh: 0}}
	w.taking = func() { w.known.SpeedKmh = 25 }
	s := &activities.Scooters{Publisher: w, Leases: w, Live: w, Now: func() time.Time { return now }}
	got, err := s.Publish(t.Context(), activities.PublishInput{
		SendID: "r/1", Plate: "12AB", Command: protocol.Command{Code: protocol.PowerOff}, Deadline: now.Add(time.Second),
	})
	require.NoError(t, err)
	require.Equal(t, activities.PublishMoving, got.Became)
	require.Empty(t, w.frames)
	require.Equal(t, []string{"r/1"}, w.left)
}
