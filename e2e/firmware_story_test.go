package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/protocol"
)

// The whole of firmware as staff meet it: the program signs, the API does the rest.
func TestFirmware(t *testing.T) {
	t.Parallel()
	s := newWorkshop(t)
	long, short := s.upload(t, "2.0", 200), s.upload(t, "2.1", 20)
	old := s.upload(t, "0.9", 1)

	t.Run("what is not signed as it should be", func(t *testing.T) {
		t.Parallel()
		content, signature := s.write(t, "Another model", "3.0", 2)
		before := s.number(t, `SELECT count(*) FROM firmware_images`)
		_, err := s.send(t, "3.0", content, signature, false)
		refused(t, err, http.StatusUnprocessableEntity, "firmware_signature_invalid")
		content, signature = s.write(t, s.fleet.model.Name, "3.1", 2)
		content[len(content)-1]++
		_, err = s.send(t, "3.1", content, signature, false)
		refused(t, err, http.StatusUnprocessableEntity, "firmware_signature_invalid")
		content, signature = s.write(t, s.fleet.model.Name, "1.9", 2)
		_, err = s.send(t, "1.9", content, signature, false)
		refused(t, err, http.StatusConflict, "firmware_older")
		require.Equal(t, before, s.number(t, `SELECT count(*) FROM firmware_images`))
	})
	t.Run("one scooter", func(t *testing.T) { t.Parallel(); oneScooter(t, s, long, old) })
	t.Run("a stuck one and its retry", func(t *testing.T) { t.Parallel(); stuckAndRetried(t, s, short) })
	t.Run("prohibited, restarted, given up", func(t *testing.T) { t.Parallel(); stuckAndGivenUp(t, s, short) })
	t.Run("gone in the middle", func(t *testing.T) { t.Parallel(); goneAndGivenUp(t, s, long) })
}

// oneScooter is upgraded after its ride, and not during it; everybody who asks is told.
func oneScooter(t *testing.T, s *workshop, i, old image) {
	b, p := s.box(t), s.rider(t)
	slowly(b)
	r := p.ride(t, b)
	_, err := s.give(t, b, i)
	refused(t, err, http.StatusConflict, "scooter_held")
	p.end(t, r.ID)
	s.free(t, b)

	u := s.begin(t, b, i)
	told := s.follow(t.Context(), u.ID)
	s.held(t, b, fleet.Upgrading)
	_, err = p.app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusConflict, "scooter_being_upgraded")
	_, err = s.give(t, b, i)
	require.Equal(t, u.ID, fact[string](t, refused(t, err, http.StatusConflict, "scooter_being_upgraded"), "upgrade_id"))
	_, err = s.decide(t, u.ID, "retry")
	refused(t, err, http.StatusConflict, "upgrade_not_parked")

	all := told.wait(t)
	require.NoError(t, all.err)
	require.True(t, all.ended)
	between, sent := 0, 0
	for _, e := range all.events {
		require.Equal(t, u.ID, e.ID)
		require.GreaterOrEqual(t, e.Progress.Sent, sent, "the stream goes back")
		if sent = e.Progress.Sent; sent > 0 && sent < e.Progress.Packets {
			between++
		}
	}
	require.NotZero(t, between, "no packet is told")
	end := all.events[len(all.events)-1]
	require.Equal(t, firmware.Done, end.State)
	require.Equal(t, []any{1, 200, "1.0.0"}, []any{end.Attempt, end.Progress.Sent, end.From})
	require.Equal(t, end, s.see(t, u.ID))
	s.runs(t, b, i)

	var events struct {
		Events []struct {
			Hold      fleet.Hold
			UpgradeID string `json:"upgrade_id"`
		}
	}
	require.NoError(t, s.eva.Call(t.Context(), http.MethodGet, "/admin/v1/scooters/"+b.plate+"/events?sort=-at&limit=2", nil, &events))
	require.Len(t, events.Events, 2)
	for n, hold := range []fleet.Hold{fleet.Free, fleet.Upgrading} {
		require.Equal(t, hold, events.Events[n].Hold)
		require.Equal(t, u.ID, events.Events[n].UpgradeID)
	}
	require.Equal(t, []string{"scooter.upgrade A story."}, s.audited(t, b.plate))
	require.Equal(t, []string{"firmware.upload "}, s.audited(t, i.ID))

	_, err = s.give(t, b, i)
	refused(t, err, http.StatusConflict, "firmware_same")
	_, err = s.give(t, b, old)
	refused(t, err, http.StatusConflict, "firmware_downgrade")
	_, err = s.decide(t, u.ID, "abort")
	refused(t, err, http.StatusConflict, "upgrade_over")
	b.Behave()
	p.end(t, p.ride(t, b).ID)
}

