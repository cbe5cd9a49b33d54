package api_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"rodada/api"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/workflows"
)

func TestRentAnswersWithTheRidingRental(t *testing.T) {
	s := newStage(t)
	b := body(t, s.rent(t, ana, "key-1"), 201)
	require.Equal(t, "riding", b["state"])
	require.Equal(t, public, b["scooter_id"])
	require.Equal(t, code, b["code"])
	require.Equal(t, "M1", b["model"])
	require.NotContains(t, b, "plate")

	again := s.rent(t, ana, "key-1")
	require.Equal(t, "/v1/rentals/"+b["id"].(string), again.Header().Get("Location"))
	require.Equal(t, b, body(t, again, 201))
	require.Len(t, s.temporal.started(), 1, "a key that is known starts nothing once its rental is decided")
}

func TestRentStartsTheHolderOfTheScooter(t *testing.T) {
	s := newStage(t)
	id := body(t, s.rent(t, ana, "key-1"), 201)["id"].(string)
	require.Equal(t, []workflows.RentalInput{{
		RentalID: id, RiderID: ana, Plate: plate,
		Dialect: workflows.Dialect{LowercaseLength: true}, ModelID: 1, MaxKmh: 25, LimitKmh: 20,
		Tariff: s.store.tariff, Deadline: noon.Add(10 * time.Second),
		Limits: workflows.RentalLimits{AckWindow: 4 * time.Second, UnlockWindow: 10 * time.Second, AlertAfter: 3},
	}}, s.temporal.started())
	o := s.temporal.start
	require.Equal(t, "scooter/12AB", o.ID)
	require.Equal(t, "rodada", o.TaskQueue)
	require.Equal(t, enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL, o.WorkflowIDConflictPolicy)
	require.True(t, o.WorkflowExecutionErrorWhenAlreadyStarted)
	require.Equal(t, "Rental of 12AB", o.StaticSummary)
	got, ok := o.TypedSearchAttributes.GetKeyword(workflows.AttributeRental)
	require.True(t, ok)
	require.Equal(t, id, got)
}

// TestRentTellsEveryVoid covers every reason for which a rental comes to nothing.
func TestRentTellsEveryVoid(t *testing.T) {
	status := func(s int) *int { return &s }
	for _, c := range []struct {
		why    rental.Reason
		device *int
		status int
		code   string
	}{
		{rental.ScooterSilent, nil, 504, "scooter_silent"},
		{rental.HardwareFault, status(1), 422, "scooter_fault"},
		{rental.Upgrading, status(2), 422, "scooter_upgrading"},
		{rental.OtherRefusal, status(9), 422, "scooter_refused"},
		{rental.HeldElsewhere, nil, 409, "scooter_held"},
		{rental.NotStarted, nil, 503, "scooter_unreachable"},
		{rental.Expired, nil, 409, "rental_void"},
		{rental.Cancelled, nil, 409, "rental_void"},
		{rental.Released, nil, 409, "rental_void"},
	} {
		t.Run(string(c.why), func(t *testing.T) {
			s := newStage(t)
			s.temporal.onStart = s.voided(c.why, c.device)
			p := problem(t, s.rent(t, ana, "key-1"), c.status, c.code)
			require.Equal(t, string(c.why), p["reason"])
			require.NotEmpty(t, p["rental_id"])
			if c.device != nil {
				require.EqualValues(t, *c.device, p["device_status"])
			} else {
				require.NotContains(t, p, "device_status")
			}
			problem(t, s.rent(t, ana, "key-1"), c.status, c.code) // and the same when repeated
			require.Len(t, s.temporal.started(), 1)
		})
	}
}

