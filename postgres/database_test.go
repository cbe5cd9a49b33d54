package postgres_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// books is a store on an empty database, the database itself to break into, and a fleet to rent from.
type books struct {
	*postgres.Store
	t   testing.TB
	ctx context.Context
	db  *sqlx.DB

	tariff fare.Tariff
	model  fleet.Model
}

func newBooks(t testing.TB) *books {
	t.Helper()
	return newBooksAt(t, testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up))
}

// newBooksAt sets the books up in the empty database at url.
func newBooksAt(t testing.TB, url string) *books {
	t.Helper()
	b := &books{t: t, ctx: t.Context()}
	var err error
	b.Store, err = postgres.Open(b.ctx, url, 20)
	require.NoError(t, err)
	b.db, err = sqlx.Connect("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() {
		b.plainDeeds()
		require.NoError(t, b.Close())
		require.NoError(t, b.db.Close())
	})

	b.tariff, err = b.CreateTariff(b.ctx, fare.Tariff{
		ID: postgres.StandardTariff, Name: "Standard", Currency: "EUR", Unlock: 100, MinimumBalance: 500,
		Riding: []fare.Segment{{Rate: 25, Interval: 1}}, ReservationSeconds: 600,
	})
	require.NoError(t, err)
	b.model, err = b.CreateModel(b.ctx, fleet.Model{Name: "M1", MaxKmh: 25, RangeMeters: 30000})
	require.NoError(t, err)
	return b
}

// plainDeeds looks at everything that a test had written into the audit log: what is in it has the names that the API gives, not those
// of Go's fields.
func (b *books) plainDeeds() {
	b.t.Helper()
	var odd []string
	err := b.db.Select(&odd, `
		SELECT DISTINCT action || ': ' || key FROM audit_log,
			jsonb_path_query(jsonb_build_array(before, after), '$.** ? (@.type() == "object").keyvalue().key') AS of(key)
		WHERE key #>> '{}' ~ '^[A-Z][a-z]'`)
	if err != nil {
		require.ErrorContains(b.t, err, `"audit_log" does not exist`) // the test took it away
	}
	require.Empty(b.t, odd)
}

var scooters atomic.Int64

func (b *books) scooter() fleet.Scooter {
	b.t.Helper()
	n := scooters.Add(1)
	s, err := b.CreateScooter(b.ctx, fleet.Scooter{
		QRCode: fmt.Sprintf("QR%04d", n), Plate: fmt.Sprintf("8600%04d", n), IMEI: fmt.Sprintf("86%013d", n),
		Model: b.model, Position: geo.Point{Lat: 40.4, Lng: -3.7}, Battery: 80,
	})
	require.NoError(b.t, err)
	return s
}

func (b *books) rider() rider.Rider {
	b.t.Helper()
	id := uuid.NewString()
	r := rider.Rider{ID: id, FirstName: "Ana", LastName: "Ruiz", Email: id + "@example.org", PasswordHash: "x", Language: "es"}
	require.NoError(b.t, b.CreateRider(b.ctx, r))
	return r
}

// request is what a rider asks for with a fresh key.
func (b *books) request(riderID string, s fleet.Scooter) rental.New {
	return rental.New{
		ID: uuid.NewString(), RiderID: riderID, ScooterID: s.ID, Key: uuid.NewString(), Digest: "d",
		State: rental.Unlocking, Tariff: b.tariff,
	}
}

// open opens a rental that must open.
func (b *books) open(n rental.New) rental.Rental {
	b.t.Helper()
	r, created, err := b.OpenRental(b.ctx, n, never)
	require.NoError(b.t, err)
	require.True(b.t, created)
	return r
}

// exec does to the database what no method would.
func (b *books) exec(query string, args ...any) error {
	_, err := b.db.ExecContext(b.ctx, query, args...)
	return err
}

func (b *books) count(query string, args ...any) (n int) {
	b.t.Helper()
	require.NoError(b.t, b.db.GetContext(b.ctx, &n, query, args...))
	return n
}
