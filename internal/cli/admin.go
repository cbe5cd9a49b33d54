package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rodada/domain/staff"
)

// NewMember is an account to be made.
type NewMember struct {
	Email, FirstName, LastName string
	Permissions                []string
	Password                   string
}

// Accounts is the accounts of staff in the database.
type Accounts struct {
	Create        func(ctx context.Context, m NewMember) error
	List          func(ctx context.Context) ([]staff.Member, error)
	Permit        func(ctx context.Context, email string, permissions []string, reason string) error
	Reinstate     func(ctx context.Context, email, reason string) error
	ResetFactor   func(ctx context.Context, email, reason string) error
	ResetPassword func(ctx context.Context, email, reason string) (given string, expires time.Time, err error)
}

// Admin is `rodada admin`: what only those do who have the installation itself.
func Admin(permissions []string, a Accounts) *cobra.Command {
	cmd := &cobra.Command{Use: "admin", Short: "Accounts of staff, straight in the database"}
	cmd.AddCommand(adminCreate(permissions, a.Create), adminList(a.List), adminPermit(permissions, a.Permit), adminReinstate(a.Reinstate),
		adminResetPassword(a.ResetPassword), adminResetFactor(a.ResetFactor))
	return cmd
}

func adminList(list func(ctx context.Context) ([]staff.Member, error)) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "The accounts of staff", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			members, err := list(cmd.Context())
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "EMAIL\tNAME\tPERMISSIONS\tSTATE")
			for _, m := range members {
				names := make([]string, len(m.Permissions))
				for i, p := range m.Permissions {
					names[i] = string(p)
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", clean(m.Email), clean(m.FirstName+" "+m.LastName), strings.Join(names, ","), stateOf(m))
			}
			return table.Flush()
		},
	}
}

func stateOf(m staff.Member) string {
	switch {
	case m.Suspended():
		return "suspended: " + clean(m.SuspendedReason)
	case !m.PasswordExpires.IsZero():
		return "given password, to " + m.PasswordExpires.Format(time.RFC3339)
	}
	return "active"
}

func adminResetPassword(reset func(ctx context.Context, email, reason string) (string, time.Time, error)) *cobra.Command {
	var email, reason string
	cmd := &cobra.Command{
		Use: "reset-password", Short: "Give an account a new password", Args: cobra.NoArgs,
		Long: "Prints a new password for an account and ends its sessions. The password holds for three days and opens nothing but the way\n" +
			"to one of the member's own.",
		Example: "  rodada admin reset-password --email eva@example.org --reason \"Forgot it.\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			given, expires, err := reset(cmd.Context(), email, reason)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", given)
			fmt.Fprintf(cmd.ErrOrStderr(), "for %s, until %s\n", email, expires.Format(time.RFC3339))
			return nil
		},
	}
	ofAccount(cmd, &email, &reason)
	return cmd
}

func adminResetFactor(reset func(ctx context.Context, email, reason string) error) *cobra.Command {
	var email, reason string
	cmd := &cobra.Command{
		Use: "reset-totp", Short: "Take the second factor off an account", Args: cobra.NoArgs,
		Long:    "Takes the second factor off an account whose owner has lost the device and the recovery codes, and ends its sessions.",
		Example: "  rodada admin reset-totp --email eva@example.org --reason \"Lost the phone.\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := reset(cmd.Context(), email, reason); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s logs in without a code\n", email)
			return nil
		},
	}
	ofAccount(cmd, &email, &reason)
	return cmd
}

func adminCreate(permissions []string, create func(ctx context.Context, m NewMember) error) *cobra.Command {
	var (
		m    NewMember
		file string
	)
	cmd := &cobra.Command{
		Use: "create", Short: "Make an account for a member of staff", Args: cobra.NoArgs,
		Long: "Makes an account for a member of staff, in the database of RODADA_POSTGRES_URL. The password comes from\n" +
			"--password-file, or from the first line of the standard input. An email has one account: a second run with the\n" +
			"same one changes nothing and fails.\n\nPermissions: " + strings.Join(permissions, ", ") + "; admin has all of them.",
		Example: "  rodada admin create --email eva@example.org --first-name Eva --last-name Gil --permission admin < password.txt",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if m.Password, err = password(cmd.InOrStdin(), file); err != nil {
				return err
			}
			if err := create(cmd.Context(), m); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s may log in: %s\n", m.Email, strings.Join(m.Permissions, ", "))
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&m.Email, "email", "", "what the member logs in with")
	flags.StringVar(&m.FirstName, "first-name", "", "first name")
	flags.StringVar(&m.LastName, "last-name", "", "last name")
	flags.StringSliceVar(&m.Permissions, "permission", nil, "a permission; may be given several times, or several with commas")
	flags.StringVar(&file, "password-file", "", "file with the password")
	for _, name := range []string{"email", "first-name", "last-name", "permission"} {
		_ = cmd.MarkFlagRequired(name) // the flag is there
	}
	return cmd
}

func password(in io.Reader, file string) (string, error) {
	if file != "" {
		content, err := os.ReadFile(file) //nolint:gosec // the operator names the file
		return strings.TrimRight(string(content), "\r\n"), err
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
