package e2e_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/protocol"
)

// campaign is a rollout as the API tells it.
type campaign struct {
	ID       string
	State    firmware.RolloutState
	Halt     firmware.Halt
	Group    int `json:"halt_group"`
	Fitting  *int
	Scooters struct{ Total, Pending, Running, Done, Failed, Parked, Skipped int }
}

// turn is how a scooter stands in a rollout.
type turn struct {
	Plate    string
	Group    int
	State    firmware.TargetState
	Trouble  firmware.Trouble
	Tries    int
	Upgrade  string
	Firmware string
}

// rollout begins to bring an image to these scooters, as the plan says.
func (s *workshop) rollout(t *testing.T, i image, plates []string, fitting int, plan map[string]any) campaign {
	t.Helper()
	plan["id"], plan["name"], plan["image"] = uuid.NewString(), t.Name(), i.ID
	plan["filter"] = map[string]any{"plates": plates, "service": []fleet.Service{fleet.InService}}
	var c campaign
	require.NoError(t, s.eva.Call(t.Context(), http.MethodPost, "/admin/v1/rollouts", plan, &c))
	require.Equal(t, firmware.RolloutDraft, c.State)
	require.Equal(t, fitting, *c.Fitting)
	c = s.must(t, c.ID, "start")
	require.Equal(t, firmware.RolloutRunning, c.State)
	require.Equal(t, fitting, c.Scooters.Total)
	return c
}

// must asks for a deed that is not refused.
func (s *workshop) must(t *testing.T, id, deed string) campaign {
	t.Helper()
	c, err := s.ask(t, id, deed)
	require.NoError(t, err, deed)
	return c
}

func (s *workshop) ask(t *testing.T, id, deed string) (c campaign, err error) {
	t.Helper()
	a, err := s.eva.Do(t.Context(), http.MethodPost, "/admin/v1/rollouts/"+id+"/"+deed, map[string]string{"reason": "A story."})
	require.NoError(t, err)
	require.NotEqual(t, http.StatusAccepted, a.Status, "%s is not answered", deed)
	err = a.Into(&c)
	return c, err
}

func (s *workshop) campaign(t *testing.T, id string) (c campaign) {
	t.Helper()
	require.NoError(t, s.eva.Call(t.Context(), http.MethodGet, "/admin/v1/rollouts/"+id, nil, &c))
	return c
}

// until waits for what is said of a rollout.
func (s *workshop) until(t *testing.T, id, what string, is func(campaign) bool) (c campaign) {
	t.Helper()
	require.Eventually(t, func() bool { c = s.campaign(t, id); return is(c) }, 6*patience, 5*tick, what)
	return c
}

// turns are the scooters of a rollout, in the order of their turns.
func (s *workshop) turns(t *testing.T, id string) []turn {
	t.Helper()
	var list struct{ Targets []turn }
	require.NoError(t, s.eva.Call(t.Context(), http.MethodGet, "/admin/v1/rollouts/"+id+"/targets?sort=turn&limit=100", nil, &list))
	return list.Targets
}

// turn is how one scooter stands in a rollout.
func (s *workshop) turn(t *testing.T, id string, b *box) turn {
	t.Helper()
	for _, one := range s.turns(t, id) {
		if one.Plate == b.plate {
			return one
		}
	}
	require.Fail(t, "it is none of the rollout's", b.plate)
	return turn{}
}

// upgrades are those that a rollout began.
func (s *workshop) upgrades(t *testing.T, id string) []upgraded {
	t.Helper()
	var list struct{ Upgrades []upgraded }
	require.NoError(t, s.eva.Call(t.Context(), http.MethodGet, "/admin/v1/upgrades?sort=started&limit=100&rollout="+id, nil, &list))
	return list.Upgrades
}

// once checks that no scooter was given an image twice, and that each has it.
func (s *workshop) once(t *testing.T, id string, boxes []*box, i image) {
	t.Helper()
	done := map[string]int{}
	for _, u := range s.upgrades(t, id) {
		if u.State == firmware.Done {
			done[u.Plate]++
		}
	}
	for _, b := range boxes {
		require.Equal(t, 1, done[b.plate], "%s was upgraded so often", b.plate)
		require.Equal(t, firmware.TargetDone, s.turn(t, id, b).State)
		s.runs(t, b, i)
	}
}

// untouched checks that nobody began to upgrade a scooter.
func (s *workshop) untouched(t *testing.T, id string, b *box) {
	t.Helper()
	one := s.turn(t, id, b)
	require.Equal(t, []any{firmware.TargetPending, 0, ""}, []any{one.State, one.Tries, one.Upgrade}, b.plate)
	require.Zero(t, b.Count(protocol.StartUpgrade), b.plate)
	require.Empty(t, b.Image())
}

// watch counts, until it is asked, how many of the scooters were upgraded at the same time at most.
func (s *workshop) watch(t *testing.T, plates []string) (most func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var highest atomic.Int64
	watching := beside(func() error {
		for ctx.Err() == nil {
			var now int64
			err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM scooters WHERE hold = 'upgrading' AND plate = ANY($1)`, plates).Scan(&now)
			if err != nil && ctx.Err() == nil {
				return err
			}
			highest.Store(max(highest.Load(), now))
			select {
			case <-time.After(tick / 2):
			case <-ctx.Done():
			}
		}
		return nil
	})
	t.Cleanup(cancel)
	return func() int {
		cancel()
		require.NoError(t, watching.wait(t))
		return int(highest.Load())
	}
}

func platesOf(boxes []*box) []string {
	list := make([]string, len(boxes))
	for i, b := range boxes {
		list[i] = b.plate
	}
	return list
}
