package cli

import (
	"net/http"

	"github.com/spf13/cobra"
)

// rolloutCreate is `rodada rollout create`: what is not given, the API decides.
func rolloutCreate(settings Settings, ask Ask) *cobra.Command {
	var (
		name, image, from, to, zone                          string
		stations, plates, versions, service, days            []string
		percents                                             []int
		groups, success, errorPercent, errorCount, maxAtOnce int
		downgrade, late, asJSON                              bool
	)
	cmd := &cobra.Command{
		Use: "create", Short: "Draft a rollout", Args: noArgs,
		Example: "  rodada rollout create --name \"1.4.2\" --image ID --percents 5,20,75 --max-at-once 50 \\\n" +
			"    --from 02:00 --to 05:00 --zone Europe/Madrid",
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&name, "name", "", "what staff call it")
	flags.StringVar(&image, "image", "", "the firmware image's ID")
	flags.IntVar(&groups, "groups", 0, "so many groups that are alike")
	flags.IntSliceVar(&percents, "percents", nil, "or the share of each group, with commas; 100 in all")
	flags.IntVar(&success, "success-percent", 0, "of a group that must have the version before the next begins")
	flags.IntVar(&errorPercent, "error-percent", 0, "more errors than this in a group pause the rollout")
	flags.IntVar(&errorCount, "error-count", 0, "the same as a number of scooters")
	flags.IntVar(&maxAtOnce, "max-at-once", 0, "upgrades at the same time")
	flags.StringSliceVar(&service, "service", nil, "scooters in these services alone")
	flags.StringSliceVar(&stations, "station", nil, "scooters at these stations alone; none: free-floating")
	flags.StringSliceVar(&plates, "plate", nil, "these scooters alone")
	flags.StringSliceVar(&versions, "version", nil, "scooters that run these versions alone")
	flags.StringVar(&from, "from", "", "beginning of the maintenance window, such as 02:00")
	flags.StringVar(&to, "to", "", "its end")
	flags.StringVar(&zone, "zone", "", "its time zone, such as Europe/Madrid")
	flags.StringSliceVar(&days, "day", nil, "the days on which it begins: mon to sun")
	flags.BoolVar(&downgrade, "downgrade", false, "the version may be older than what scooters run")
	flags.BoolVar(&late, "late-joining", false, "scooters that fit later join the last group")
	flags.BoolVar(&asJSON, "json", false, "show the API's answer as it is")
	for _, required := range []string{"name", "image"} {
		_ = cmd.MarkFlagRequired(required) // the flag is there
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		body := map[string]any{"name": name, "image": image, "downgrade": downgrade, "late_joining": late}
		filter := map[string]any{}
		for flag, said := range map[string]struct {
			in    map[string]any
			field string
			value any
		}{
			"groups": {body, "groups", groups}, "percents": {body, "percents", percents}, "success-percent": {body, "success_percent", success},
			"error-percent": {body, "error_percent", errorPercent}, "error-count": {body, "error_count", errorCount},
			"max-at-once": {body, "max_at_once", maxAtOnce}, "service": {filter, "service", service}, "station": {filter, "stations", stations},
			"plate": {filter, "plates", plates}, "version": {filter, "versions", versions},
		} {
			if flags.Changed(flag) {
				said.in[said.field] = said.value
			}
		}
		if len(filter) > 0 {
			body["filter"] = filter
		}
		if from != "" || to != "" || zone != "" || len(days) > 0 {
			window := map[string]any{"from": from, "to": to, "zone": zone}
			if len(days) > 0 {
				window["days"] = days
			}
			body["window"] = window
		}
		return rolloutCall(cmd, settings, ask, http.MethodPost, "/admin/v1/rollouts", body, asJSON)
	}
	return cmd
}
