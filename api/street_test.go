package api_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/activities"
	"rodada/api"
	"rodada/api/token"
	"rodada/domain/command"
	"rodada/domain/debt"
	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
	"rodada/protocol"
	"rodada/providers/payment"
	"rodada/seal"
	"rodada/worker"
	"rodada/workflows"
)

// street is the API on a real Postgres, a real Temporal and the real workflows; only the scooters are ours: they answer
// every command at once with a status of the test's choice, or not at all.
type street struct {
	*stage
	books  *postgres.Store
	client client.Client
	till   *payment.Sandbox
	plate  string
	code   string

	mu      sync.Mutex
	waiters map[protocol.Code]command.Waiter
	status  map[protocol.Code]int // of the answer to a command; 0 when not named, -1 stays silent
	heard   map[protocol.Code]int // commands by code
}

func newStreet(t *testing.T, edits ...func(*api.Options)) *street {
	t.Helper()
	st := &street{
		plate: testkit.Plate(t), waiters: map[protocol.Code]command.Waiter{},
		status: map[protocol.Code]int{}, heard: map[protocol.Code]int{},
	}
	st.code = "QR-" + st.plate
	ctx := t.Context()
	books, served, url := openBooks(t)
	st.books = books
	working, err := postgres.Open(ctx, roleURL(t, url, migrations.Worker), 20)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, working.Close()) })
	_, err = st.books.CreateTariff(ctx, fare.Tariff{
		ID: postgres.StandardTariff, Name: "Standard", Currency: "EUR", Unlock: 100, MinimumBalance: 500,
		Riding: []fare.Segment{{Rate: 25, Interval: 1}}, ReservationSeconds: 600,
	})
	require.NoError(t, err)
	model, err := st.books.CreateModel(ctx, fleet.Model{Name: "M1", MaxKmh: 25, RangeMeters: 30000})
	require.NoError(t, err)
	_, err = st.books.CreateScooter(ctx, fleet.Scooter{
		QRCode: st.code, Plate: st.plate, IMEI: "860000000000001", Model: model, Service: fleet.InService, Hold: fleet.Free, Battery: 80, LimitKmh: 20,
	})
	require.NoError(t, err)
	require.NoError(t, st.books.CreateStaff(ctx, staff.Member{
		ID: support, FirstName: "Eva", LastName: "Staff", Email: "support@example.com", PasswordHash: "none",
		Permissions: []staff.Permission{staff.Admin},
	}))

	keys, err := seal.Parse(seal.NewKey("test"))
	require.NoError(t, err)
	st.till, err = payment.NewSandbox(payment.SandboxOptions{Dir: t.TempDir(), Secret: "sandbox"})
	require.NoError(t, err)
	t.Cleanup(st.till.Close)
	var queue string
	st.client, queue = testkit.Temporal(t)
	owing := worker.Debts{
		Books: working, Temporal: st.client, Queue: queue, Limits: workflows.TopUpLimits{Announce: time.Minute, Action: time.Minute}, Currency: "EUR",
		First: time.Hour, Now: time.Now,
	}
	cashier := &activities.Cashier{Provider: st.till, Books: working, Safe: keys, Debts: owing}
	w := worker.New(st.client, worker.Options{
		TaskQueue: queue, StopTimeout: time.Second,
		Scooters: &activities.Scooters{Publisher: st, Leases: st, Live: st, Now: time.Now},
		Rentals:  &activities.Rentals{Store: working, Zones: working, Live: st},
		Wallets:  &activities.Wallets{Ledger: working, Debts: owing},
		Cashier:  cashier,
		Debts: &activities.Debts{
			Books: working, Collectors: owing, GiveUp: cashier.GiveUp, Provider: st.till.Name(), Currency: "EUR", Country: "ES", Steps: debt.Steps{time.Hour, 24 * time.Hour},
			Safe: keys, Now: time.Now,
		},
		People:   &activities.People{Notifier: st, Alerts: working},
		Commands: &activities.Commands{Store: working},
	})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)

	st.stage = newStage(t, func(o *api.Options) {
		o.Store, o.Temporal, o.Now, o.Registry = served, st.client, time.Now, prometheus.NewRegistry()
		o.Payments, o.Sealer = st.till, keys
		o.Config.HTTP.Deadline = 30 * time.Second
		o.Config.Temporal.TaskQueue = queue
		o.Config.Rental.AckWindow, o.Config.Rental.UnlockWindow = time.Second, 2*time.Second
		o.Config.Rental.RemindAfter, o.Config.Rental.PauseAfter, o.Config.Rental.EndAfter = time.Hour, 2*time.Hour, 3*time.Hour
		o.Config.Rental.LockBackoff, o.Config.Rental.LockBackoffMax = 50*time.Millisecond, time.Second
		o.Log = slog.New(slog.DiscardHandler)
		for _, edit := range edits {
			edit(o)
		}
	})
	st.tokens, err = token.NewIssuer(secret, 15*time.Minute, time.Now)
	require.NoError(t, err)
	return st
}

