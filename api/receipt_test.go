package api_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/series"
	"rodada/domain/staff"
	"rodada/domain/wallet"
	"rodada/geo"
	"rodada/internal/config"
)

// kiosk is a bureau with a scooter, whose receipts name who gives them.
type kiosk struct {
	*bureau
	scooter fleet.Scooter
	tariff  fare.Tariff
}

func newKiosk(t *testing.T) *kiosk {
	t.Helper()
	c := &kiosk{bureau: newBureau(t, func(o *api.Options) {
		o.Config.Operator = config.Operator{
			Name: "Patinetes Ñandú", TaxID: "B1", Country: "ES", TimeZone: "Europe/Madrid", TaxName: "IVA", TaxPercent: 21,
		}
	})}
	var err error
	c.tariff, err = c.books.CreateTariff(t.Context(), fare.Tariff{
		ID: "standard", Name: "Standard", Currency: "EUR", Unlock: 100, Riding: []fare.Segment{{Rate: 25, Interval: 1}},
		Paused: []fare.Segment{{Rate: 5, Interval: 1}}, ReservationSeconds: 600,
	})
	require.NoError(t, err)
	model, err := c.books.CreateModel(t.Context(), fleet.Model{Name: "M1", MaxKmh: 25})
	require.NoError(t, err)
	c.scooter, err = c.books.CreateScooter(t.Context(), fleet.Scooter{QRCode: "RD-7K2M9Q", Plate: "THEN", Model: model, Position: geo.Point{Lat: 40.4, Lng: -3.7}})
	require.NoError(t, err)
	return c
}

func (c *kiosk) open(t *testing.T, who string) (id string) {
	t.Helper()
	r, _, err := c.books.OpenRental(t.Context(), rental.New{
		ID: uuid.NewString(), RiderID: who, ScooterID: c.scooter.ID, Key: uuid.NewString(), Digest: "d", State: rental.Unlocking, Tariff: c.tariff,
		Tax: fare.Tax{Name: "IVA", Hundredths: 2100},
	}, time.Hour)
	require.NoError(t, err)
	return r.ID
}

// ridden is a ride of five minutes, with a pause, that is over and not charged.
func (c *kiosk) ridden(t *testing.T, who string) (id string, bill fare.Bill) {
	t.Helper()
	id = c.open(t, who)
	used := fare.Usage{Riding: 5 * time.Minute, Paused: time.Minute, Meters: 1500}
	bill = fare.Quote(c.tariff, used, fare.Adjustment{Percent: -10})
	for _, change := range []rental.Change{
		{Seq: 1, State: rental.Riding, UnlockedAt: at(10)},
		{Seq: 2, State: rental.Locking, Outcome: rental.Ridden, StoppedAt: at(10).Add(6 * time.Minute), Bill: &bill, Usage: &used, EndPosition: &geo.Point{Lat: 40.41, Lng: -3.7}},
		{Seq: 3, State: rental.Ended, SecuredAt: at(10).Add(7 * time.Minute)},
	} {
		change.RentalID, change.Cause, change.At = id, rental.ByRider, at(10).Add(time.Duration(change.Seq)*time.Minute)
		require.NoError(t, c.books.Advance(t.Context(), change))
	}
	return id, bill
}

func (c *kiosk) receipt(t *testing.T, path, bearer string) (got api.RideReceipt) {
	t.Helper()
	res := c.do(t, "GET", path, bearer, nil, "Accept-Language", "es")
	require.Equal(t, 200, res.Code, res.Body.String())
	require.Equal(t, "application/json", res.Header().Get("Content-Type"))
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &got))
	return got
}

