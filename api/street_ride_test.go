package api_test

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/protocol"
	"rodada/workflows"
)

const (
	unlockCommand = protocol.Code(1)
	lockCommand   = protocol.Code(3)
)

func (st *street) scan(t *testing.T, bearer, key string) *httptest.ResponseRecorder {
	t.Helper()
	return st.do(t, "POST", "/v1/rentals", bearer, map[string]any{"qr": st.code}, "Idempotency-Key", key)
}

func (st *street) post(t *testing.T, bearer string, path string) map[string]any {
	t.Helper()
	return body(t, st.do(t, "POST", path, bearer, nil), 200)
}

// free waits until nobody holds the scooter.
func (st *street) free(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, held, err := st.books.HeldRental(t.Context(), st.plate)
		return err == nil && !held
	}, 20*time.Second, 10*time.Millisecond)
}

func TestStreetRideToTheReceipt(t *testing.T) {
	st := newStreet(t)
	bearer := st.someone(t)
	b := body(t, st.scan(t, bearer, "key-1"), 201)
	require.Equal(t, "riding", b["state"])
	at := "/v1/rentals/" + b["id"].(string)
	require.Equal(t, "paused", st.post(t, bearer, at+"/pause")["state"])
	require.Equal(t, "riding", st.post(t, bearer, at+"/resume")["state"])
	require.Equal(t, b["id"], body(t, st.do(t, "GET", "/v1/rentals/current", bearer, nil), 200)["id"])
	require.Equal(t, "ended", st.post(t, bearer, at+"/end")["state"])
	problem(t, st.do(t, "POST", at+"/pause", bearer, nil), 409, "rental_over")
	require.Eventually(t, func() bool {
		return body(t, st.do(t, "GET", at, bearer, nil), 200)["charged"] == true
	}, 20*time.Second, 20*time.Millisecond)
	require.Equal(t, map[string]any{"amount": 2000. - 125, "currency": "EUR"}, body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200)["balance"])

	// The old key, after the next rider's ride has begun: the old answer, and no second unlock.
	st.free(t)
	other := st.someone(t)
	require.Equal(t, "riding", body(t, st.scan(t, other, "key-1"), 201)["state"])
	unlocks := st.unlocks()
	old := body(t, st.scan(t, bearer, "key-1"), 201)
	require.Equal(t, b["id"], old["id"])
	require.Equal(t, "ended", old["state"])
	require.Equal(t, unlocks, st.unlocks())
}

func TestStreetOneKeyTwentyTimesAtOnce(t *testing.T) {
	st := newStreet(t)
	bearer := st.someone(t)
	answers := make([]*httptest.ResponseRecorder, 20)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() { answers[i] = st.scan(t, bearer, "key-1") })
	}
	wait.Wait()
	want := body(t, answers[0], 201)
	for _, a := range answers {
		require.Equal(t, want, body(t, a, 201))
	}
	require.Equal(t, 1, st.unlocks())
}

func TestStreetManyRidersOneScooter(t *testing.T) {
	st := newStreet(t)
	bearers := make([]string, 40)
	for i := range bearers {
		bearers[i] = st.someone(t)
	}
	answers := make([]*httptest.ResponseRecorder, len(bearers))
	var wait sync.WaitGroup
	for i, bearer := range bearers {
		wait.Go(func() { answers[i] = st.scan(t, bearer, "key-1") })
	}
	wait.Wait()
	riding := 0
	for i, a := range answers {
		if a.Code == 201 {
			riding++
			continue
		}
		problem(t, a, 409, "scooter_held")
		problem(t, st.do(t, "GET", "/v1/rentals/current", bearers[i], nil), 404, "rental_unknown")
	}
	require.Equal(t, 1, riding)
	require.Equal(t, 1, st.unlocks())
}

func TestStreetTheScooterSaysNo(t *testing.T) {
	for name, c := range map[string]struct {
		answer, status int
		code           string
	}{
		"hardware fault": {1, 422, "scooter_fault"},
		"upgrading":      {2, 422, "scooter_upgrading"},
		"unknown status": {9, 422, "scooter_refused"},
		"silent":         {-1, 504, "scooter_silent"},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStreet(t)
			bearer := st.someone(t)
			st.answers(unlockCommand, c.answer)
			p := problem(t, st.scan(t, bearer, "key-1"), c.status, c.code)
			if c.answer > 0 {
				require.EqualValues(t, c.answer, p["device_status"])
			}
			problem(t, st.scan(t, bearer, "key-1"), c.status, c.code)
			problem(t, st.do(t, "GET", "/v1/rentals/current", bearer, nil), 404, "rental_unknown")
			require.Equal(t, map[string]any{"amount": 2000., "currency": "EUR"}, body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200)["balance"])
		})
	}
}

func TestStreetReserveThenRideOrGiveBack(t *testing.T) {
	st := newStreet(t)
	bearer := st.someone(t)
	reserve := func(key string) map[string]any {
		return body(t, st.do(t, "POST", "/v1/reservations", bearer, map[string]any{"qr": st.code}, "Idempotency-Key", key), 201)
	}
	b := reserve("key-1")
	require.Equal(t, "reserved", b["state"])
	require.Zero(t, st.unlocks())
	given := body(t, st.do(t, "DELETE", "/v1/reservations/"+b["id"].(string), bearer, nil), 200)
	require.Equal(t, "cancelled", given["reason"])
	st.free(t)

	b = reserve("key-2")
	problem(t, st.scan(t, st.someone(t), "key-1"), 409, "scooter_held")
	ride := body(t, st.scan(t, bearer, "key-3"), 201)
	require.Equal(t, b["id"], ride["id"])
	require.Equal(t, "riding", ride["state"])
	require.Equal(t, 1, st.unlocks())
	problem(t, st.do(t, "DELETE", "/v1/reservations/"+b["id"].(string), bearer, nil), 409, "rental_state")
}

func TestStreetStaffReleaseWhatCannotBeLocked(t *testing.T) {
	for name, orphaned := range map[string]bool{"by its workflow": false, "without one": true} {
		t.Run(name, func(t *testing.T) {
			st := newStreet(t)
			bearer := st.someone(t)
			st.answers(lockCommand, -1)
			id := body(t, st.scan(t, bearer, "key-1"), 201)["id"].(string)
			require.Equal(t, "ended", st.post(t, bearer, "/v1/rentals/"+id+"/end")["state"], "the rider is out at once")
			problem(t, st.scan(t, st.someone(t), "key-1"), 409, "scooter_securing")
			if orphaned {
				require.NoError(t, st.client.TerminateWorkflow(t.Context(), workflows.ScooterID(st.plate), "", "test"))
			}
			staff := st.token(t, support, rider.ForStaff)
			res := st.do(t, "POST", "/admin/v1/scooters/"+st.plate+"/release", staff, map[string]any{"reason": "Found in the river."})
			require.Equal(t, "maintenance", body(t, res, 200)["status"])
			require.Equal(t, "ended", body(t, st.do(t, "GET", "/admin/v1/rentals/"+id, staff, nil), 200)["holding"])
		})
	}
}
