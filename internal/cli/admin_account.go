package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func adminPermit(permissions []string, permit func(ctx context.Context, email string, permissions []string, reason string) error) *cobra.Command {
	var (
		email, reason string
		given         []string
	)
	cmd := &cobra.Command{
		Use: "permit", Short: "Say what an account may do", Args: cobra.NoArgs,
		Long: "Gives an account these permissions in place of those that it has, from its next request on. Somebody with admin must remain.\n\n" +
			"Permissions: " + strings.Join(permissions, ", ") + "; admin has all of them.",
		Example: "  rodada admin permit --email eva@example.org --permission view,money --reason \"Moved to the office.\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := permit(cmd.Context(), email, given, reason); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s may: %s\n", email, strings.Join(given, ", "))
			return nil
		},
	}
	ofAccount(cmd, &email, &reason)
	cmd.Flags().StringSliceVar(&given, "permission", nil, "a permission; may be given several times, or several with commas")
	_ = cmd.MarkFlagRequired("permission") // the flag is there
	return cmd
}

func adminReinstate(reinstate func(ctx context.Context, email, reason string) error) *cobra.Command {
	var email, reason string
	cmd := &cobra.Command{
		Use: "reinstate", Short: "Let a suspended account work again", Args: cobra.NoArgs,
		Long:    "Ends the suspension of an account, which logs in anew.",
		Example: "  rodada admin reinstate --email eva@example.org --reason \"The phone was found.\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := reinstate(cmd.Context(), email, reason); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s may log in again\n", email)
			return nil
		},
	}
	ofAccount(cmd, &email, &reason)
	return cmd
}

// ofAccount has a command say whose account it is about, and why.
func ofAccount(cmd *cobra.Command, email, reason *string) {
	cmd.Flags().StringVar(email, "email", "", "whose account")
	cmd.Flags().StringVar(reason, "reason", "", "why, for the audit log")
	_ = cmd.MarkFlagRequired("email") // the flags are there
	_ = cmd.MarkFlagRequired("reason")
}