func TestReceipts(t *testing.T) {
	c := newKiosk(t)
	who, other := c.register(t, "Ana", "Núñez"), c.register(t, "Eva", "Gil")
	id, bill := c.ridden(t, who)
	track, paces := drive(at(10), 300)
	c.history.track, c.history.paces = map[string][]series.Place{"THEN": track}, paces
	mine, path := c.token(t, who, rider.ForRiders), "/v1/rentals/"+id+"/receipt"

	due := c.receipt(t, path, mine)
	require.EqualValues(t, "due", due.State)
	require.Equal(t, "Ana Núñez", due.Rider)
	require.Equal(t, "Patinetes Ñandú", due.Operator.Name)
	require.Equal(t, 1, due.Tariff.Version)
	require.Equal(t, "2,07\u00a0€", due.Cost.Text)
	require.Equal(t, "0,36\u00a0€", due.Tax.Amount.Text)
	require.Equal(t, "R-000001", due.Number)
	require.Equal(t, due.Issued, c.receipt(t, path, mine).Issued)
	require.Equal(t, "LineString", due.Route.Type)
	require.InDelta(t, 1475, due.RouteMeters, 20)
	var sum int64
	for _, l := range due.Lines {
		sum += l.Amount.Minor
	}
	require.Equal(t, bill.Total.Minor, sum)

	require.NoError(t, c.books.Book(t.Context(), wallet.Charge(id, who, bill.Total, bill.Pauses())))
	acting := staff.Acting(t.Context(), staff.Actor{Email: "eva@example.com"})
	_, err := c.books.RefundRental(acting, wallet.RefundRequest{Key: "k", RentalID: id, Minor: 7, Why: "a secret of staff"})
	require.NoError(t, err)
	part := c.receipt(t, path, mine)
	require.EqualValues(t, "partly_refunded", part.State)
	require.EqualValues(t, 200, part.Cost.Minor)
	require.Len(t, part.Movements, 2)
	staffs := c.receipt(t, "/admin/v1"+strings.TrimPrefix(path, "/v1"), c.hire(t, staff.Money))
	require.Equal(t, part, staffs)
	_, err = c.books.RefundRental(acting, wallet.RefundRequest{Key: "l", RentalID: id, Why: "all of it"})
	require.NoError(t, err)
	res := c.do(t, "GET", path, mine, nil, "Accept-Language", "en-GB,es;q=0.5")
	whole := body(t, res, 200)
	require.Equal(t, "Refunded", whole["state_text"])
	require.NotContains(t, res.Body.String(), "secret")
	require.Equal(t, "en", res.Header().Get("Content-Language"))

	for accept, kind := range map[string]string{
		"application/pdf": "application/pdf", "application/json;q=0.5, application/pdf": "application/pdf", "*/*": "application/json",
		"application/pdf;q=0.1, application/json": "application/json", "Application/PDF": "application/pdf", "text/html": "application/json", "": "application/json",
	} {
		res := c.do(t, "GET", path, mine, nil, "Accept", accept)
		require.Equal(t, 200, res.Code)
		require.Equal(t, kind, res.Header().Get("Content-Type"), accept)
		require.Equal(t, kind == "application/pdf", strings.HasPrefix(res.Body.String(), "%PDF-1."), accept)
	}
	paper := c.do(t, "GET", path, mine, nil, "Accept", "application/pdf").Body.Bytes()
	require.Equal(t, paper, c.do(t, "GET", path, mine, nil, "Accept", "application/pdf").Body.Bytes(), "the same each time")

	c.history.err = series.ErrAway.Because(errors.New("no InfluxDB"))
	away := c.receipt(t, path, mine)
	require.True(t, away.RouteAway)
	require.Nil(t, away.Route)
	require.Equal(t, 200, c.do(t, "GET", path, mine, nil, "Accept", "application/pdf").Code)

	problem(t, c.do(t, "GET", path, c.token(t, other, rider.ForRiders), nil), 404, "rental_unknown")
	problem(t, c.do(t, "GET", path, c.token(t, support, rider.ForStaff), nil), 401, "token_invalid")
	problem(t, c.do(t, "GET", "/admin/v1/rentals/"+id+"/receipt", c.hire(t, staff.Operate), nil), 403, "permission_missing")
	problem(t, c.do(t, "GET", "/admin/v1/rentals/"+uuid.NewString()+"/receipt", c.hire(t, staff.Money), nil), 404, "rental_unknown")
}

func TestRentalsWithoutReceipts(t *testing.T) {
	c := newKiosk(t)
	who := c.register(t, "Ana", "Ruiz")
	mine, id := c.token(t, who, rider.ForRiders), c.open(t, who)
	problem(t, c.do(t, "GET", "/v1/rentals/"+id+"/receipt", mine, nil), 409, "receipt_not_yet")
	require.NoError(t, c.books.Advance(t.Context(), rental.Change{
		RentalID: id, Seq: 1, State: rental.Securing, Outcome: rental.Voided, Reason: rental.ScooterSilent, Cause: rental.ByScooter, At: at(10),
	}))
	problem(t, c.do(t, "GET", "/v1/rentals/"+id+"/receipt", mine, nil), 409, "receipt_none")
}

func TestARidersRentalsByStateMoneyAndTime(t *testing.T) {
	c := newKiosk(t)
	who, other := c.register(t, "Ana", "Ruiz"), c.register(t, "Eva", "Gil")
	due, _ := c.ridden(t, who)
	charged, bill := c.ridden(t, who)
	require.NoError(t, c.books.Book(t.Context(), wallet.Charge(charged, who, bill.Total, 0)))
	c.ridden(t, other)
	open := c.open(t, who)
	for query, want := range map[string][]string{
		"":                                  {open, charged, due},
		"?state=ended":                      {charged, due},
		"?state=unlocking,riding":           {open},
		"?state=ended&money=due":            {due},
		"?money=charged":                    {charged},
		"?limit=1&state=ended":              {charged},
		"?state=ended&before=" + charged:    {due},
		"?until=2000-01-01T00:00:00Z":       {},
		"?since=2000-01-01T00:00:00Z":       {open, charged, due},
		"?state=void":                       {},
		"?before=" + uuid.NewString():       {},
		"?money=refunded,waived&state=void": {},
	} {
		got := []string{}
		for _, r := range body(t, c.do(t, "GET", "/v1/rentals"+query, c.token(t, who, rider.ForRiders), nil), 200)["rentals"].([]any) {
			got = append(got, r.(map[string]any)["id"].(string))
		}
		require.Equal(t, want, got, query)
	}
	problem(t, c.do(t, "GET", "/v1/rentals?state=lost", c.token(t, who, rider.ForRiders), nil), 422, "request_invalid")
}
