package cli

import (
	"context"
	"fmt"
	"io"
	"regexp"

	"github.com/spf13/cobra"

	"rodada/seal"
)

// Keys is `rodada keys`: the keys of RODADA_SEAL_KEYS and what lies under them.
func Keys(rotate, check func(ctx context.Context, out io.Writer) error) *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "The keys that secrets in the database are sealed with"}
	cmd.AddCommand(keysRotate(rotate, check), keysNew())
	return cmd
}

func keysRotate(rotate, check func(ctx context.Context, out io.Writer) error) *cobra.Command {
	var look bool
	cmd := &cobra.Command{
		Use: "rotate", Short: "Seal everything with the first key of RODADA_SEAL_KEYS", Args: cobra.NoArgs,
		Long: "Seals anew, straight in the database of RODADA_POSTGRES_URL, what lies under another key than the first of\n" +
			"RODADA_SEAL_KEYS, while the installation runs. It may be stopped and started again at any moment. It ends with 0\n" +
			"when the other keys seal nothing any more. --check changes nothing: it says what lies under which key, and tries\n" +
			"to open all of it.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if look {
				return check(cmd.Context(), cmd.OutOrStdout())
			}
			return rotate(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&look, "check", false, "change nothing; say what lies under which key, and whether it opens")
	return cmd
}

var keyName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,16}$`)

func keysNew() *cobra.Command {
	return &cobra.Command{
		Use: "new NAME", Short: "Print a fresh key, as RODADA_SEAL_KEYS has it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !keyName.MatchString(args[0]) {
				return usage("a key has a name of up to 16 letters, digits, - and _")
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), seal.NewKey(args[0]))
			return err
		},
	}
}
