package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rodada/internal/client"
)

// historyName is the word that stands where a command does, for what a scooter was sent.
const historyName = "history"

// history is `rodada command PLATE history`.
func history(settings Settings, ask Ask, plate string) *cobra.Command {
	var (
		limit         int
		name, outcome string
		asJSON        bool
	)
	cmd := &cobra.Command{
		Use: "rodada command " + plate + " " + historyName, Short: "What a scooter was sent, newest first", Args: noArgs,
		Long:                  "What a scooter was sent, by staff, by rides and by everything else, newest first.",
		DisableFlagsInUseLine: true,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.IntVar(&limit, "limit", 20, "how many at most, 1 to 500")
	flags.StringVar(&name, "name", "", "of one command alone")
	flags.StringVar(&outcome, "outcome", "", "done, refused, silent, sent or unsent alone")
	flags.BoolVar(&asJSON, "json", false, "show the API's answer as it is")
	flags.BoolP("help", "h", false, "show this")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if limit < 1 || limit > 500 {
			return usage("--limit must be 1 to 500")
		}
		query := url.Values{"limit": {strconv.Itoa(limit)}}
		for key, value := range map[string]string{"name": name, "outcome": outcome} {
			if value != "" {
				query.Set(key, value)
			}
		}
		app, err := logIn(cmd.Context(), settings, ask)
		if err != nil {
			return err
		}
		answer, err := app.Do(cmd.Context(), http.MethodGet, "/admin/v1/scooters/"+url.PathEscape(plate)+"/commands?"+query.Encode(), nil)
		if err != nil {
			return failureOf(err)
		}
		return showHistory(cmd.OutOrStdout(), answer, asJSON)
	}
	return cmd
}

func showHistory(out io.Writer, answer client.Answer, asJSON bool) error {
	var list struct {
		Sends []struct {
			AskedAt  string   `json:"asked_at"`
			Name     string   `json:"name"`
			Origin   string   `json:"origin"`
			Outcome  string   `json:"outcome"`
			Meaning  string   `json:"meaning"`
			Unsent   string   `json:"unsent"`
			Sent     string   `json:"sent"`
			Received string   `json:"received"`
			TookMs   *float64 `json:"took_ms"`
			By       struct {
				Email string `json:"email"`
			} `json:"by"`
		} `json:"sends"`
	}
	if err := answer.Into(&list); err != nil {
		return failureOf(err)
	}
	if asJSON {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, answer.Body, "", "  "); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, pretty.String())
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ASKED AT\tCOMMAND\tFOR\tOUTCOME\tTOOK\tSENT\tRECEIVED")
	for _, s := range list.Sends {
		took := ""
		if s.TookMs != nil {
			took = millis(*s.TookMs) + " ms"
		}
		outcome := s.Outcome
		if why := cmp.Or(s.Meaning, s.Unsent); why != "" {
			outcome += " (" + why + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			clean(s.AskedAt), clean(s.Name), clean(cmp.Or(s.By.Email, s.Origin)), clean(outcome), took, clean(s.Sent), clean(s.Received))
	}
	return w.Flush()
}
