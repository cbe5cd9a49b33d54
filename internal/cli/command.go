package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rodada/internal/config"
	"rodada/protocol"
)

// Settings reads the configuration; a command calls it only when it needs one.
type Settings func() (config.Config, error)

// Command is `rodada command`: PLATE NAME and the command's own flags, list, or help of one.
func Command(settings Settings, ask Ask) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "command PLATE NAME [--parameter value ...]",
		Short: "Give a scooter a command and show its answer",
		Long: "Gives a scooter one command, waits for its answer and shows what it means.\n\n" +
			"The API is RODADA_URL. Staff log in with RODADA_STAFF_EMAIL and RODADA_STAFF_PASSWORD (or RODADA_STAFF_PASSWORD_FILE);\n" +
			"what is missing is asked for at a terminal.\n\n" +
			exitText(),
		Example: "  rodada command list\n" +
			"  rodada command 12AB history\n" +
			"  rodada command help set-speed-limit\n" +
			"  rodada command 12AB set-speed-limit --kmh 20\n" +
			"  rodada command 12AB power-off --ride end --reason \"A complaint.\"",
		DisableFlagParsing: true, // the flags are those of the command that is named
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) > 1 && args[1] == historyName && !strings.HasPrefix(args[0], "-") && args[0] != "help" {
			return run(cmd.Context(), cmd, history(settings, ask, args[0]), args[2:])
		}
		sub, rest, err := pick(args, func(plate string, spec protocol.Spec) *cobra.Command {
			return order(settings, ask, plate, spec)
		})
		if err != nil || sub == nil {
			if err == nil {
				err = cmd.Help()
			}
			return err
		}
		return run(cmd.Context(), cmd, sub, rest)
	}
	return cmd
}

// run executes a command that was made for this call.
func run(ctx context.Context, parent, sub *cobra.Command, args []string) error {
	sub.SetArgs(args)
	sub.SetIn(parent.InOrStdin())
	sub.SetOut(parent.OutOrStdout())
	sub.SetErr(parent.ErrOrStderr())
	sub.SilenceUsage, sub.SilenceErrors = true, true
	sub.CompletionOptions.DisableDefaultCmd = true
	sub.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v", err) })
	return sub.ExecuteContext(ctx)
}

// pick finds what the arguments ask for; nil is help.
func pick(args []string, of func(plate string, spec protocol.Spec) *cobra.Command) (sub *cobra.Command, rest []string, err error) {
	switch {
	case len(args) == 0, args[0] == "-h", args[0] == "--help", args[0] == "help" && len(args) == 1:
		return nil, nil, nil
	case args[0] == "help":
		spec, err := known(args[1])
		if err != nil {
			return nil, nil, err
		}
		return of("PLATE", spec), []string{"--help"}, nil
	case args[0] == "list" && (len(args) == 1 || strings.HasPrefix(args[1], "-")):
		return list(), args[1:], nil
	case strings.HasPrefix(args[0], "-"):
		return nil, nil, usage("the plate comes first: rodada command PLATE NAME [--parameter value ...]")
	case len(args) == 1:
		return nil, nil, usage("which command for %s? See `rodada command list`", args[0])
	}
	spec, err := known(args[1])
	if err != nil {
		return nil, nil, err
	}
	return of(args[0], spec), args[2:], nil
}

// known finds a command that staff can give.
func known(name string) (protocol.Spec, error) {
	spec, found := protocol.LookupName(name)
	if !found || spec.Direction != protocol.ToScooter {
		return protocol.Spec{}, usage("there is no command %q; see `rodada command list`", name)
	}
	return spec, nil
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("what is %q? Parameters are written --name value", args[0])
	}
	return nil
}

func exitText() string {
	return fmt.Sprintf(`Exit codes: 0 done, or sent where no answer exists; %d usage or a bad parameter; %d refused by the scooter;
%d silent; %d not now (held, moving, powered off, busy); %d login or permission; %d the API or the broker is down;
%d still under way; %d anything else.`,
		ExitUsage, ExitRefused, ExitSilent, ExitConflict, ExitForbidden, ExitUnavailable, ExitPending, ExitFailed)
}
