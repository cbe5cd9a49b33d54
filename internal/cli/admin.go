package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// NewMember is an account to be made.
type NewMember struct {
	Email, FirstName, LastName string
	Permissions                []string
	Password                   string
}

// Admin is `rodada admin`: what only those do who have the installation itself. create stores an account.
func Admin(permissions []string, create func(ctx context.Context, m NewMember) error) *cobra.Command {
	cmd := &cobra.Command{Use: "admin", Short: "Accounts of staff, straight in the database"}
	cmd.AddCommand(adminCreate(permissions, create))
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
