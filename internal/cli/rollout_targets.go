package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

type targetShown struct {
	Plate    string `json:"plate"`
	Group    int    `json:"group"`
	Position int    `json:"position"`
	State    string `json:"state"`
	Trouble  string `json:"trouble"`
	Tries    int    `json:"tries"`
	Upgrade  string `json:"upgrade"`
	Firmware string `json:"firmware"`
}

// targetsPage is how many scooters are asked for at once.
const targetsPage = 500

// rolloutTargets is `rodada rollout targets ID`: all of them, page by page.
func rolloutTargets(settings Settings, ask Ask) *cobra.Command {
	var (
		state, sort string
		group       int
		asJSON      bool
	)
	cmd := &cobra.Command{
		Use: "targets ID", Short: "The scooters of a rollout, and what is wrong with each", Args: oneArg("ID"),
		Long: "The scooters of a rollout in the order of their turns, and why each is not done or not done yet: docs/rollouts.md says what\n" +
			"the troubles mean. With --json every page of the API's answer follows the one before.",
		Example: "  rodada rollout targets ID --state failed,parked --group 1",
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			query := url.Values{"limit": {strconv.Itoa(targetsPage)}}
			for name, value := range map[string]string{"state": state, "sort": sort} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if cmd.Flags().Changed("group") {
				query.Set("group", strconv.Itoa(group))
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			if !asJSON {
				fmt.Fprintln(w, "GROUP\tTURN\tPLATE\tSTATE\tTROUBLE\tTRIES\tRUNS\tUPGRADE")
			}
			for {
				answer, err := app.Do(cmd.Context(), http.MethodGet, rolloutPath(args[0])+"/targets?"+query.Encode(), nil)
				var page struct {
					Targets []targetShown `json:"targets"`
					Next    string        `json:"next"`
				}
				if err == nil {
					err = answer.Into(&page)
				}
				switch {
				case err != nil:
					return failureOf(err)
				case asJSON:
					if err := showJSON(cmd.OutOrStdout(), answer); err != nil {
						return err
					}
				}
				for _, t := range page.Targets {
					if !asJSON {
						fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%s\t%d\t%s\t%s\n", t.Group, t.Position, clean(t.Plate), clean(t.State),
							clean(t.Trouble), t.Tries, clean(t.Firmware), clean(t.Upgrade))
					}
				}
				if page.Next == "" {
					return w.Flush()
				}
				query.Set("cursor", page.Next)
			}
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "in these states alone, with commas: pending, running, done, failed, parked, skipped")
	cmd.Flags().IntVar(&group, "group", 0, "of one group alone")
	cmd.Flags().StringVar(&sort, "sort", "", "turn, updated or plate; a - before it turns the order round")
	return finish(cmd, &asJSON)
}
