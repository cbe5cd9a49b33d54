package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"golang.org/x/term"

	"rodada/internal/certs"
	"rodada/internal/client"
	"rodada/internal/config"
)

// Ask asks a person for a secret.
type Ask func(prompt string) (string, error)

// Terminal asks whoever sits in front of the process.
func Terminal(prompt string) (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", errors.New("set RODADA_STAFF_PASSWORD or RODADA_STAFF_PASSWORD_FILE: there is no terminal to ask at")
	}
	fmt.Fprint(os.Stderr, prompt)
	typed, err := term.ReadPassword(in)
	fmt.Fprintln(os.Stderr)
	return string(typed), err
}

// logIn is a client of the API in the name of the member of staff that the configuration names.
func logIn(ctx context.Context, settings Settings, ask Ask) (*client.Client, error) {
	c, err := settings()
	if err != nil {
		return nil, err
	}
	who := c.Client
	if who.Email == "" {
		return nil, usage("set RODADA_STAFF_EMAIL: who gives the command?")
	}
	password := who.Password
	if password == "" {
		if password, err = ask("Password of " + who.Email + ": "); err != nil {
			return nil, &ExitError{Exit: ExitUsage, Text: err.Error()}
		}
	}
	visitor, err := visit(who)
	if err != nil {
		return nil, &ExitError{Exit: ExitUsage, Text: err.Error()}
	}
	app, err := visitor.LogInStaffWith(ctx, who.Email, password, who.Code)
	var p *client.Problem
	if errors.As(err, &p) && p.Code == "second_factor_missing" {
		code, asked := ask("Code of the second factor: ")
		if asked != nil {
			return nil, &ExitError{Exit: ExitUsage, Text: "the account has a second factor: set RODADA_STAFF_CODE"}
		}
		app, err = visitor.LogInStaffWith(ctx, who.Email, password, code)
	}
	if err != nil {
		return nil, failureOf(err)
	}
	return app, nil
}

// visit is the API for somebody who has not logged in.
func visit(c config.Client) (*client.Client, error) {
	visitor := client.New(c.URL)
	if c.CA == "" {
		return visitor, nil
	}
	t, err := certs.Client(certs.Files{CA: c.CA}, slog.Default())
	if err != nil {
		return nil, fmt.Errorf("RODADA_CA: %w", err)
	}
	return visitor.Trusting(t), nil
}