func TestRentRefuses(t *testing.T) {
	scooter := func(edit func(*fleet.Scooter)) func(*stage) {
		return func(s *stage) {
			sc := s.store.scooters[plate]
			edit(&sc)
			s.store.scooters[plate] = sc
		}
	}
	for _, c := range []struct {
		name   string
		qr     string
		set    func(*stage)
		status int
		code   string
	}{
		{"no QR code", "not a code!", nil, 422, "qr_invalid"},
		{"a foreign link", "https://example.com/?x=1", nil, 422, "qr_invalid"},
		{"unknown", "RD-NOBODY", nil, 404, "scooter_unknown"},
		{"blocked", code, scooter(func(s *fleet.Scooter) { s.Service = fleet.Blocked }), 409, "scooter_unavailable"},
		{"retired", code, scooter(func(s *fleet.Scooter) { s.Service = fleet.Retired }), 409, "scooter_unavailable"},
		{"in use", code, scooter(func(s *fleet.Scooter) { s.Hold = fleet.InUse }), 409, "scooter_held"},
		{"reserved", code, scooter(func(s *fleet.Scooter) { s.Hold = fleet.Reserved }), 409, "scooter_held"},
		{"securing", code, scooter(func(s *fleet.Scooter) { s.Hold = fleet.Securing }), 409, "scooter_securing"},
		{"battery low as stored", code, scooter(func(s *fleet.Scooter) { s.Battery = 14 }), 409, "scooter_battery_low"},
		{"battery unknown", code, scooter(func(s *fleet.Scooter) { s.Battery = -1 }), 409, "scooter_unavailable"},
		{"battery low as seen", code, func(s *stage) {
			s.live.seen = []api.Sighting{{Plate: plate, Battery: 14, Seen: noon.Add(-time.Minute)}}
		}, 409, "scooter_battery_low"},
		{"suspended", code, func(s *stage) {
			r := s.store.riders[ana]
			r.SuspendedAt = noon
			s.store.riders[ana] = r
		}, 403, "rider_suspended"},
		{"account gone", code, func(s *stage) { delete(s.store.riders, ana) }, 401, "token_invalid"},
		{"too little money", code, func(s *stage) { s.store.tariff.MinimumBalance = 2001 }, 402, "balance_too_low"},
		{"another rental", code, func(s *stage) {
			s.store.rentals["r"] = rental.Rental{ID: "r", RiderID: ana, Plate: "other", State: rental.Riding}
		}, 409, "rider_has_rental"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			if c.set != nil {
				c.set(s)
			}
			before := len(s.store.rentals)
			res := s.asRider(t, "POST", "/v1/rentals", map[string]any{"qr": c.qr}, "Idempotency-Key", "key-1")
			problem(t, res, c.status, c.code)
			require.Empty(t, s.temporal.started())
			require.Len(t, s.store.rentals, before)
		})
	}
}

func TestRentBelievesFreshBatteryOnly(t *testing.T) {
	for name, seen := range map[string]api.Sighting{
		"stale":   {Plate: plate, Battery: 3, Seen: noon.Add(-time.Hour)},
		"unknown": {Plate: plate, Battery: -1, Seen: noon},
		"enough":  {Plate: plate, Battery: 15, Seen: noon},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.live.seen = []api.Sighting{seen}
			body(t, s.rent(t, ana, "key-1"), 201)
		})
	}
	t.Run("no live state at all", func(t *testing.T) {
		s := newStage(t)
		s.live.err = errors.New("redis is away")
		body(t, s.rent(t, ana, "key-1"), 201)
	})
	t.Run("no live state, and nothing stored", func(t *testing.T) {
		s := newStage(t)
		s.live.err = errors.New("redis is away")
		unknown := s.store.scooters[plate]
		unknown.Battery = -1
		s.store.scooters[plate] = unknown
		problem(t, s.rent(t, ana, "key-1"), 503, "scooter_unchecked")
		require.Empty(t, s.store.rentals)
	})
}

func TestRentWantsAKeyOfItsOwn(t *testing.T) {
	s := newStage(t)
	problem(t, s.rent(t, ana, ""), 422, "idempotency_key_missing")
	for name, key := range map[string]string{"blank": " ", "long": strings.Repeat("k", 129), "not ASCII": "clé"} {
		t.Run(name, func(t *testing.T) { problem(t, s.rent(t, ana, key), 422, "idempotency_key_invalid") })
	}
	body(t, s.rent(t, ana, "key-1"), 201)
	res := s.asRider(t, "POST", "/v1/rentals", map[string]any{"qr": "RD-OTHER"}, "Idempotency-Key", "key-1")
	problem(t, res, 422, "idempotency_key_reused")
	res = s.asRider(t, "POST", "/v1/reservations", map[string]any{"qr": code}, "Idempotency-Key", "key-1")
	problem(t, res, 422, "idempotency_key_reused")
	require.Len(t, s.store.rentals, 1)
}

func TestTheSameKeyOfTwoRidersIsTwoKeys(t *testing.T) {
	s := newStage(t)
	body(t, s.rent(t, ana, "key-1"), 201)
	problem(t, s.rent(t, eva, "key-1"), 409, "scooter_held")
}

// TestTwentyAtOnceWithOneKey has the first request start the workflow and the others join it.
func TestTwentyAtOnceWithOneKey(t *testing.T) {
	s := newStage(t)
	acked := make(chan struct{})
	var once sync.Once
	s.temporal.onStart = func(ctx context.Context, in workflows.RentalInput) error {
		first := false
		once.Do(func() { first = true })
		if !first {
			return alreadyStarted()
		}
		<-acked
		return s.acknowledge(ctx, in)
	}
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		<-acked
		return notRunning() // the run has closed meanwhile: the row tells
	}
	answers := make([]*httptest.ResponseRecorder, 20)
	bearer := s.token(t, ana, rider.ForRiders)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() {
			answers[i] = s.do(t, "POST", "/v1/rentals", bearer, map[string]any{"qr": code}, "Idempotency-Key", "key-1")
		})
	}
	require.Eventually(t, func() bool { return len(s.temporal.started()) == 20 }, 5*time.Second, time.Millisecond)
	close(acked)
	wait.Wait()
	want := body(t, answers[0], 201)
	require.Equal(t, "riding", want["state"])
	for _, a := range answers {
		require.Equal(t, want, body(t, a, 201))
	}
	require.Len(t, s.store.rentals, 1)
	for _, o := range s.temporal.asked(workflows.UpdateBegin) {
		require.Equal(t, want["id"], o.UpdateID)
		require.Equal(t, "scooter/12AB", o.WorkflowID)
	}
}

