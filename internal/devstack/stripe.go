package devstack

import (
	"context"
	"net/http"
	"path/filepath"
	"syscall"
)

// stripeService names stripe-mock in what is told; it is no part of a stack, as no role needs it.
const stripeService Service = "stripe-mock"

var stripeProgram = goProgram{stripeService, "stripe-mock", "github.com/stripe/stripe-mock", "v0.203.0", "half a minute"}

// StripeMock is Stripe's own stand-in for its API. It knows every request and the form of every answer, and remembers nothing.
type StripeMock struct {
	port int
	proc process
}

// StartStripeMock starts it on a free port, with its log in dir.
func StartStripeMock(ctx context.Context, dir string, progress func(string)) (*StripeMock, error) {
	o, err := Options{Progress: progress}.withDefaults()
	if err != nil {
		return nil, err
	}
	program, err := stripeProgram.find(ctx, o.Cache, o.Progress)
	if err != nil {
		return nil, err
	}
	port, err := claims{}.claim(stripeService, 0, "")
	if err != nil {
		return nil, err
	}
	m := &StripeMock{port: port, proc: process{
		service: stripeService, program: program, args: []string{"-http-addr", loopback(port)}, dir: dir,
		logFile: filepath.Join(dir, "stripe-mock.log"), stopWith: syscall.SIGTERM,
	}}
	return m, m.proc.start(ctx, m.ready)
}

func (m *StripeMock) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.URL()+"/v1/customers", http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer sk_test_123")
	return httpOK(request)
}

// URL is where it answers.
func (m *StripeMock) URL() string { return "http://" + loopback(m.port) }

// Stop ends it.
func (m *StripeMock) Stop() { m.proc.stop() }