// Take, Withdraw and TakeHeard are leases in memory.
func (st *street) Take(_ context.Context, _ string, ack protocol.Code, w command.Waiter, _ time.Duration) (command.Taken, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if held, ok := st.waiters[ack]; ok {
		if held == w {
			return command.TakenOwn, nil
		}
		return command.TakenBusy, nil
	}
	st.waiters[ack] = w
	return command.TakenNew, nil
}

// Watch: nobody answers that soon; the answer will be signalled.
func (st *street) Watch(context.Context, string, protocol.Code, string, time.Duration) (*command.Ack, error) {
	return nil, nil
}

func (st *street) Withdraw(_ context.Context, _ string, ack protocol.Code, sendID string) (*command.Ack, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.waiters[ack].SendID == sendID {
		delete(st.waiters, ack)
	}
	return nil, nil
}

func (st *street) TakeHeard(context.Context, string, command.Waiter, time.Duration) error { return nil }

func (st *street) LastKnown(context.Context, string) (activities.LastKnown, error) {
	return activities.LastKnown{SpeedKmh: 0, TripKm: -1, Seen: time.Now()}, nil
}

func (st *street) Notify(context.Context, rider.Notice) error { return nil }

// Publish is the scooter: it answers whoever waits.
func (st *street) Publish(ctx context.Context, _ string, _ byte, frame []byte) error {
	var wire struct {
		Code protocol.Code `json:"a"`
	}
	if err := json.Unmarshal(frame, &wire); err != nil {
		return err
	}
	spec, _ := protocol.Lookup(wire.Code)
	st.mu.Lock()
	st.heard[wire.Code]++
	status := st.status[wire.Code]
	w, waits := st.waiters[spec.Ack]
	if waits && status >= 0 {
		delete(st.waiters, spec.Ack)
	}
	st.mu.Unlock()
	if !waits || status < 0 {
		return nil
	}
	return st.client.SignalWorkflow(ctx, w.WorkflowID, "", workflows.SignalAck, command.Ack{
		SendID: w.SendID, Code: int(spec.Ack), Status: &status, ReceivedAt: time.Now(),
		Values: map[string]any{"speed_kmh": 0, "trip_km": 0},
	})
}

// answers sets the status that a command is answered with from now on.
func (st *street) answers(code protocol.Code, status int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.status[code] = status
}

func (st *street) unlocks() int {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.heard[protocol.Code(1)]
}

// someone is a new rider with 20.00 in the wallet, and the rider's token.
func (st *street) someone(t *testing.T) string {
	t.Helper()
	id := uuid.NewString()
	require.NoError(t, st.books.CreateRider(t.Context(), rider.Rider{
		ID: id, FirstName: "Some", LastName: "One", Email: id + "@example.com", PasswordHash: "none", Language: "es",
	}))
	bearer := st.token(t, id, rider.ForRiders)
	st.card(t, bearer)
	body(t, st.do(t, "POST", "/v1/wallet/topups", bearer, map[string]any{"amount": 2000}, "Idempotency-Key", "first"), 200)
	return bearer
}

// card is a card that a rider saves.
func (s *stage) card(t *testing.T, bearer string) (id string) {
	t.Helper()
	id = body(t, s.do(t, "POST", "/v1/payment-methods", bearer, nil), 201)["id"].(string)
	body(t, s.do(t, "POST", "/v1/payment-methods/"+id+"/confirm", bearer, nil), 200)
	return id
}
