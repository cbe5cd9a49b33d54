package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"

	"rodada/internal/client"
)

// What the process ends with. They are documented in docs/cli.md and never change their meaning.
const (
	ExitFailed      = 1 // anything else
	ExitUsage       = 2 // no such command, a parameter that is missing or not valid
	ExitRefused     = 3 // the scooter refused
	ExitSilent      = 4 // the scooter did not answer
	ExitConflict    = 5 // not now: held, moving, powered off, another command under way
	ExitForbidden   = 6 // the login is wrong, or a permission is missing
	ExitUnavailable = 7 // the API, or the way to the scooter, is down; nothing is known to have been sent
	ExitPending     = 8 // still under way
	ExitSignal      = 128
)

// ExitError is an error with the code to exit with.
type ExitError struct {
	Exit int
	Text string
}

func (f *ExitError) Error() string { return f.Text }

// ExitCode is what the process ends with.
func (f *ExitError) ExitCode() int { return f.Exit }

func usage(format string, args ...any) error {
	return &ExitError{Exit: ExitUsage, Text: fmt.Sprintf(format, args...)}
}

// Interrupted is what a command ends with that a signal ended: with its number beyond ExitSignal, as shells say it.
func Interrupted(signal syscall.Signal) error {
	return &ExitError{Exit: ExitSignal + int(signal), Text: signal.String()}
}

// ExitCode is what the process ends with for an error.
func ExitCode(err error) int {
	var f *ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &f):
		return f.Exit
	}
	return ExitFailed
}

// exits are the codes of problems whose status says too little.
var exits = map[string]int{"command_refused": ExitRefused, "command_silent": ExitSilent}

// ways are what to type instead, by the codes of problems whose own words speak of the API.
var ways = map[string]string{"firmware_older": "--downgrade", "firmware_downgrade": "--downgrade"}

// failureOf is what a refusal of the API means to whoever typed the command.
func failureOf(err error) error {
	var p *client.Problem
	var ended *ExitError
	switch {
	case errors.As(err, &ended): // by a signal, while it waited
		return ended
	case !errors.As(err, &p):
		return &ExitError{Exit: ExitUnavailable, Text: "the API does not answer: " + clean(err.Error())}
	}
	f := &ExitError{Exit: exits[p.Code], Text: p.Detail}
	if f.Exit == 0 {
		switch p.Status {
		case http.StatusUnprocessableEntity, http.StatusBadRequest, http.StatusNotFound:
			f.Exit = ExitUsage
		case http.StatusUnauthorized, http.StatusForbidden:
			f.Exit = ExitForbidden
		case http.StatusConflict:
			f.Exit = ExitConflict
		case http.StatusServiceUnavailable:
			f.Exit = ExitUnavailable
		default:
			f.Exit = ExitFailed
		}
	}
	var facts struct {
		Meaning  string `json:"meaning"`
		Status   *int   `json:"device_status"`
		Attempts int    `json:"attempts"`
		Newest   string `json:"newest"` // image of the model
		Errors   []struct {
			Location string `json:"location"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	defer func() { f.Text = clean(f.Text) }()
	if json.Unmarshal(p.Rest, &facts) != nil {
		return f
	}
	if facts.Status != nil {
		f.Text += fmt.Sprintf(" It says: %s (status %d).", facts.Meaning, *facts.Status)
	}
	if f.Exit == ExitSilent {
		f.Text += fmt.Sprintf(" Sent %s.", times(facts.Attempts))
	}
	if facts.Newest != "" {
		f.Text += " The newest is " + facts.Newest + "."
	}
	if way := ways[p.Code]; way != "" {
		f.Text += " Here: " + way + "."
	}
	for _, e := range facts.Errors {
		if e.Message != p.Detail { // which it is when there is one field alone
			f.Text += fmt.Sprintf(" %s: %s.", strings.TrimPrefix(e.Location, "body."), strings.TrimSuffix(e.Message, "."))
		}
	}
	return f
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
