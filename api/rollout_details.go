package api

import (
	"fmt"
	"strings"

	"rodada/domain/firmware"
)

// What Temporal takes of a summary in bytes, and how much of a list its UI is to show.
const (
	longestSummary = 400
	longestShown   = 10
)

// rolloutSummary is a rollout in a line, for the lists of the Temporal UI.
func rolloutSummary(version, name string) string {
	text := "Rollout of " + version + ": " + name
	return strings.ToValidUTF8(text[:min(len(text), longestSummary)], "") // no half of a letter
}

// planDetails is the plan of a rollout, which stays as it is from the start on, for the Temporal UI.
func planDetails(p firmware.Plan) string {
	b := planBody(p)
	groups := fmt.Sprintf("%d alike", b.Groups)
	if len(b.Percents) > 0 {
		groups = strings.ReplaceAll(strings.Trim(fmt.Sprint(b.Percents), "[]"), " ", " %, ") + " %"
	}
	errors := fmt.Sprintf("%d %% of a group", b.ErrorPercent)
	if b.ErrorCount != nil {
		errors += fmt.Sprintf(", or %d scooters", *b.ErrorCount)
	}
	window := "at any time"
	if w := b.Window; w != nil {
		window = fmt.Sprintf("%s to %s, %s", w.From, w.To, w.Zone)
		if len(w.Days) > 0 {
			window += " on " + strings.Join(w.Days, ", ")
		}
	}
	f := b.Filter
	text := ""
	for _, row := range [][2]string{
		{"image", b.Image}, {"groups", groups}, {"success", fmt.Sprintf("%d %% of a group", b.SuccessPercent)}, {"errors at most", errors},
		{"at the same time", fmt.Sprint(b.MaxAtOnce)}, {"upgrades begin", window}, {"downgrade", yesNo(b.Downgrade)},
		{"late joining", yesNo(b.LateJoining)}, {"services", shown(f.Service)}, {"stations", shown(f.Stations)}, {"plates", shown(f.Plates)},
		{"versions", shown(f.Versions)},
	} {
		text += "- " + row[0] + ": " + row[1] + "\n"
	}
	return text
}

// shown is a list of a filter, of which the UI has a few.
func shown[T ~string](list []T) string {
	if len(list) == 0 {
		return "all"
	}
	var quoted []string
	for _, value := range list[:min(len(list), longestShown)] {
		quoted = append(quoted, "`"+strings.ReplaceAll(string(value), "`", "'")+"`")
	}
	text := strings.Join(quoted, ", ")
	if more := len(list) - len(quoted); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
