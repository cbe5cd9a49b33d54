package cli

import (
	"net/http"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// rolloutCreate is `rodada rollout create`.
func rolloutCreate(settings Settings, ask Ask) *cobra.Command {
	var plan planFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use: "create", Short: "Draft a rollout", Args: noArgs,
		Example: "  rodada rollout create --name \"1.4.2\" --image ID --percents 5,20,75 --max-at-once 50 \\\n" +
			"    --from 02:00 --to 05:00 --zone Europe/Madrid",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return inquire(cmd, settings, ask, http.MethodPost, rolloutsPath, plan.body(cmd.Flags()), asJSON, printRollout)
		},
	}
	plan.register(cmd.Flags())
	return finish(cmd, &asJSON, "name", "image")
}

// rolloutChange is `rodada rollout change ID`.
func rolloutChange(settings Settings, ask Ask) *cobra.Command {
	var (
		plan                     planFlags
		noFilter, noWindow, json bool
	)
	cmd := &cobra.Command{
		Use: "change ID", Short: "Change a draft", Args: oneArg("ID"),
		Long: "Changes the draft of a rollout. What is not given stays as it is; but what is given of the filter (--service, --station, --plate,\n" +
			"--version) or of the window (--from, --to, --zone, --day) takes the place of the whole filter or window.",
		Example: "  rodada rollout change ID --max-at-once 10 --no-window\n  rodada rollout change ID --downgrade=false",
		RunE: func(cmd *cobra.Command, args []string) error {
			body := plan.body(cmd.Flags())
			if noFilter {
				if body["filter"] != nil {
					return usage("give a filter or --no-filter, not both")
				}
				body["filter"] = map[string]any{}
			}
			if noWindow {
				body["any_time"] = true
			}
			if len(body) == 0 {
				return usage("say what to change: see rodada rollout change --help")
			}
			return inquire(cmd, settings, ask, http.MethodPatch, rolloutPath(args[0]), body, json, printRollout)
		},
	}
	plan.register(cmd.Flags())
	cmd.Flags().BoolVar(&noFilter, "no-filter", false, "all scooters of the image's model")
	cmd.Flags().BoolVar(&noWindow, "no-window", false, "upgrades may begin at any time")
	return finish(cmd, &json)
}

// planFlags are the parts of a rollout; what is not given, the API decides.
type planFlags struct {
	name, image, from, to, zone                          string
	stations, plates, versions, service, days            []string
	percents                                             []int
	groups, success, errorPercent, errorCount, maxAtOnce int
	downgrade, late                                      bool
}

func (p *planFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&p.name, "name", "", "what staff call it")
	flags.StringVar(&p.image, "image", "", "the firmware image's ID")
	flags.IntVar(&p.groups, "groups", 0, "so many groups that are alike")
	flags.IntSliceVar(&p.percents, "percents", nil, "or the share of each group, with commas; 100 in all")
	flags.IntVar(&p.success, "success-percent", 0, "of a group that must have the version before the next begins")
	flags.IntVar(&p.errorPercent, "error-percent", 0, "more errors than this in a group pause the rollout")
	flags.IntVar(&p.errorCount, "error-count", 0, "the same as a number of scooters")
	flags.IntVar(&p.maxAtOnce, "max-at-once", 0, "upgrades at the same time")
	flags.StringSliceVar(&p.service, "service", nil, "scooters in these services alone")
	flags.StringSliceVar(&p.stations, "station", nil, "scooters at these stations alone; none: free-floating")
	flags.StringSliceVar(&p.plates, "plate", nil, "these scooters alone")
	flags.StringSliceVar(&p.versions, "version", nil, "scooters that run these versions alone; empty: not known")
	flags.StringVar(&p.from, "from", "", "beginning of the maintenance window, such as 02:00")
	flags.StringVar(&p.to, "to", "", "its end")
	flags.StringVar(&p.zone, "zone", "", "its time zone, such as Europe/Madrid")
	flags.StringSliceVar(&p.days, "day", nil, "the days on which it begins: mon to sun")
	flags.BoolVar(&p.downgrade, "downgrade", false, "the version may be older than what scooters run")
	flags.BoolVar(&p.late, "late-joining", false, "scooters that fit later join the last group")
}

// body is what was given.
func (p *planFlags) body(flags *pflag.FlagSet) map[string]any {
	body, filter, window := map[string]any{}, map[string]any{}, map[string]any{}
	for _, part := range []struct {
		flag  string
		in    map[string]any
		field string
		value any
	}{
		{"name", body, "name", p.name}, {"image", body, "image", p.image},
		{"groups", body, "groups", p.groups}, {"percents", body, "percents", p.percents},
		{"success-percent", body, "success_percent", p.success}, {"error-percent", body, "error_percent", p.errorPercent},
		{"error-count", body, "error_count", p.errorCount}, {"max-at-once", body, "max_at_once", p.maxAtOnce},
		{"downgrade", body, "downgrade", p.downgrade}, {"late-joining", body, "late_joining", p.late},
		{"service", filter, "service", named(p.service)}, {"station", filter, "stations", named(p.stations)},
		{"plate", filter, "plates", named(p.plates)}, {"version", filter, "versions", named(p.versions)},
		{"from", window, "from", p.from}, {"to", window, "to", p.to}, {"zone", window, "zone", p.zone}, {"day", window, "days", p.days},
	} {
		if flags.Changed(part.flag) {
			part.in[part.field] = part.value
		}
	}
	if len(filter) > 0 {
		body["filter"] = filter
	}
	if len(window) > 0 {
		body["window"] = window
	}
	return body
}

// named is a list of a filter. One that was given and is empty names "": the unknown version, and nothing else that there is. To
// the API an empty list would be all scooters.
func named(list []string) []string {
	if len(list) == 0 {
		return []string{""}
	}
	return list
}
