package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// rolloutShown is what is shown of a rollout.
type rolloutShown struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Model     string        `json:"model"`
	Version   string        `json:"version"`
	State     string        `json:"state"`
	Halt      string        `json:"halt"`
	HaltGroup int           `json:"halt_group"`
	Matching  *int          `json:"matching"`
	Fitting   *int          `json:"fitting"`
	Scooters  *tallyShown   `json:"scooters"`
	Groups    []*tallyShown `json:"group_progress"`
	OpensAt   string        `json:"opens_at"`
	Waits     []struct {
		For      string `json:"for"`
		Scooters int    `json:"scooters"`
	} `json:"waits"`
}

type tallyShown struct {
	Number  int `json:"number"`
	Total   int `json:"total"`
	Pending int `json:"pending"`
	Running int `json:"running"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	Parked  int `json:"parked"`
	Skipped int `json:"skipped"`
}

// halts are why a rollout is paused.
var halts = map[string]string{
	"staff": "somebody paused it", "errors": "a group has more errors than it may have",
	"success": "a group ended, and too few of it run the version", "image_retired": "the image was retired",
}

// standing is the state, and why.
func (r rolloutShown) standing() string {
	switch {
	case r.Halt == "":
		return r.State
	case r.HaltGroup > 0:
		return fmt.Sprintf("%s (%s, group %d)", r.State, r.Halt, r.HaltGroup)
	}
	return r.State + " (" + r.Halt + ")"
}

// waiting is what it waits for; empty: for nothing.
func (r rolloutShown) waiting() string {
	var parts []string
	if r.OpensAt != "" {
		parts = append(parts, "the maintenance window, which opens at "+r.OpensAt)
	}
	for _, w := range r.Waits {
		parts = append(parts, fmt.Sprintf("%s (%d)", w.For, w.Scooters))
	}
	return strings.Join(parts, ", ")
}

// rolloutShow is `rodada rollout show ID`.
func rolloutShow(settings Settings, ask Ask) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "How a rollout stands, group by group", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inquire(cmd, settings, ask, http.MethodGet, rolloutPath(args[0]), nil, asJSON, printRollout)
		},
	}
	return finish(cmd, &asJSON)
}

func printRollout(out io.Writer, raw []byte) error {
	var r rolloutShown
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s  %s: %s of %s, %s\n", clean(r.ID), clean(r.Name), clean(r.Version), clean(r.Model), clean(r.standing()))
	if r.Matching != nil && r.Fitting != nil {
		_, err := fmt.Fprintf(out, "Its filter picks %d scooters; %d of them would get the version now.\n", *r.Matching, *r.Fitting)
		return err
	}
	if why := halts[r.Halt]; why != "" {
		fmt.Fprintf(out, "No upgrade begins: %s.\n", why)
	}
	if waiting := r.waiting(); waiting != "" {
		fmt.Fprintf(out, "Scooters wait for: %s.\n", clean(waiting))
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

// rolloutList is `rodada rollout list`.
func rolloutList(settings Settings, ask Ask) *cobra.Command {
	var state string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "The rollouts, newest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := rolloutsPath
			if state != "" {
				path += "?" + url.Values{"state": {state}}.Encode()
			}
			return inquire(cmd, settings, ask, http.MethodGet, path, nil, asJSON, printRollouts)
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "in one of these states alone, with commas: running, paused, finished, ...")
	return finish(cmd, &asJSON)
}

func printRollouts(out io.Writer, raw []byte) error {
	var list struct {
		Rollouts []rolloutShown `json:"rollouts"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tMODEL\tVERSION\tSTATE\tDONE")
	for _, r := range list.Rollouts {
		all := cmp.Or(r.Scooters, &tallyShown{})
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d of %d\n",
			clean(r.ID), clean(r.Name), clean(r.Model), clean(r.Version), clean(r.standing()), all.Done, all.Total)
	}
	return w.Flush()
}
