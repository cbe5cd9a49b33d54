package postgres_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
)

// takings are the changes of a scooter that take away what it is upgraded for.
func (b *books) takings(other fleet.Model) map[string]func(s fleet.Scooter) error {
	row := func(change func(r *fleet.Record)) func(s fleet.Scooter) error {
		return func(s fleet.Scooter) error {
			r := fleet.Record{Row: 2, Plate: s.Plate}
			change(&r)
			plan, err := b.ImportScooters(b.ctx, []fleet.Record{r}, "fleet.csv", false)
			if err == nil && len(plan.Errors) > 0 {
				return plan.Errors[0].Fault
			}
			return err
		}
	}
	return map[string]func(s fleet.Scooter) error{
		"another model": func(s fleet.Scooter) error {
			return b.ChangeScooter(b.ctx, s.Plate, fleet.Edit{ModelID: &other.ID}, fleet.Sighted{})
		},
		"retired": func(s fleet.Scooter) error {
			return b.SetService(b.ctx, s.Plate, fleet.Retired, "Scrap.", fleet.Sighted{})
		},
		"another model, by a file": row(func(r *fleet.Record) { r.Model = &other.Name }),
		"retired, by a file":       row(func(r *fleet.Record) { r.Service, r.Reason = ptr(fleet.Retired), ptr("Scrap.") }),
	}
}

func TestAScooterThatIsUpgradedKeepsItsModelAndItsService(t *testing.T) {
	b := newBooks(t)
	image := b.image("2.0")
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 20})
	require.NoError(t, err)
	for name, take := range b.takings(other) {
		t.Run(name, func(t *testing.T) {
			about, held, lost := b.scooter(), b.scooter(), b.scooter()
			_, err := b.OpenUpgrade(b.ctx, b.upgrade(about, image))
			require.NoError(t, err)
			u := b.upgrading(held, image)
			for _, s := range []fleet.Scooter{about, held} {
				before := b.find(s.Plate)
				require.ErrorIs(t, take(s), firmware.ErrUpgrading)
				require.Equal(t, before, b.find(s.Plate))
			}
			note := "It lies in the yard."
			require.NoError(t, b.ChangeScooter(b.ctx, held.Plate, fleet.Edit{Note: &note}, fleet.Sighted{}), "what the upgrade does not go by")
			require.NoError(t, b.SetService(b.ctx, held.Plate, fleet.Maintenance, "A brake.", fleet.Sighted{}))
			b.advance(firmware.Change{ID: u.ID, Seq: 1, State: firmware.Aborted, Trouble: firmware.TroubleStaff, Attempt: 1, At: time.Now()})
			require.NoError(t, take(held), "it is over")

			gone, err := b.OpenUpgrade(b.ctx, b.upgrade(lost, image))
			require.NoError(t, err)
			require.NoError(t, b.exec(`ALTER TABLE upgrades DISABLE TRIGGER upgrades_guard`))
			require.NoError(t, b.exec(`UPDATE upgrades SET started_at = now() - interval '1 hour' WHERE id = $1`, gone.ID))
			require.NoError(t, b.exec(`ALTER TABLE upgrades ENABLE TRIGGER upgrades_guard`))
			require.NoError(t, take(lost), "its workflow never began")
			claimed, err := b.BeginUpgrade(b.ctx, gone.ID, "a run that comes late")
			require.NoError(t, err)
			require.False(t, claimed)
		})
	}
}

// Whoever is first, a scooter is never upgraded that is of another model, or retired.
func TestAnUpgradeRacesWithWhatTakesTheScooterAway(t *testing.T) {
	b := newBooks(t)
	image := b.image("2.0")
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 20})
	require.NoError(t, err)
	for name, take := range b.takings(other) {
		t.Run(name, func(t *testing.T) {
			for range 10 {
				s := b.scooter()
				u := b.upgrade(s, image)
				var opened, claimed bool
				var started, taken error
				var both sync.WaitGroup
				both.Go(func() {
					if _, started = b.OpenUpgrade(b.ctx, u); started == nil {
						opened = true
						claimed, started = b.BeginUpgrade(b.ctx, u.ID, "run-1")
					}
				})
				both.Go(func() { taken = take(s) })
				both.Wait()
				if !opened {
					_, is := fault.From(started)
					require.True(t, is, fmt.Sprint(started))
				} else {
					require.NoError(t, started)
				}
				if claimed {
					require.ErrorIs(t, taken, firmware.ErrUpgrading)
				} else {
					require.NoError(t, taken)
				}
			}
		})
	}
}

func TestWhatAScooterAnswersThatItRunsIsKept(t *testing.T) {
	b := newBooks(t)
	s, m, image := b.scooter(), b.member(), b.image("2.0")
	b.set(s, `firmware = '2.0', firmware_at = '2026-11-23 09:00:00Z'`)
	_, err := b.OpenUpgrade(b.ctx, b.upgrade(s, image))
	require.ErrorIs(t, err, firmware.ErrSameVersion)
	refused, _ := fault.From(err)
	require.Equal(t, map[string]any{"version": "2.0", "reported_at": time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, refused.Details)

	ask := func(version any, at time.Time) {
		o := orderOf(s.Plate, m.ID)
		o.Code, o.Name = 21, "query-version"
		o, _, err := b.OpenOrder(b.ctx, o, nil)
		require.NoError(t, err)
		end := command.Ending{Outcome: command.Done, Attempts: 1, FinishedAt: at, Ack: &command.Ack{
			SendID: o.ID + "/1", Code: 22, Values: map[string]any{"firmware": version}, ReceivedAt: at,
		}}
		for range 2 {
			require.NoError(t, b.FinishOrder(b.ctx, o.ID, end, nil))
		}
	}
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	ask("1.5", at)
	ask("1.4", at.Add(-time.Minute)) // which is stored late
	ask("", at.Add(time.Minute))
	ask(7., at.Add(time.Minute))
	got := b.find(s.Plate)
	require.Equal(t, []any{"1.5", at}, []any{got.Firmware, got.FirmwareAt})
	_, err = b.OpenUpgrade(b.ctx, b.upgrade(s, image))
	require.NoError(t, err, "the books know better now")
}
