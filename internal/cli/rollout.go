package cli

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

// Rollout is `rodada rollout`: giving one firmware image to many scooters.
func Rollout(settings Settings, ask Ask) *cobra.Command {
	cmd := &cobra.Command{
		Use: "rollout", Short: "Give a firmware image to many scooters, group by group",
		Long: "Gives a firmware image to many scooters, group by group: see docs/rollouts.md.\n\n" +
			"The API is RODADA_URL. Staff log in with RODADA_STAFF_EMAIL and RODADA_STAFF_PASSWORD (or RODADA_STAFF_PASSWORD_FILE);\n" +
			"what is missing is asked for at a terminal.",
	}
	cmd.AddCommand(
		rolloutCreate(settings, ask), rolloutChange(settings, ask), rolloutDelete(settings, ask),
		rolloutList(settings, ask), rolloutShow(settings, ask), rolloutTargets(settings, ask), rolloutWatch(settings, ask),
	)
	for _, d := range []struct{ name, path, short string }{
		{"submit", "submit", "Finish a draft: it is ready, or waits for its approval"},
		{"approve", "approve", "Approve a rollout that waits for it"},
		{"deny", "deny", "Make a rollout that has not begun a draft again"},
		{"start", "start", "Start a rollout"},
		{"pause", "pause", "Begin no more upgrades for now"},
		{"resume", "resume", "Let a paused rollout go on"},
		{"stop", "stop", "Begin no more upgrades for good"},
		{"retry", "retry-failed", "Give the failed scooters another turn"},
	} {
		cmd.AddCommand(rolloutDecide(settings, ask, d.name, d.path, d.short))
	}
	return cmd
}

const rolloutsPath = "/admin/v1/rollouts"

func rolloutPath(id string) string { return rolloutsPath + "/" + url.PathEscape(id) }

// rolloutDecide is `rodada rollout start ID` and its likes.
func rolloutDecide(settings Settings, ask Ask, name, path, short string) *cobra.Command {
	var reason string
	var asJSON bool
	cmd := &cobra.Command{
		Use: name + " ID", Short: short, Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			answer, err := app.Do(cmd.Context(), http.MethodPost, rolloutPath(args[0])+"/"+path, map[string]any{"reason": reason})
			if err := answered(cmd.OutOrStdout(), answer, err, asJSON, printRollout); err != nil {
				return err
			}
			if answer.Status == http.StatusAccepted {
				return &ExitError{Exit: ExitPending, Text: "asked for, and still under way: rodada rollout watch " + clean(args[0])}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "kept in the audit log")
	return finish(cmd, &asJSON, "reason")
}

// rolloutDelete is `rodada rollout delete ID`.
func rolloutDelete(settings Settings, ask Ask) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete ID", Short: "Delete a draft", Args: oneArg("ID"),
		Long: "Deletes the draft of a rollout. What was submitted is a draft again once it is denied; what was started stays.",
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			if err := app.Call(cmd.Context(), http.MethodDelete, rolloutPath(args[0]), nil, nil); err != nil {
				return failureOf(err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is deleted.\n", clean(args[0]))
			return err
		},
	}
	return finish(cmd, nil)
}
