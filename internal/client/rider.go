package client

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Money is an amount in minor units.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

func (m Money) String() string {
	return fmt.Sprintf("%d.%02d %s", m.Amount/100, m.Amount%100, m.Currency)
}

// Place is a position in degrees.
type Place struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Scooter is a scooter near by.
type Scooter struct {
	ID       string  `json:"id"`
	Position Place   `json:"position"`
	Meters   float64 `json:"distance_meters"`
	Battery  int     `json:"battery"`
	Model    string  `json:"model"`
}

// Rental is a rental as its rider sees it.
type Rental struct {
	ID         string    `json:"id"`
	State      string    `json:"state"`
	Reason     string    `json:"reason"`
	ScooterID  string    `json:"scooter_id"`
	UnlockedAt time.Time `json:"unlocked_at"`
	StoppedAt  time.Time `json:"stopped_at"`
	Charged    bool      `json:"charged"`
	Waived     bool      `json:"waived"`
	Usage      struct {
		RidingSeconds int64 `json:"riding_seconds"`
		PausedSeconds int64 `json:"paused_seconds"`
		Meters        int64 `json:"meters"`
	} `json:"usage"`
	Price struct {
		Lines []struct {
			Item     string `json:"item"`
			Quantity int64  `json:"quantity"`
			Amount   int64  `json:"amount"`
		} `json:"lines"`
		Total Money `json:"total"`
	} `json:"price"`
}

// Session is what a login gives.
type Session struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

// NewRider is what registering takes.
type NewRider struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
	Password  string `json:"password"`
}

// Register asks for an account and returns what the code goes with that is mailed.
func (c *Client) Register(ctx context.Context, r NewRider) (id string, err error) {
	var out struct {
		ID string `json:"id"`
	}
	err = c.Call(ctx, http.MethodPost, "/v1/riders", r, &out)
	return out.ID, err
}

// Verify opens the account with the code, and returns the rider's ID.
func (c *Client) Verify(ctx context.Context, id, code string) (riderID string, err error) {
	var out struct {
		ID string `json:"id"`
	}
	err = c.Call(ctx, http.MethodPost, "/v1/riders/verify", map[string]string{"id": id, "code": code}, &out)
	return out.ID, err
}

// LogIn returns a client that is logged in as a rider.
func (c *Client) LogIn(ctx context.Context, email, password string) (*Client, error) {
	var s Session
	err := c.Call(ctx, http.MethodPost, "/v1/sessions", map[string]string{"email": email, "password": password}, &s)
	return c.As(s.AccessToken), err
}

// LogInStaff returns a client that is logged in as a member of staff.
func (c *Client) LogInStaff(ctx context.Context, email, password string) (*Client, error) {
	return c.LogInStaffWith(ctx, email, password, "")
}

// LogInStaffWith is LogInStaff with the code of a second factor, if the account has one.
func (c *Client) LogInStaffWith(ctx context.Context, email, password, code string) (*Client, error) {
	var s Session
	in := map[string]string{"email": email, "password": password}
	if code != "" {
		in["code"] = code
	}
	err := c.Call(ctx, http.MethodPost, "/admin/v1/sessions", in, &s)
	return c.As(s.AccessToken), err
}

// SaveCard saves a card that needs no app to be given: one of the sandbox.
func (c *Client) SaveCard(ctx context.Context) error {
	var begun struct {
		ID string `json:"id"`
	}
	if err := c.Call(ctx, http.MethodPost, "/v1/payment-methods", nil, &begun); err != nil {
		return err
	}
	return c.Call(ctx, http.MethodPost, "/v1/payment-methods/"+begun.ID+"/confirm", nil, nil)
}

// TopUp puts money into the wallet from the card that is saved.
func (c *Client) TopUp(ctx context.Context, key string, minor int64) error {
	return c.Call(ctx, http.MethodPost, "/v1/wallet/topups", map[string]int64{"amount": minor}, nil, "Idempotency-Key", key)
}

// Balance is what the wallet holds.
func (c *Client) Balance(ctx context.Context) (Money, error) {
	var out struct {
		Balance Money `json:"balance"`
	}
	err := c.Call(ctx, http.MethodGet, "/v1/wallet", nil, &out)
	return out.Balance, err
}

// Near lists the scooters that may be rented near a place.
func (c *Client) Near(ctx context.Context, at Place, meters int) ([]Scooter, error) {
	var out struct {
		Scooters []Scooter `json:"scooters"`
	}
	err := c.Call(ctx, http.MethodGet, fmt.Sprintf("/v1/scooters?lat=%f&lng=%f&radius=%d", at.Lat, at.Lng, meters), nil, &out)
	return out.Scooters, err
}

// Rent scans a QR code.
func (c *Client) Rent(ctx context.Context, key, qr string) (Rental, error) {
	var r Rental
	err := c.Call(ctx, http.MethodPost, "/v1/rentals", map[string]string{"qr": qr}, &r, "Idempotency-Key", key)
	return r, err
}

// Reserve holds a scooter.
func (c *Client) Reserve(ctx context.Context, key, qr string) (Rental, error) {
	var r Rental
	err := c.Call(ctx, http.MethodPost, "/v1/reservations", map[string]string{"qr": qr}, &r, "Idempotency-Key", key)
	return r, err
}

// Act pauses, resumes or ends a rental.
func (c *Client) Act(ctx context.Context, id, what string) (Rental, error) {
	var r Rental
	err := c.Call(ctx, http.MethodPost, "/v1/rentals/"+id+"/"+what, nil, &r)
	return r, err
}

// Rental reads one rental.
func (c *Client) Rental(ctx context.Context, id string) (Rental, error) {
	var r Rental
	err := c.Call(ctx, http.MethodGet, "/v1/rentals/"+id, nil, &r)
	return r, err
}
