package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// Upgrade is `rodada upgrade`: the giving of firmware to one scooter.
func Upgrade(settings Settings, ask Ask) *cobra.Command {
	cmd := &cobra.Command{Use: "upgrade", Short: "Give a scooter another firmware, and help upgrades that are stuck"}
	cmd.AddCommand(
		upgradeStart(settings, ask), upgradeList(settings, ask), upgradeShow(settings, ask), upgradeWatch(settings, ask),
		upgradeDecide(settings, ask, "retry", "Let a parked upgrade go on where it was stuck"),
		upgradeDecide(settings, ask, "restart", "Begin a parked upgrade again, from the first packet"),
		upgradeDecide(settings, ask, "abort", "Give an upgrade up"),
	)
	return cmd
}

type upgradeShown struct {
	ID       string `json:"id"`
	Plate    string `json:"plate"`
	Version  string `json:"version"`
	From     string `json:"from"`
	State    string `json:"state"`
	Trouble  string `json:"trouble"`
	Detail   string `json:"detail"`
	Attempt  int    `json:"attempt"`
	Started  string `json:"started_at"`
	Ended    string `json:"ended_at"`
	Progress struct {
		Packets  int     `json:"packets"`
		Sent     int     `json:"sent"`
		Failures int     `json:"failures"`
		Rate     float64 `json:"packets_per_second"`
		Left     int     `json:"seconds_left"`
	} `json:"progress"`
}

func upgradePath(id string) string { return "/admin/v1/upgrades/" + url.PathEscape(id) }

func upgradeStart(settings Settings, ask Ask) *cobra.Command {
	var (
		image, reason     string
		downgrade, asJSON bool
	)
	cmd := &cobra.Command{
		Use: "start PLATE", Short: "Give a scooter an image", Args: oneArg("PLATE"),
		Example: "  rodada upgrade start 12AB --image 5d0b2f0c-5a52-4a3e-8a86-0d7b2c1f7e55 --reason \"It loses the GPS.\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]any{"image": image, "reason": reason, "downgrade": downgrade}
			return inquire(cmd, settings, ask, http.MethodPost, "/admin/v1/scooters/"+url.PathEscape(args[0])+"/upgrades", body, asJSON, printUpgrade)
		},
	}
	cmd.Flags().StringVar(&image, "image", "", "ID of the image")
	cmd.Flags().StringVar(&reason, "reason", "", "kept in the audit log")
	cmd.Flags().BoolVar(&downgrade, "downgrade", false, "it is older than what the scooter runs, and that is meant")
	return finish(cmd, &asJSON, "image", "reason")
}

func upgradeList(settings Settings, ask Ask) *cobra.Command {
	var (
		state, plate string
		asJSON       bool
	)
	cmd := &cobra.Command{
		Use: "list", Short: "Upgrades: parked ones first, then those that go on, then those that are over", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{}
			for name, value := range map[string]string{"state": state, "plate": plate} {
				if value != "" {
					query.Set(name, value)
				}
			}
			return inquire(cmd, settings, ask, http.MethodGet, "/admin/v1/upgrades?"+query.Encode(), nil, asJSON, func(out io.Writer, raw []byte) error {
				var list struct{ Upgrades []upgradeShown }
				if err := json.Unmarshal(raw, &list); err != nil {
					return err
				}
				w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tPLATE\tVERSION\tSTATE\tPACKETS\tSTARTED")
				for _, u := range list.Upgrades {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d/%d\t%s\n",
						clean(u.ID), clean(u.Plate), clean(u.Version), clean(u.standing()), u.Progress.Sent, u.Progress.Packets, clean(u.Started))
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "in these states alone, with commas: parked, sending, done, failed, ...")
	cmd.Flags().StringVar(&plate, "plate", "", "of one scooter alone")
	return finish(cmd, &asJSON)
}

func upgradeShow(settings Settings, ask Ask) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "One upgrade, with its progress", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inquire(cmd, settings, ask, http.MethodGet, upgradePath(args[0]), nil, asJSON, printUpgrade)
		},
	}
	return finish(cmd, &asJSON)
}

