// Package client speaks Rodada's REST API as an app does: for the demo ride, the end-to-end stories and the measurements.
// Its types are its own, so that what it reads is what the wire says and not what the server's code believes.
package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client is one person with the API: a rider or a member of staff.
type Client struct {
	base  string
	http  *http.Client
	token string
}

// New makes a client for the API at base, such as http://127.0.0.1:8080.
func New(base string) *Client {
	return &Client{base: base, http: &http.Client{
		Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 256, ResponseHeaderTimeout: patience},
	}}
}

// Trusting returns a client that checks the API's certificate as t says.
func (c *Client) Trusting(t *tls.Config) *Client {
	other, transport := *c, c.http.Transport.(*http.Transport).Clone() //nolint:forcetypeassert,errcheck // New made it
	transport.TLSClientConfig = t
	other.http = &http.Client{Timeout: c.http.Timeout, Transport: transport}
	return &other
}

// patience is how long an answer may take: all of it, or its beginning where the request or the answer may be long.
const patience = time.Minute

// unhurried is for what may take its time on the way.
func (c *Client) unhurried() *http.Client {
	other := *c.http
	other.Timeout = 0
	return &other
}

// As returns a client that shares the connections and has another token.
func (c *Client) As(token string) *Client {
	other := *c
	other.token = token
	return &other
}

// Answer is a response as it came.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Problem is the body of a refusal (RFC 9457).
type Problem struct { //nolint:errname // its name in the API
	Status int             `json:"status"`
	Title  string          `json:"title"`
	Detail string          `json:"detail"`
	Code   string          `json:"code"`
	Rest   json.RawMessage `json:"-"`
}

func (p *Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

// Do sends one request; header is name, value, name, value. It fails only when no answer came.
func (c *Client) Do(ctx context.Context, method, path string, body any, header ...string) (Answer, error) {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return Answer{}, err
		}
		header = append([]string{"Content-Type", "application/json"}, header...)
	}
	return c.Send(ctx, method, path, payload, header...)
}

// Send is Do with a body as it is.
func (c *Client) Send(ctx context.Context, method, path string, payload []byte, header ...string) (Answer, error) {
	return c.send(ctx, c.http, method, path, payload, header...)
}

// Upload is Send for a body that may be long on its way; the server says how long.
func (c *Client) Upload(ctx context.Context, path string, payload []byte, header ...string) (Answer, error) {
	return c.send(ctx, c.unhurried(), http.MethodPost, path, payload, header...)
}

func (c *Client) send(ctx context.Context, over *http.Client, method, path string, payload []byte, header ...string) (Answer, error) {
	res, err := c.open(ctx, over, method, path, payload, header...)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return Answer{Status: res.StatusCode, Header: res.Header, Body: text}, err
}

func (c *Client) open(ctx context.Context, over *http.Client, method, path string, payload []byte, header ...string) (*http.Response, error) {
	var body io.Reader
	if payload != nil {
		body = bytes.NewReader(payload)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return over.Do(req)
}

// Into reads the answer: into out when it is a success, else as a *Problem.
func (a Answer) Into(out any) error {
	if a.Status >= 400 {
		p := &Problem{Rest: a.Body}
		if err := json.Unmarshal(a.Body, p); err != nil {
			return fmt.Errorf("status %d with a body that is no problem: %q", a.Status, a.Body)
		}
		return p
	}
	if out == nil || len(a.Body) == 0 {
		return nil
	}
	return json.Unmarshal(a.Body, out)
}

// Call is Do and Into.
func (c *Client) Call(ctx context.Context, method, path string, body, out any, header ...string) error {
	answer, err := c.Do(ctx, method, path, body, header...)
	if err != nil {
		return err
	}
	return answer.Into(out)
}