func TestRentIsHeldWhenAnotherHolderStays(t *testing.T) {
	s := newStage(t)
	s.temporal.onStart = func(context.Context, workflows.RentalInput) error { return alreadyStarted() }
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error { return rental.ErrOver }
	p := problem(t, s.rent(t, ana, "key-1"), 409, "scooter_held")
	require.Equal(t, "scooter_held", p["reason"])
	r := s.store.rentals[p["rental_id"].(string)]
	require.Equal(t, rental.Voided, r.Outcome)
}

func TestRentWaitsForAHolderThatIsClosing(t *testing.T) {
	for name, closing := range map[string]func() error{
		"refuses": func() error { return rental.ErrOver }, "is gone": notRunning, "fails": underway,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			tries := 0
			s.temporal.onStart = func(ctx context.Context, in workflows.RentalInput) error {
				if tries++; tries < 3 {
					return alreadyStarted()
				}
				return s.acknowledge(ctx, in)
			}
			s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error { return closing() }
			require.Equal(t, "riding", body(t, s.rent(t, ana, "key-1"), 201)["state"])
		})
	}
}

func TestRentTriesAgainWhileTemporalIsAway(t *testing.T) {
	s := newStage(t)
	tries := 0
	s.temporal.onStart = func(ctx context.Context, in workflows.RentalInput) error {
		if tries++; tries < 3 {
			return away()
		}
		return s.acknowledge(ctx, in)
	}
	require.Equal(t, "riding", body(t, s.rent(t, ana, "key-1"), 201)["state"])
}

func TestRentPastTheDeadlineIsAccepted(t *testing.T) {
	s := newStage(t, func(o *api.Options) { o.Config.HTTP.Deadline = 100 * time.Millisecond })
	for name, start := range map[string]func(context.Context, workflows.RentalInput) error{
		"the scooter is slow": func(ctx context.Context, _ workflows.RentalInput) error {
			<-ctx.Done()
			return ctx.Err()
		},
		"temporal stays away": func(context.Context, workflows.RentalInput) error { return away() },
	} {
		t.Run(name, func(t *testing.T) {
			s.store.rentals, s.store.keys = map[string]rental.Rental{}, map[string][2]string{}
			sc := s.store.scooters[plate]
			sc.Hold = fleet.Free
			s.store.scooters[plate] = sc
			s.temporal.onStart = start
			res := s.rent(t, ana, "key-1")
			b := body(t, res, 202)
			require.Equal(t, "unlocking", b["state"])
			require.Equal(t, "/v1/rentals/"+b["id"].(string), res.Header().Get("Location"))

			s.temporal.onStart = s.acknowledge
			require.Equal(t, "riding", body(t, s.rent(t, ana, "key-1"), 201)["state"], "the same key joins the same rental")
		})
	}
}

func TestRentThatTemporalRejectsIsVoid(t *testing.T) {
	s := newStage(t)
	s.temporal.onStart = func(context.Context, workflows.RentalInput) error { return badRequest() }
	res := s.rent(t, ana, "key-1")
	problem(t, res, 503, "scooter_unreachable")
	require.NotContains(t, res.Body.String(), "search attribute")
	require.Contains(t, s.log.String(), "no search attribute Plate")
}

func TestARepeatedKeyUnlocksNotLaterThanTheFirst(t *testing.T) {
	s := newStage(t, func(o *api.Options) { o.Config.HTTP.Deadline = 50 * time.Millisecond })
	s.temporal.onStart = func(context.Context, workflows.RentalInput) error { return away() }
	body(t, s.rent(t, ana, "key-1"), 202)
	s.now = noon.Add(9 * time.Second)
	s.temporal.onStart = s.acknowledge
	body(t, s.rent(t, ana, "key-1"), 201)
	for _, in := range s.temporal.started() {
		require.Equal(t, noon.Add(10*time.Second), in.Deadline)
	}
}

// TestRentAsksTheBooksFourTimes counts what a rider waits for before the scooter and after it: who is it, may they, open it, how is it.
func TestRentAsksTheBooksFourTimes(t *testing.T) {
	s := newStage(t)
	began := 0
	s.temporal.onStart = func(ctx context.Context, in workflows.RentalInput) error {
		began = s.store.calls
		err := s.acknowledge(ctx, in)
		s.store.calls = 0
		return err
	}
	s.store.calls = 0
	body(t, s.rent(t, ana, "key-1"), 201)
	require.Equal(t, 3, began)
	require.Equal(t, 1, s.store.calls)
}
