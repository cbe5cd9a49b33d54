package e2e_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/client"
	"rodada/protocol"
)

// 200 riders race for one scooter: exactly one rides; nobody else is charged or held.
func TestTwoHundredRidersRaceForOneScooter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.box(t)
	const racers = 200
	people, answers := make([]person, racers), make([]error, racers)
	for i := range people {
		people[i] = w.rider(t)
	}
	var all sync.WaitGroup
	start := make(chan struct{})
	for i, p := range people {
		all.Go(func() {
			<-start
			_, answers[i] = p.app.Rent(t.Context(), key(), b.qr)
		})
	}
	close(start)
	all.Wait()

	winner := -1
	for i, err := range answers {
		if err == nil {
			require.Equal(t, -1, winner, "two riders have the scooter")
			winner = i
			continue
		}
		refused(t, err, http.StatusConflict, "scooter_held")
	}
	require.NotEqual(t, -1, winner, "nobody has the scooter")
	require.Equal(t, 1, b.Count(protocol.PowerOn))
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM rentals`))
	require.Equal(t, 0, w.number(t, `SELECT count(*) FROM ledger_transactions WHERE kind = 'ride'`))

	// The others are free: one of them takes another scooter at once.
	loser := people[(winner+1)%racers]
	other := loser.ride(t, w.box(t))
	loser.end(t, other.ID)
	mine, err := people[winner].app.Rental(t.Context(), w.rows(t, `SELECT id::text FROM rentals WHERE outcome = ''`)[0])
	require.NoError(t, err)
	people[winner].end(t, mine.ID)
	w.free(t, b)
	w.checkBooks(t)
	require.Equal(t, 2, w.number(t, `SELECT count(*) FROM ledger_transactions WHERE kind = 'ride'`))
	require.Equal(t, int64(credit), people[(winner+2)%racers].balance(t))
}

// The same Idempotency-Key 20 times at once: one rental, twenty equal answers.
func TestSameKeyTwentyTimesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p, same := w.box(t), w.rider(t), key()
	answers, errs := make([]client.Answer, 20), make([]error, 20)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range answers {
		all.Go(func() {
			<-start
			answers[i], errs[i] = p.app.Do(t.Context(), http.MethodPost, "/v1/rentals", map[string]string{"qr": b.qr}, "Idempotency-Key", same)
		})
	}
	close(start)
	all.Wait()
	for i, a := range answers {
		require.NoError(t, errs[i])
		require.Equal(t, http.StatusCreated, a.Status, "%s", a.Body)
		require.JSONEq(t, string(answers[0].Body), string(a.Body))
		require.Equal(t, answers[0].Header.Get("Location"), a.Header.Get("Location"))
	}
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM rentals`))
	require.Equal(t, 1, b.Count(protocol.PowerOn))

	r := rentalIn(t, answers[0])
	p.end(t, r.ID)
	w.free(t, b)
	w.checkBooks(t)
	require.Equal(t, int64(credit-shortRide), p.balance(t))

	// The key goes on standing for that rental, and for no other request.
	got, err := p.app.Rent(t.Context(), same, b.qr)
	require.NoError(t, err)
	require.Equal(t, r.ID, got.ID)
	_, err = p.app.Rent(t.Context(), same, w.box(t).qr)
	refused(t, err, http.StatusUnprocessableEntity, "idempotency_key_reused")
	require.Equal(t, 1, b.Count(protocol.PowerOn))
}
