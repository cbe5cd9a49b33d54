package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rodada/domain/staff"
)

// ExitAltered is how the process ends when the audit log is not what was written.
const ExitAltered = 9

// VerifyAudit reads the whole audit log and tells found of what is wrong with it.
type VerifyAudit func(ctx context.Context, heads []staff.Head, found func(staff.Flaw)) (end staff.Head, err error)

// Audit is `rodada audit`.
func Audit(verify VerifyAudit) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "The audit log, straight in the database"}
	cmd.AddCommand(auditVerify(verify))
	return cmd
}

func auditVerify(verify VerifyAudit) *cobra.Command {
	var given []string
	cmd := &cobra.Command{
		Use: "verify", Short: "Find what was removed, altered, moved or put in", Args: cobra.NoArgs,
		Long: "Reads the audit log of RODADA_POSTGRES_URL from its beginning and says of every entry that is not as it was written where it\n" +
			"is and why. Who owns the database can write a whole new chain; that is found by a head that the log of a worker has, which\n" +
			"--head gives. Ends with 0 when all is whole, and with 9 when it is not.",
		Example: "  rodada audit verify\n  rodada audit verify --head 1042:6f1c…",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var heads []staff.Head
			for _, text := range given {
				h, err := staff.ParseHead(text)
				if err != nil {
					return usage("--head: a head is written as <number>:<64 hexadecimal digits>, as the log of a worker has it")
				}
				heads = append(heads, h)
			}
			flaws := 0
			end, err := verify(cmd.Context(), heads, func(f staff.Flaw) {
				flaws++
				fmt.Fprintln(cmd.OutOrStdout(), f)
			})
			switch {
			case err != nil:
				return err
			case flaws > 0:
				return &ExitError{Exit: ExitAltered, Text: fmt.Sprintf("the audit log is not what was written: found %s", times(flaws))}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "whole, to head %s\n", end)
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&given, "head", nil, "a head that the log of a worker has; may be given several times")
	return cmd
}
