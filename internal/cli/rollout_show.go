package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rodada/internal/client"
)

// rolloutView is what is shown of a rollout.
type rolloutView struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Model     string       `json:"model"`
	Version   string       `json:"version"`
	State     string       `json:"state"`
	Halt      string       `json:"halt"`
	HaltGroup int          `json:"halt_group"`
	Matching  *int         `json:"matching"`
	Scooters  *tallyView   `json:"scooters"`
	Groups    []*tallyView `json:"group_progress"`
}

type tallyView struct {
	Number  int `json:"number"`
	Total   int `json:"total"`
	Pending int `json:"pending"`
	Running int `json:"running"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	Parked  int `json:"parked"`
	Skipped int `json:"skipped"`
}

// state is the state, and why.
func (r rolloutView) state() string {
	text := clean(r.State)
	if r.Halt != "" {
		text += " (" + clean(r.Halt)
		if r.HaltGroup > 0 {
			text += fmt.Sprintf(", group %d", r.HaltGroup)
		}
		text += ")"
	}
	return text
}

func showRollout(out io.Writer, answer client.Answer, asJSON bool) error {
	var r rolloutView
	if err := answer.Into(&r); err != nil {
		return failureOf(err)
	}
	if asJSON {
		return showJSON(out, answer)
	}
	fmt.Fprintf(out, "%s  %s: %s of %s, %s\n", clean(r.ID), clean(r.Name), clean(r.Version), clean(r.Model), r.state())
	if r.Matching != nil {
		fmt.Fprintf(out, "It would take %d scooters now.\n", *r.Matching)
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "GROUP\tSCOOTERS\tDONE\tRUNNING\tPENDING\tFAILED\tPARKED\tSKIPPED\t")
	for _, g := range append(r.Groups, r.Scooters) {
		if g == nil {
			continue
		}
		name := "all"
		if g.Number > 0 {
			name = fmt.Sprint(g.Number)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, g.Total, g.Done, g.Running, g.Pending, g.Failed, g.Parked, g.Skipped)
	}
	return w.Flush()
}

func showJSON(out io.Writer, answer client.Answer) error {
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, answer.Body, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, pretty.String())
	return err
}

// rolloutList is `rodada rollout list`.
func rolloutList(settings Settings, ask Ask) *cobra.Command {
	var state string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "The rollouts, newest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			path := "/admin/v1/rollouts"
			if state != "" {
				path += "?" + url.Values{"state": {state}}.Encode()
			}
			answer, err := app.Do(cmd.Context(), http.MethodGet, path, nil)
			if err != nil {
				return failureOf(err)
			}
			var list struct {
				Rollouts []rolloutView `json:"rollouts"`
			}
			if err := answer.Into(&list); err != nil {
				return failureOf(err)
			}
			if asJSON {
				return showJSON(cmd.OutOrStdout(), answer)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tNAME\tMODEL\tVERSION\tSTATE\tDONE")
			for _, r := range list.Rollouts {
				all := cmp.Or(r.Scooters, &tallyView{})
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d of %d\n",
					clean(r.ID), clean(r.Name), clean(r.Model), clean(r.Version), r.state(), all.Done, all.Total)
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "in one of these states alone, with commas")
	cmd.Flags().BoolVar(&asJSON, "json", false, "show the API's answer as it is")
	return cmd
}
