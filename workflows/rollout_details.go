package workflows

import (
	"fmt"
	"strings"

	"rodada/domain/firmware"
)

// details is how a rollout stands, as a table for the Temporal UI.
func details(s firmware.Stand) string {
	var b strings.Builder
	b.WriteString("**" + string(s.State) + "**")
	if s.Halt != "" {
		b.WriteString(": " + string(s.Halt))
	}
	if s.HaltGroup > 0 {
		b.WriteString(fmt.Sprintf(" (group %d)", s.HaltGroup))
	}
	b.WriteString("\n\n| group | done | running | pending | failed | parked | skipped |\n|---|---|---|---|---|---|---|\n")
	for _, g := range s.Groups {
		b.WriteString(fmt.Sprintf("| %d | %d of %d | %d | %d | %d | %d | %d |\n",
			g.Number, g.Done, g.Total(), g.Running, g.Pending, g.Failed, g.Parked, g.Skipped))
	}
	return b.String()
}
