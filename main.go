// Rodada is the backend of a scooter-sharing company: one binary that plays every role.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rodada/domain/staff"
	"rodada/internal/cli"
	"rodada/internal/config"
	"rodada/internal/dev"
	"rodada/internal/roles"
)

func main() {
	ctx, stop := interruptible()
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		code := cli.ExitCode(err)
		if code <= cli.ExitSignal { // who sent a signal knows
			fmt.Fprintln(os.Stderr, "rodada:", err)
		}
		os.Exit(code)
	}
}

// interruptible is a context that ends with the first signal to end, and knows which it was; the next one ends the process.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			number, _ := s.(syscall.Signal)
			cancel(cli.Interrupted(number))
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "rodada",
		Short:         "The backend of a scooter-sharing company",
		Long:          "One binary, a role at a time. Settings come from the environment: see docs/configuration.md.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(
		role("api", "Answer riders and staff over HTTP", roles.API),
		role("worker", "Run the workflows: rentals, payments, commands", roles.Worker),
		role("bridge", "Carry scooters' answers and reports from MQTT to workflows and live state", roles.Bridge),
		role("migrate", "Bring Postgres and Temporal up to date, then exit", roles.Migrate),
		simulate(),
		develop(),
		healthcheck(),
		cli.Command(config.Load, cli.Terminal),
		cli.Firmware(config.Load, cli.Terminal),
		cli.Upgrade(config.Load, cli.Terminal),
		cli.Rollout(config.Load, cli.Terminal),
		admin(),
		books(),
		audit(),
		keys(),
		version(),
	)
	return cmd
}

// role is a subcommand that runs one role until it is told to stop.
func role(name, short string, run func(context.Context, config.Config, *slog.Logger) error) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			log, err := roles.Logger(c.Log, name)
			if err != nil {
				return err
			}
			return run(cmd.Context(), c, log)
		},
	}
}

func develop() *cobra.Command {
	return &cobra.Command{
		Use: "dev", Short: "Run everything on this machine, with a simulated fleet and a demo ride", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			return dev.Run(cmd.Context(), c, cmd.OutOrStdout())
		},
	}
}

func simulate() *cobra.Command {
	var o roles.SimulateOptions
	cmd := &cobra.Command{
		Use: "simulate", Short: "Run simulated scooters against the MQTT broker", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			log, err := roles.Logger(c.Log, "simulate")
			if err != nil {
				return err
			}
			return roles.Simulate(cmd.Context(), c, log, o)
		},
	}
	cmd.Flags().StringSliceVar(&o.Plates, "plates", nil, "plates of the scooters; each logs in with its plate as user")
	cmd.Flags().IntVar(&o.Count, "count", 25, "how many scooters, SIM001 and on, when no plates are given")
	cmd.Flags().StringVar(&o.PasswordFile, "password-file", "", "file with the password that every scooter uses")
	cmd.Flags().Float64Var(&o.Lat, "lat", 40.4155, "latitude of the middle of the fleet")
	cmd.Flags().Float64Var(&o.Lng, "lng", -3.7074, "longitude of the middle of the fleet")
	return cmd
}

func version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which build this is", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "rodada", roles.ReadBuild())
			return err
		},
	}
}

func admin() *cobra.Command {
	permissions := make([]string, 0, len(staff.Permissions()))
	for _, p := range staff.Permissions() {
		permissions = append(permissions, string(p))
	}
	return cli.Admin(permissions, cli.Accounts{
		Create: func(ctx context.Context, m cli.NewMember) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			return roles.AddStaff(ctx, c, m)
		},
		List: func(ctx context.Context) ([]staff.Member, error) {
			c, err := config.Load()
			if err != nil {
				return nil, err
			}
			return roles.ListStaff(ctx, c)
		},
		Permit: func(ctx context.Context, email string, permissions []string, reason string) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			return roles.PermitStaff(ctx, c, email, permissions, reason)
		},
		Reinstate: func(ctx context.Context, email, reason string) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			return roles.ReinstateStaff(ctx, c, email, reason)
		},
		ResetFactor: func(ctx context.Context, email, reason string) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			return roles.ResetStaffFactor(ctx, c, email, reason)
		},
		ResetPassword: func(ctx context.Context, email, reason string) (string, time.Time, error) {
			c, err := config.Load()
			if err != nil {
				return "", time.Time{}, err
			}
			return roles.ResetStaffPassword(ctx, c, email, reason)
		},
	})
}

func books() *cobra.Command {
	cmd := &cobra.Command{Use: "books", Short: "Look after the ledger", Args: cobra.NoArgs}
	cmd.AddCommand(&cobra.Command{
		Use: "check", Short: "Look whether the ledger keeps its laws; exits with 1 when it does not", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			return roles.CheckBooks(cmd.Context(), c, cmd.OutOrStdout())
		},
	})
	return cmd
}

func audit() *cobra.Command {
	return cli.Audit(func(ctx context.Context, heads []staff.Head, found func(staff.Flaw)) (staff.Head, error) {
		c, err := config.Load()
		if err != nil {
			return staff.Head{}, err
		}
		return roles.VerifyAudit(ctx, c, heads, found)
	})
}

func keys() *cobra.Command {
	with := func(run func(context.Context, config.Config, io.Writer) error) func(context.Context, io.Writer) error {
		return func(ctx context.Context, out io.Writer) error {
			c, err := config.Load()
			if err != nil {
				return err
			}
			return run(ctx, c, out)
		}
	}
	return cli.Keys(with(roles.RotateKeys), with(roles.CheckKeys))
}

func healthcheck() *cobra.Command {
	var h roles.Health
	cmd := &cobra.Command{
		Use: "healthcheck URL", Short: "Exit with 0 when a role answers 200 at URL", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			h.URL = args[0]
			return roles.Healthcheck(cmd.Context(), h)
		},
	}
	cmd.Flags().StringVar(&h.CA, "ca", "", "file with the authorities that an https URL's certificate may be of")
	cmd.Flags().StringVar(&h.Name, "name", "", "what the certificate is for, when it is not the URL's host")
	return cmd
}
