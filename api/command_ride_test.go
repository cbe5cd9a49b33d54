package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/rental"
)

// A lock of a scooter that somebody has says what it does to the ride, needs a reason where it ends it, and is written down.
func TestALockMeetsARide(t *testing.T) {
	for name, c := range map[string]struct {
		command string
		state   rental.State
		said    string // of the ride
		effect  string
		reason  bool // is needed
	}{
		"switched off: ends it":               {"power-off", rental.Riding, "", "end", true},
		"switched off while paused":           {"power-off", rental.Paused, "", "end", true},
		"switched off for a while":            {"power-off", rental.Riding, "pause", "pause", false},
		"paused":                              {"pause", rental.Riding, "", "pause", false},
		"paused for good":                     {"pause", rental.Riding, "end", "end", true},
		"its motor locked":                    {"lock-motor", rental.Riding, "", "pause", false},
		"a reservation stays":                 {"power-off", rental.Reserved, "", "", false},
		"a reservation is taken away":         {"power-off", rental.Reserved, "end", "end", true},
		"the rider is out":                    {"power-off", rental.Securing, "", "", false},
		"nobody has it, whatever they say":    {"power-off", "", "end", "end", false},
		"nobody has it, and they say nothing": {"power-off", "", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
			id := ""
			if c.state != "" {
				id = s.ride(t)
				s.store.move(id, func(r *rental.Rental) { r.State = c.state })
			}
			ask := map[string]any{}
			if c.said != "" {
				ask["ride"] = c.said
			}
			if c.reason {
				p := problem(t, s.asStaff(t, "POST", commandsPath+c.command, ask), 422, "reason_invalid")
				require.Equal(t, []any{"body.reason", id}, []any{p["field"], p["rental_id"]})
				require.Empty(t, s.temporal.commands)
				require.Empty(t, s.store.deeds)
				ask["reason"] = "A complaint."
			}
			b := body(t, s.asStaff(t, "POST", commandsPath+c.command, ask), 200)
			in := s.temporal.commands[0]
			require.Equal(t, id, in.RentalID)
			require.Equal(t, command.Ride(c.effect), in.Ride)
			if c.effect == "" {
				require.NotContains(t, b, "ride")
			} else {
				require.Equal(t, c.effect, b["ride"])
			}
			if id == "" {
				require.NotContains(t, b, "rental_id")
				require.Empty(t, s.store.deeds)
				return
			}
			require.Equal(t, id, b["rental_id"])
			require.Len(t, s.store.deeds, 1)
			deed := s.store.deeds[0]
			require.Equal(t, []any{"command." + c.command, plate}, []any{deed.Action, deed.Subject})
			var before, after map[string]any
			require.NoError(t, json.Unmarshal(deed.Before, &before))
			require.NoError(t, json.Unmarshal(deed.After, &after))
			require.Equal(t, map[string]any{"rental": id, "state": string(c.state)}, before)
			require.Equal(t, []any{id, c.effect, b["id"]}, []any{after["rental"], after["ride"], after["command"]})
		})
	}
}

// A command that is no lock names the rental too, and is nobody's business else.
func TestOtherCommandsOfAHeldScooter(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	require.Equal(t, id, body(t, s.asStaff(t, "POST", commandsPath+"resume", nil), 200)["rental_id"])
	require.Empty(t, s.store.deeds)
}
