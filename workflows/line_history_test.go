package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/protocol"
	"rodada/workflows"
)

// stored is every send that the store was given, the newest version of each.
func (w *world) stored() map[string]command.Send {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string]command.Send{}
	take := func(sends []command.Send) {
		for _, s := range sends {
			all[s.ID] = s
		}
	}
	for _, b := range w.batches {
		take(b.Sends)
	}
	for _, c := range w.changes {
		take(c.Sends)
	}
	for _, e := range w.notes {
		take(e.Sends)
	}
	return all
}

// Whatever a ride sends to its scooter is stored, once, with the frames and how it ended.
func TestEverySendOfARideIsStored(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.Pause, answer{status: 1, after: time.Second})
	w.after(time.Minute, func() { w.update(workflows.UpdatePause, ref()) })
	w.after(2*time.Minute, func() {
		w.update(workflows.UpdateEnd, workflows.EndRequest{RentalID: rentalID, Cause: "rider"})
	})
	w.run(w.input())

	stored := w.stored()
	require.Len(t, stored, len(w.box.sent))
	byCode := map[protocol.Code]command.Send{}
	for id, s := range stored {
		require.Contains(t, id, rentalID+"/")
		require.NotEmpty(t, s.Sent)
		require.False(t, s.SentAt.Before(s.AskedAt))
		require.NotEmpty(t, s.Received, s)
		took, known := s.Took()
		require.True(t, known)
		require.Positive(t, took)
		byCode[protocol.Code(s.Code)] = s
	}
	require.Equal(t, command.Done, byCode[protocol.PowerOn].Outcome)
	require.Equal(t, `{"a":1}`, string(byCode[protocol.PowerOn].Sent))
	require.Equal(t, `{"a":2}`, string(byCode[protocol.PowerOn].Received))
	require.Equal(t, command.Refused, byCode[protocol.Pause].Outcome)
	require.Equal(t, 1, *byCode[protocol.Pause].Status)
	require.Contains(t, byCode, protocol.ClearTripMileage)
	require.Equal(t, command.Done, byCode[protocol.PowerOff].Outcome)
}

// A lock that nobody answers is in the history while it is waited for, and is answered there when it is.
func TestAnOutstandingLockIsStoredAsSilentUntilItIsAnswered(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOff, answer{after: time.Minute})
	var silent command.Send
	w.after(10*time.Second, func() {
		w.update(workflows.UpdateEnd, workflows.EndRequest{RentalID: rentalID, Cause: "rider"})
	})
	w.after(40*time.Second, func() {
		for _, s := range w.stored() {
			if s.Code == int(protocol.PowerOff) {
				silent = s
			}
		}
	})
	w.run(w.input())
	require.Equal(t, command.Silent, silent.Outcome)
	require.Empty(t, silent.Received)
	last := w.stored()[silent.ID]
	require.Equal(t, command.Done, last.Outcome)
	require.NotEmpty(t, last.Received)
	require.Equal(t, silent.SentAt, last.SentAt)
	require.Equal(t, 1, w.box.count(protocol.PowerOff))
}

func TestCommandStoresHowItEnded(t *testing.T) {
	for name, c := range map[string]struct {
		code     protocol.Code
		before   func(w *world)
		outcome  command.Outcome
		unsent   string
		attempts int
		sends    int
	}{
		"done":    {protocol.Pause, func(*world) {}, command.Done, "", 1, 1},
		"refused": {protocol.Pause, func(w *world) { w.box.will(protocol.Pause, answer{status: 1}) }, command.Refused, "", 1, 1},
		"silent":  {protocol.Pause, func(w *world) { w.box.away = true }, command.Silent, "", 1, 1},
		"sent":    {protocol.Buzz, func(*world) {}, command.Sent, "", 1, 1},
		"moving":  {protocol.Pause, func(w *world) { w.box.drive(12) }, command.Unsent, "moving", 0, 1},
		"a query is sent again while the scooter is silent": {protocol.QueryVehicle, func(w *world) {
			w.box.will(protocol.QueryVehicle, answer{silent: true})
		}, command.Done, "", 2, 2},
		"as often as the window lets it": {protocol.QueryVehicle, func(w *world) { w.box.away = true }, command.Silent, "", 3, 3},
		"an answer that does not say how it went is none": {protocol.Pause, func(w *world) {
			w.box.will(protocol.Pause, answer{mute: true})
		}, command.Silent, "", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, w := order(t, protocol.Command{Code: c.code}, c.before)
			require.Len(t, w.endings, 1)
			e := w.endings[0]
			require.Equal(t, c.outcome, e.Outcome)
			require.Equal(t, c.unsent, e.Unsent)
			require.Equal(t, c.attempts, e.Attempts)
			require.Equal(t, c.attempts, got.Attempts)
			require.Equal(t, c.attempts, w.box.count(c.code), "as often as it says")
			require.False(t, e.FinishedAt.IsZero())
			if e.Ack != nil {
				require.Empty(t, e.Ack.Frame, "the frames are the history's")
			}
			mine := 0
			for _, s := range w.stored() {
				if s.Code == int(c.code) {
					mine++
				}
			}
			require.Equal(t, c.sends, mine)
			require.Equal(t, command.ForCommand, w.batches[0].Origin)
			require.Equal(t, "c1", w.batches[0].OriginID)
		})
	}
}

// A worker that was down all day sends nothing that was wanted in the morning.
func TestCommandComesNeverAfterItsDeadline(t *testing.T) {
	_, w := orderWith(t, func(w *world, in *workflows.CommandInput) {
		in.Command.Code, in.Deadline = protocol.PowerOn, w.env.Now().Add(-time.Hour)
	})
	require.Empty(t, w.box.sent)
	require.Equal(t, command.Unsent, w.endings[0].Outcome)
	require.Equal(t, "late", w.endings[0].Unsent)
}

func TestCommandEndsWithinAMinuteWhateverItsInputSays(t *testing.T) {
	_, w := orderWith(t, func(w *world, in *workflows.CommandInput) {
		in.Command.Code, in.Window = protocol.Pause, 24*time.Hour
		w.box.away = true
	})
	begun := w.box.sent[0].at
	require.False(t, w.endings[0].FinishedAt.After(begun.Add(2*time.Minute)))
}
