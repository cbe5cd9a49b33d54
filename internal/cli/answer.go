package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"rodada/internal/client"
)

// inquire logs in, asks the API one thing and prints the answer.
func inquire(
	cmd *cobra.Command, settings Settings, ask Ask, method, path string, body any, asJSON bool, show func(io.Writer, []byte) error,
) error {
	app, err := logIn(cmd.Context(), settings, ask)
	if err != nil {
		return err
	}
	answer, err := app.Do(cmd.Context(), method, path, body)
	return answered(cmd.OutOrStdout(), answer, err, asJSON, show)
}

// answered prints an answer, as a person or a program wants it.
func answered(out io.Writer, answer client.Answer, err error, asJSON bool, show func(io.Writer, []byte) error) error {
	if err == nil {
		err = answer.Into(nil)
	}
	if err != nil {
		return failureOf(err)
	}
	if !asJSON {
		return show(out, answer.Body)
	}
	return showJSON(out, answer)
}

// showJSON prints an answer as it is, with a line for each part.
func showJSON(out io.Writer, answer client.Answer) error {
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, answer.Body, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, pretty.String())
	return err
}

// finish gives a command what all have: --json, and the words of usage errors. The flags that are named must be given.
func finish(cmd *cobra.Command, asJSON *bool, required ...string) *cobra.Command {
	cmd.Flags().SortFlags = false
	if asJSON != nil {
		cmd.Flags().BoolVar(asJSON, "json", false, "show the API's answer as it is")
	}
	cmd.DisableFlagsInUseLine = true
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v", err) })
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range required {
			if cmd.Flags().Lookup(name).Value.String() == "" {
				return usage("--%s is missing", name)
			}
		}
		return run(cmd, args)
	}
	return cmd
}

// oneArg wants one argument, which help calls name.
func oneArg(name string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("give one %s", name)
		}
		return nil
	}
}
