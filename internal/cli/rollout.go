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
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v", err) })
	cmd.AddCommand(rolloutCreate(settings, ask), rolloutList(settings, ask), rolloutShow(settings, ask))
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

// rolloutDecide is `rodada rollout start ID` and its likes.
func rolloutDecide(settings Settings, ask Ask, name, path, short string) *cobra.Command {
	var reason string
	var asJSON bool
	cmd := &cobra.Command{
		Use: name + " ID", Short: short, Args: oneRollout,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rolloutCall(cmd, settings, ask, http.MethodPost, rolloutPath(args[0])+"/"+path, map[string]any{"reason": reason}, asJSON)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, in staff's words")
	cmd.Flags().BoolVar(&asJSON, "json", false, "show the API's answer as it is")
	_ = cmd.MarkFlagRequired("reason") // the flag is there
	return cmd
}

// rolloutShow is `rodada rollout show ID`.
func rolloutShow(settings Settings, ask Ask) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "How a rollout stands, group by group", Args: oneRollout,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rolloutCall(cmd, settings, ask, http.MethodGet, rolloutPath(args[0]), nil, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "show the API's answer as it is")
	return cmd
}

func oneRollout(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("give the rollout's ID: see `rodada rollout list`")
	}
	return nil
}

func rolloutPath(id string) string { return "/admin/v1/rollouts/" + url.PathEscape(id) }

// rolloutCall asks the API for one rollout, or something of it, and shows what it answers.
func rolloutCall(cmd *cobra.Command, settings Settings, ask Ask, method, path string, body any, asJSON bool) error {
	app, err := logIn(cmd.Context(), settings, ask)
	if err != nil {
		return err
	}
	answer, err := app.Do(cmd.Context(), method, path, body)
	if err != nil {
		return failureOf(err)
	}
	if err := showRollout(cmd.OutOrStdout(), answer, asJSON); err != nil {
		return err
	}
	if answer.Status == http.StatusAccepted {
		return &ExitError{Exit: ExitPending, Text: fmt.Sprintf("still under way: rodada rollout show, or GET %s", answer.Header.Get("Location"))}
	}
	return nil
}