func upgradeDecide(settings Settings, ask Ask, verb, short string) *cobra.Command {
	var (
		reason string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use: verb + " ID", Short: short, Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			answer, err := app.Do(cmd.Context(), http.MethodPost, upgradePath(args[0])+"/"+verb, map[string]any{"reason": reason})
			if err := answered(cmd.OutOrStdout(), answer, err, asJSON, printUpgrade); err != nil {
				return err
			}
			if answer.Status == http.StatusAccepted {
				return &ExitError{Exit: ExitPending, Text: "asked for, and still under way: rodada upgrade watch " + clean(args[0])}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "kept in the audit log")
	return finish(cmd, &asJSON, "reason")
}

// streamOver is the event after which a stream tells nothing more.
const streamOver = "end"

// upgradeWatch follows an upgrade to its end.
func upgradeWatch(settings Settings, ask Ask) *cobra.Command {
	cmd := &cobra.Command{
		Use: "watch ID", Short: "Follow an upgrade until it is over", Args: oneArg("ID"),
		Long: "Prints a line for every change, with its state, packets, rate, failures and what is wrong, and ends with the upgrade: with 0 when it is done, else with 1; with 8 when the API ended the\n" +
			"stream before.",
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			var (
				u    upgradeShown
				last string
			)
			err = app.Stream(cmd.Context(), upgradePath(args[0])+"/stream", func(event string, data []byte) error {
				if event == streamOver {
					return nil
				}
				u = upgradeShown{}
				if err := json.Unmarshal(data, &u); err != nil {
					return err
				}
				line := u.line()
				if u.Detail != "" {
					line += ". " + u.Detail
				}
				if line == last { // something changed that is not in it
					return nil
				}
				last = line
				_, err := fmt.Fprintln(cmd.OutOrStdout(), clean(line))
				return err
			})
			switch {
			case err != nil:
				return failureOf(err)
			case u.State == "done":
				return nil
			case u.Ended == "":
				return &ExitError{Exit: ExitPending, Text: "it goes on; watch it again"}
			}
			return &ExitError{Exit: ExitFailed, Text: "the upgrade came to nothing: " + clean(u.standing())}
		},
	}
	return finish(cmd, nil)
}

func (u upgradeShown) standing() string {
	if u.Trouble == "" {
		return u.State
	}
	return u.State + " (" + u.Trouble + ")"
}

func (u upgradeShown) line() string {
	text := fmt.Sprintf("%s %s: %s, ", u.Plate, u.Version, u.standing())
	if u.Attempt > 1 {
		text += fmt.Sprintf("attempt %d, ", u.Attempt)
	}
	text += fmt.Sprintf("%d of %d packets", u.Progress.Sent, u.Progress.Packets)
	if u.Progress.Failures > 0 {
		text += fmt.Sprintf(", %d sent again", u.Progress.Failures)
	}
	if u.Progress.Rate > 0 {
		text += fmt.Sprintf(", %.1f/s", u.Progress.Rate)
	}
	if u.Progress.Left > 0 {
		text += fmt.Sprintf(", %d s left", u.Progress.Left)
	}
	return text
}

func printUpgrade(out io.Writer, raw []byte) error {
	var u upgradeShown
	if err := json.Unmarshal(raw, &u); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n  id\t%s\n  attempt\t%d\n  started\t%s\n", clean(u.line()), clean(u.ID), u.Attempt, clean(u.Started))
	if u.From != "" {
		fmt.Fprintf(w, "  before\t%s\n", clean(u.From))
	}
	if u.Detail != "" {
		fmt.Fprintf(w, "  detail\t%s\n", clean(u.Detail))
	}
	if u.Ended != "" {
		fmt.Fprintf(w, "  ended\t%s\n", clean(u.Ended))
	}
	return w.Flush()
}