// stuckAndRetried comes back with what it ran before, parks, alerts staff, and is retried once it is mended.
func stuckAndRetried(t *testing.T, s *workshop, i image) {
	b := s.box(t)
	b.KeepVersion()
	u := s.begin(t, b, i)
	u = s.becomes(t, u.ID, firmware.Parked)
	require.Equal(t, firmware.TroubleVersion, u.Trouble)
	require.NotNil(t, u.ParkedAt)
	require.Equal(t, fleet.Upgrading, s.hold(t, b))
	require.Equal(t, 1, s.alerts(t, b))

	b.Behave()
	require.NotEqual(t, firmware.Parked, s.decided(t, u.ID, "retry").State, "the answer comes once it goes on")
	s.becomes(t, u.ID, firmware.Done)
	s.runs(t, b, i)
	require.Zero(t, s.alerts(t, b))
	require.Equal(t, []string{"scooter.upgrade-retry A story.", "scooter.upgrade A story."}, s.audited(t, b.plate))
}

// stuckAndGivenUp lets nobody upgrade it: neither again from the start, which staff try, nor at all.
func stuckAndGivenUp(t *testing.T, s *workshop, i image) {
	b, p := s.box(t), s.rider(t)
	b.Refuse(protocol.StartUpgrade, 1)
	u := s.begin(t, b, i)
	told := s.follow(t.Context(), u.ID)
	require.Equal(t, firmware.TroubleProhibited, s.becomes(t, u.ID, firmware.Parked).Trouble)
	s.decided(t, u.ID, "restart")
	b.got(t, protocol.StartUpgrade, 2)
	s.becomes(t, u.ID, firmware.Parked)
	require.Equal(t, firmware.Aborted, s.decided(t, u.ID, "abort").State)
	require.Zero(t, s.alerts(t, b))
	all := told.wait(t)
	require.NoError(t, all.err)
	require.True(t, all.ended)
	require.Equal(t, firmware.Aborted, all.events[len(all.events)-1].State, "a parked one's stream goes on")
	require.Empty(t, b.Image())

	// It answers what it runs: it serves as before.
	row, err := s.store.ScooterByPlate(t.Context(), b.plate)
	require.NoError(t, err)
	require.Equal(t, []any{fleet.Free, fleet.InService, "1.0.0"}, []any{row.Hold, row.Service, row.Firmware})
	b.Behave()
	p.end(t, p.ride(t, b).ID)
}

// goneAndGivenUp disappears with half an image: once staff give it up, it is in maintenance, and stays there.
func goneAndGivenUp(t *testing.T, s *workshop, i image) {
	b, p := s.box(t), s.rider(t)
	slowly(b)
	u := s.begin(t, b, i)
	b.sending(t)
	b.Offline()
	s.decided(t, u.ID, "abort")
	require.Nil(t, s.see(t, u.ID).ParkedAt)
	s.becomes(t, u.ID, firmware.Aborted)
	row, err := s.store.ScooterByPlate(t.Context(), b.plate)
	require.NoError(t, err)
	require.Equal(t, []any{fleet.Free, fleet.Maintenance}, []any{row.Hold, row.Service})
	require.NoError(t, b.Online(t.Context()))
	_, err = p.app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusConflict, "scooter_unavailable")
	require.Empty(t, b.Image())
}

// audited is what staff did to something, the newest first.
func (s *workshop) audited(t *testing.T, subject string) (deeds []string) {
	t.Helper()
	var log struct {
		Entries []struct {
			Action, Reason string
			Email          string `json:"staff_email"`
		}
	}
	require.NoError(t, s.eva.Call(t.Context(), http.MethodGet, "/admin/v1/audit?subject="+subject, nil, &log))
	for _, e := range log.Entries {
		require.NotEmpty(t, e.Email)
		deeds = append(deeds, e.Action+" "+e.Reason)
	}
	return deeds
}

// alerts is how many open alerts a scooter's upgrade has.
func (s *workshop) alerts(t *testing.T, b *box) (n int) {
	t.Helper()
	var list struct {
		Alerts []struct{ Plate, Kind string }
	}
	require.NoError(t, s.eva.Call(t.Context(), http.MethodGet, "/admin/v1/alerts", nil, &list))
	for _, a := range list.Alerts {
		if a.Plate == b.plate && a.Kind == "upgrade" {
			n++
		}
	}
	return n
}
