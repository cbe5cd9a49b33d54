package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rodada/protocol"
)

// list is `rodada command list`.
func list() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "Every command of the catalogue", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			specs := commands()
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(specs)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "CODE\tNAME\tPARAMETERS\tANSWER\t")
			for _, spec := range specs {
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", spec.Code, spec.Name, strings.Join(flagsOf(spec), " "), answerOf(spec), marks(spec))
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "the catalogue as JSON")
	return cmd
}

// commands are those that go to scooters.
func commands() []protocol.Spec {
	var specs []protocol.Spec
	for _, spec := range protocol.Catalogue() {
		if spec.Direction == protocol.ToScooter {
			specs = append(specs, spec)
		}
	}
	return specs
}

func flagsOf(spec protocol.Spec) []string {
	var flags []string
	for _, p := range spec.Params {
		text := "--" + flagName(p)
		if p.Optional {
			text = "[" + text + "]"
		}
		flags = append(flags, text)
	}
	return flags
}

func answerOf(spec protocol.Spec) string {
	if spec.Ack == 0 {
		return "none"
	}
	return spec.Ack.String()
}

func marks(spec protocol.Spec) string {
	var all []string
	if spec.Dangerous {
		all = append(all, "dangerous: needs dangerous_commands")
	}
	if slices.Contains(spec.Preconditions, protocol.OnlyByUpgrade) {
		all = append(all, "only by a firmware upgrade")
	}
	if spec.Code == protocol.SetPlate || spec.Code == protocol.SetServerLegacy {
		all = append(all, "another plate only by renumber")
	}
	if spec.Deprecated {
		all = append(all, "deprecated")
	}
	return strings.Join(all, ", ")
}
