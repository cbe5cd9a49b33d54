package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// rolloutWatch is `rodada rollout watch ID`: follows a rollout to its end.
func rolloutWatch(settings Settings, ask Ask) *cobra.Command {
	cmd := &cobra.Command{
		Use: "watch ID", Short: "Follow a rollout until it is over", Args: oneArg("ID"),
		Long: "Prints a line for every change and ends with the rollout: with 0 when it is finished, with 1 when it was stopped; with 8 when the\n" +
			"API ended the stream before. One that is paused is followed further.",
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			var r rolloutShown
			var last string
			err = app.Stream(cmd.Context(), rolloutPath(args[0])+"/stream", func(event string, data []byte) error {
				if event == streamOver {
					return nil
				}
				r = rolloutShown{}
				if err := json.Unmarshal(data, &r); err != nil {
					return err
				}
				line := clean(r.line())
				if line == last {
					return nil
				}
				last = line
				_, err := fmt.Fprintln(cmd.OutOrStdout(), line)
				return err
			})
			switch {
			case err != nil:
				return failureOf(err)
			case r.State == "finished":
				return nil
			case r.State == "stopped":
				return &ExitError{Exit: ExitFailed, Text: "the rollout was stopped"}
			}
			return &ExitError{Exit: ExitPending, Text: "it goes on; watch it again"}
		},
	}
	return finish(cmd, nil)
}

// line is how it stands; of scooters only those states that some are in.
func (r rolloutShown) line() string {
	text := r.Name + ": " + r.standing()
	if r.Fitting != nil {
		text += fmt.Sprintf(", %d scooters would get %s", *r.Fitting, r.Version)
	}
	if all := r.Scooters; all != nil {
		text += fmt.Sprintf(", %d of %d done", all.Done, all.Total)
		for _, s := range []struct {
			name string
			n    int
		}{{"running", all.Running}, {"pending", all.Pending}, {"failed", all.Failed}, {"parked", all.Parked}, {"skipped", all.Skipped}} {
			if s.n > 0 {
				text += fmt.Sprintf(", %d %s", s.n, s.name)
			}
		}
	}
	if len(r.Groups) > 1 {
		groups := make([]string, len(r.Groups))
		for i, g := range r.Groups {
			groups[i] = fmt.Sprintf("%d/%d", g.Done, g.Total)
		}
		text += "; groups " + strings.Join(groups, " ")
	}
	if waiting := r.waiting(); waiting != "" {
		text += "; waits for " + waiting
	}
	return text
}
