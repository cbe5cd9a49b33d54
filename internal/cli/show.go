package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"

	"rodada/internal/client"
)

// given is as much of the API's answer as is shown.
type given struct {
	ID       string `json:"id"`
	Plate    string `json:"plate"`
	Name     string `json:"name"`
	Outcome  string `json:"outcome"`
	Attempts int    `json:"attempts"`
	Ride     string `json:"ride"`
	RentalID string `json:"rental_id"`
	Ack      *struct {
		Meaning  string                     `json:"meaning"`
		Values   map[string]json.RawMessage `json:"values"`
		Meanings map[string]string          `json:"meanings"`
	} `json:"ack"`
	Sends []struct {
		Sent     string   `json:"sent"`
		Received string   `json:"received"`
		TookMs   *float64 `json:"took_ms"`
	} `json:"sends"`
}

// show prints an answer, as a person or a program wants it, and says how to exit.
func show(out io.Writer, answer client.Answer, asJSON bool) error {
	if asJSON {
		var pretty bytes.Buffer
		if json.Indent(&pretty, answer.Body, "", "  ") != nil {
			pretty.Reset()
			pretty.Write(answer.Body)
		}
		fmt.Fprintln(out, pretty.String())
	}
	var g given
	if err := answer.Into(&g); err != nil {
		return failureOf(err)
	}
	if !asJSON {
		g.print(out)
	}
	if g.Outcome == "pending" {
		return &ExitError{Exit: ExitPending, Text: "no answer yet; its end will be at /admin/v1/scooters/" + g.Plate + "/commands/" + g.ID}
	}
	return nil
}

func (g given) print(out io.Writer) {
	fmt.Fprintf(out, "%s %s: %s", clean(g.Plate), clean(g.Name), clean(g.Outcome))
	if g.Ack != nil {
		fmt.Fprintf(out, " (%s)", clean(g.Ack.Meaning))
	}
	if g.Attempts > 1 {
		fmt.Fprintf(out, ", sent %s", times(g.Attempts))
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if g.RentalID != "" {
		fmt.Fprintf(w, "  rental\t%s\n", clean(g.RentalID))
	}
	if g.RentalID != "" && g.Ride != "" {
		fmt.Fprintf(w, "  ride\t%s\n", clean(g.Ride))
	}
	if len(g.Sends) > 0 {
		last := g.Sends[len(g.Sends)-1]
		fmt.Fprintf(w, "  sent\t%s\n", clean(last.Sent))
		if last.Received != "" {
			fmt.Fprintf(w, "  received\t%s\n", clean(last.Received))
		}
		if last.TookMs != nil {
			fmt.Fprintf(w, "  took\t%s ms\n", millis(*last.TookMs))
		}
	}
	if g.Ack != nil {
		for _, name := range slices.Sorted(maps.Keys(g.Ack.Values)) {
			fmt.Fprintf(w, "  %s\t%s", clean(name), plain(g.Ack.Values[name]))
			if text := g.Ack.Meanings[name]; text != "" {
				fmt.Fprintf(w, " (%s)", clean(text))
			}
			fmt.Fprintln(w)
		}
	}
	_ = w.Flush() // nobody can be told
}

// plain is a value as a person reads it: a whole number digit by digit, a text without its quotes.
func plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return clean(text)
	}
	var number float64
	if json.Unmarshal(raw, &number) == nil && number == math.Trunc(number) && math.Abs(number) < 1<<53 {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return clean(string(raw))
}

// millis keeps three digits of what is quick.
func millis(ms float64) string {
	if ms < 1 {
		return strconv.FormatFloat(ms, 'f', 3, 64)
	}
	return strconv.FormatFloat(ms, 'f', 1, 64)
}
