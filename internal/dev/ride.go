package dev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"rodada/internal/client"
	"rodada/providers/mail"
	"rodada/simulator"
)

// errNoScooter is a demo in which no scooter became available.
var errNoScooter = errors.New("no scooter became available near the square")

// narrator prints the demo ride.
type narrator struct{ out io.Writer }

func (n narrator) say(what, format string, args ...any) {
	fmt.Fprintf(n.out, "  %-9s %s\n", what, fmt.Sprintf(format, args...))
}

// tell says what the ride failed at, if it did: a zone or a tariff of somebody's own may forbid it, and all else runs on.
func (n narrator) tell(ctx context.Context, failure error, log string) {
	if failure != nil && ctx.Err() == nil {
		n.say("failed", "at %v; all else goes on (log: %s)", failure, log)
	}
}

// ride takes one ride through the public API, as a new rider's app would, and tells what happens.
func ride(ctx context.Context, n narrator, visitor *client.Client, boxes *simulator.Fleet, mails string) error {
	email := "visitor-" + uuid.NewString()[:8] + "@demo.rodada.example"
	secret := uuid.NewString()
	id, err := visitor.Register(ctx, client.NewRider{FirstName: "Luis", LastName: "Visitor", Email: email, Password: secret})
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	code, err := awaitCode(ctx, mails, email)
	if err != nil {
		return err
	}
	if _, err := visitor.Verify(ctx, id, code); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	n.say("register", "%s opens an account with the code that was mailed", email)
	luis, err := visitor.LogIn(ctx, email, secret)
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	if err := luis.SaveCard(ctx); err != nil {
		return fmt.Errorf("save a card: %w", err)
	}
	if err := luis.TopUp(ctx, uuid.NewString(), 1000); err != nil {
		return fmt.Errorf("top up: %w", err)
	}
	balance, err := luis.Balance(ctx)
	if err != nil {
		return fmt.Errorf("balance: %w", err)
	}
	n.say("top up", "the wallet holds %s", balance)

	near, err := awaitScooter(ctx, luis)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	n.say("find", "%d scooters near the square, the nearest %.0f m away with %d %% battery", len(near), near[0].Meters, near[0].Battery)

	return n.rideOne(ctx, luis, boxes)
}

// rideOne scans the first scooter that nobody has.
func (n narrator) rideOne(ctx context.Context, luis *client.Client, boxes *simulator.Fleet) error {
	var r client.Rental
	var i int
	var err error
	began := time.Now()
	for i = range fleetSize {
		if boxes.Scooter(plate(i)) == nil {
			continue // it was given another plate
		}
		began = time.Now()
		r, err = luis.Rent(ctx, uuid.NewString(), "https://rodada.example/s/"+code(i))
		var refused *client.Problem
		if err == nil || !errors.As(err, &refused) || refused.Status != 409 {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	n.say("scan", "the code on %s", plate(i))
	n.say("unlock", "the scooter answered over MQTT; riding after %d ms", time.Since(began).Milliseconds())
	box := boxes.Scooter(plate(i))
	box.AddTrip(1400) // a demo does not take the time that 1.4 km take
	for _, step := range []struct {
		what, word string
		hold       time.Duration
	}{
		{"pause", "locked for a moment; the meter is on the paused rate", 2 * time.Second},
		{"resume", "and on", 2 * time.Second},
		{"end", "the meter stops, the scooter locks", 0},
	} {
		box.SetSpeed(0) // at the lights
		if r, err = luis.Act(ctx, r.ID, step.what); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		box.FreeSpeed()
		n.say(step.what, "%s", step.word)
		sleep(ctx, step.hold)
	}
	return n.receipt(ctx, luis, r.ID)
}

func (n narrator) receipt(ctx context.Context, luis *client.Client, id string) error {
	r, err := luis.Rental(ctx, id)
	for err == nil && !r.Charged && !r.Waived && ctx.Err() == nil {
		sleep(ctx, 50*time.Millisecond)
		r, err = luis.Rental(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	for _, line := range r.Price.Lines {
		n.say("receipt", "%-10s x %-3d %s", line.Item, line.Quantity, client.Money{Amount: line.Amount, Currency: r.Price.Total.Currency})
	}
	balance, err := luis.Balance(ctx)
	if err != nil {
		return fmt.Errorf("balance: %w", err)
	}
	became := "charged once"
	if r.Waived {
		became = "void, for the scooter did not move"
	}
	n.say("receipt", "total %s, %s; the wallet holds %s", r.Price.Total, became, balance)
	return nil
}

// errNoMail is a demo in which no code came.
var errNoMail = errors.New("no mail with a code came")

// awaitCode waits until the code for a rider lies in the folder of mails.
func awaitCode(ctx context.Context, mails, email string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if code, found := mail.CodeTo(mails, email); found {
			return code, nil
		}
		sleep(ctx, 50*time.Millisecond)
	}
	return "", errNoMail
}

// reportsIn is how long the rest of the fleet may take once the first scooter was heard.
const reportsIn = 3 * time.Second

// awaitScooter waits until the scooters' first reports have arrived: all of them, or for a while those that have.
func awaitScooter(ctx context.Context, c *client.Client) ([]client.Scooter, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var first time.Time
	for ctx.Err() == nil {
		near, err := c.Near(ctx, client.Place{Lat: square.Lat, Lng: square.Lng}, 3000)
		if err != nil {
			return nil, err
		}
		if len(near) > 0 && first.IsZero() {
			first = time.Now()
		}
		if len(near) >= fleetSize || len(near) > 0 && time.Since(first) > reportsIn {
			return near, nil
		}
		sleep(ctx, 200*time.Millisecond)
	}
	return nil, errNoScooter
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
