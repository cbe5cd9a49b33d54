package workflows

import (
	"fmt"
	"strings"

	"rodada/domain/firmware"
)

// details is how a rollout stands, as a table for the Temporal UI.
func details(s firmware.Stand) string {
	words := []string{"**" + string(s.State) + "**"}
	if s.Halt != "" {
		words = append(words, ": "+string(s.Halt))
	}
	if s.HaltGroup > 0 {
		words = append(words, fmt.Sprintf(" (group %d)", s.HaltGroup))
	}
	words = append(words, "\n\n| group | done | running | pending | failed | parked | skipped |\n|---|---|---|---|---|---|---|\n")
	for _, g := range s.Groups {
		words = append(words, fmt.Sprintf("| %d | %d of %d | %d | %d | %d | %d | %d |\n",
			g.Number, g.Done, g.Total(), g.Running, g.Pending, g.Failed, g.Parked, g.Skipped))
	}
	for _, w := range s.Waits {
		words = append(words, fmt.Sprintf("\n%d wait for: %s.", w.Scooters, w.For))
	}
	if s.Closed {
		words = append(words, "\n\nThe maintenance window opens at "+s.OpensAt.UTC().Format("2006-01-02 15:04 UTC")+".")
	}
	return strings.Join(words, "")
}
