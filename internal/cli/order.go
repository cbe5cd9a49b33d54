package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"rodada/protocol"
)

// The shortest reason that the API takes.
const shortestReason = 3

// order is one command for one scooter, with the flags that the catalogue gives it.
func order(settings Settings, ask Ask, plate string, spec protocol.Spec) *cobra.Command {
	var (
		params       = make([]*param, len(spec.Params))
		reason, ride string
		key          = uuid.NewString()
		asJSON       bool
	)
	cmd := &cobra.Command{
		Use: "rodada command " + plate + " " + spec.Name, Short: spec.Title, Long: describe(spec), Args: noArgs,
		DisableFlagsInUseLine: true,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	for i, p := range spec.Params {
		params[i] = &param{Param: p}
		flags.Var(params[i], flagName(p), params[i].help())
	}
	why := "kept in the scooter's history"
	if spec.Dangerous {
		why = "needed, and kept in the audit log: this command is dangerous"
	}
	flags.StringVar(&reason, "reason", "", why)
	if locks(spec.Code) {
		flags.StringVar(&ride, "ride", "", fmt.Sprintf(
			"what it does to the ride that holds the scooter: pause, or end, which needs --reason; without it: %s", rideEffect(spec.Code)))
	}
	flags.StringVar(&key, "key", key, "Idempotency-Key: give the same again to repeat without sending twice")
	flags.Lookup("key").DefValue = ""
	flags.BoolVar(&asJSON, "json", false, "show the API's answer as it is")
	flags.BoolP("help", "h", false, "show this")

	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		args := protocol.Args{}
		for _, p := range params {
			if p.value != nil {
				args[p.Name] = p.value
			}
		}
		if err := check(spec, args, reason, ride); err != nil {
			return err
		}
		body := map[string]any{}
		for name, value := range map[string]any{"params": args, "reason": reason, "ride": ride} {
			if text, isText := value.(string); !isText || text != "" {
				body[name] = value
			}
		}
		if len(args) == 0 {
			delete(body, "params")
		}
		app, err := logIn(cmd.Context(), settings, ask)
		if err != nil {
			return err
		}
		path := "/admin/v1/scooters/" + url.PathEscape(plate) + "/commands/" + spec.Name
		answer, err := app.Do(cmd.Context(), http.MethodPost, path, body, "Idempotency-Key", key)
		if err != nil {
			return failureOf(err)
		}
		return show(cmd.OutOrStdout(), answer, asJSON)
	}
	return cmd
}

// check refuses here what the API would refuse, in the words of the flags.
func check(spec protocol.Spec, args protocol.Args, reason, ride string) error {
	var bad *protocol.FieldError
	if err := (protocol.Command{Code: spec.Code, Args: args}).Validate(); errors.As(err, &bad) {
		return usage("--%s %s", strings.ReplaceAll(bad.Field, "_", "-"), bad.Reason)
	}
	if spec.Dangerous && len(reason) < shortestReason {
		return usage("%s is dangerous: say why with --reason", spec.Name)
	}
	if ride != "" && ride != "pause" && ride != "end" {
		return usage("--ride must be pause or end")
	}
	return nil
}

// locks reports whether a command locks the scooter under its rider.
func locks(code protocol.Code) bool {
	return code == protocol.PowerOff || code == protocol.Pause || code == protocol.LockMotor
}

// rideEffect is what a lock does to a ride when --ride is left out.
func rideEffect(code protocol.Code) string {
	if code == protocol.PowerOff {
		return "end"
	}
	return "pause"
}

// describe is the help of a command, as far as it is not flags.
func describe(spec protocol.Spec) string {
	lines := []string{fmt.Sprintf("%s (code %d)", spec.Title, spec.Code)}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if spec.Doc != "" {
		add("%s", spec.Doc)
	}
	ack, _ := protocol.Lookup(spec.Ack)
	switch {
	case spec.Ack == 0:
		add("Answer: none; the scooter does not acknowledge it.")
	case len(ack.Statuses) > 0:
		add("Answer: %s (code %d): %s.", ack.Name, ack.Code, valuesText(ack.Statuses))
	default:
		add("Answer: %s (code %d).", ack.Name, ack.Code)
	}
	if spec.Dangerous {
		add("Dangerous: needs the permission dangerous_commands and --reason.")
	}
	if spec.NotWhileMoving {
		add("Not sent while the scooter moves.")
	}
	if locks(spec.Code) {
		add("Of a scooter that somebody rides it does --ride to the ride, left out: %s. An end charges it, and needs --reason. It is audited.",
			rideEffect(spec.Code))
	}
	for _, need := range spec.Preconditions {
		add("Needs: %s.", need)
	}
	if spec.Deprecated {
		add("Deprecated by the makers of the boxes.")
	}
	return strings.Join(lines, "\n")
}
