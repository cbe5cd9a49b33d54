package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"rodada/domain/command"
	"rodada/domain/credential"
	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/protocol"
	"rodada/workflows"
)

// sendCommand is POST /admin/v1/scooters/{plate}/commands/{name}, of one command of the catalogue.
type sendCommand struct {
	*commands
	spec protocol.Spec
}

type sendCommandIn struct {
	PlateRef
	MaybeKeyed
	Body *commandBody
}

// commandBody is what the schema of its command lets through.
type commandBody struct {
	Params map[string]any `json:"params,omitempty"`
	Reason Reason         `json:"reason,omitempty"`
	Ride   command.Ride   `json:"ride,omitempty"`
}

type commandOut struct {
	Status   int
	Location string `header:"Location"`
	Body     StaffCommand
}

func (e sendCommand) Meta() meta {
	m := meta{
		ID: "command-" + e.spec.Name, Summary: e.spec.Title, Description: describeCommand(e.spec),
		Body: func() *huma.Schema { return bodySchema(e.spec) },
		Also: map[int]string{http.StatusAccepted: "It was given; how it ends is at Location, or nobody will know: this command has no answer."},
		Faults: []*fault.Error{
			fleet.ErrScooterUnknown, command.ErrInvalid, rental.ErrKeyInvalid, rental.ErrKeyReused, rental.ErrUnreachable,
			command.ErrBusy, command.ErrLate, command.ErrPrecondition,
		},
	}
	if e.spec.Dangerous {
		m.Needs = staff.DangerousCommands
	}
	if !(command.Order{Name: e.spec.Name}).Asks() {
		m.Faults = append(m.Faults, firmware.ErrUpgrading)
	}
	if e.spec.Ack != 0 {
		m.Faults = append(m.Faults, command.ErrRefused, command.ErrSilent)
	}
	if e.spec.NotWhileMoving {
		m.Faults = append(m.Faults, rental.ErrMoving)
	}
	if e.spec.Code == protocol.SetSpeedLimit {
		m.Faults = append(m.Faults, fleet.ErrLimitInvalid)
	}
	if locks(e.spec.Code) {
		m.Faults = append(m.Faults, staff.ErrReason)
	}
	if e.spec.HasSecrets() {
		m.Faults = append(m.Faults, credential.ErrNoKey, command.ErrSealed)
	}
	if e.spec.Code == protocol.SetPlate || e.spec.Code == protocol.SetServerLegacy {
		m.Faults = append(m.Faults, command.ErrElsewhere)
	}
	return m
}

func (e sendCommand) Execute(ctx context.Context, in *sendCommandIn) (*commandOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	body := commandBody{}
	if in.Body != nil {
		body = *in.Body
	}
	cmd := protocol.Command{Code: e.spec.Code, Args: body.Params}
	if err := cmd.Validate(); err != nil {
		return nil, fieldFault(err)
	}
	scooter, err := e.store.ScooterByPlate(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	if err := elsewhere(cmd, scooter.Plate); err != nil {
		return nil, err
	}
	if err := withinLimits(cmd, scooter); err != nil {
		return nil, err
	}
	by := memberFrom(ctx).ID
	order := command.Order{
		ID: uuid.NewString(), Plate: scooter.Plate, StaffID: by, Reason: string(body.Reason), Code: int(e.spec.Code), Name: e.spec.Name,
		Args: cmd.Redacted().Args, Ride: body.Ride, Key: key, Digest: e.digest(in.Plate, cmd, body),
	}
	order, err = e.open(ctx, order, e.spec, scooter.Hold)
	if err != nil {
		return nil, err
	}
	if order.Outcome == "" {
		if err := e.start(ctx, order, scooter, cmd); err != nil {
			return nil, err
		}
	}
	return e.answer(ctx, order)
}

// open stores the order, or finds the one that its key belongs to. Only a new one is asked whether the scooter is ready.
func (c *commands) open(ctx context.Context, o command.Order, spec protocol.Spec, hold fleet.Hold) (command.Order, error) {
	if o.Key != "" {
		known, found, err := c.store.OrderByKey(ctx, o.StaffID, o.Key)
		if err == nil && found && known.Digest != o.Digest {
			err = rental.ErrKeyReused
		}
		if err != nil || found {
			return known, err
		}
	}
	if hold == fleet.Upgrading && !o.Asks() {
		return o, firmware.ErrUpgrading
	}
	if err := c.ready(ctx, spec, o.Plate); err != nil {
		return o, err
	}
	held, has, err := c.store.HeldRental(ctx, o.Plate)
	if err != nil {
		return o, err
	}
	if has {
		if o.RentalID, o.Ride = held.ID, effect(o, held); o.Ride == command.RideEnds && o.Reason == "" {
			return o, staff.ErrReason.Saying("This ends the ride of rental %s: say why.", held.ID).With("field", "body.reason").
				With("rental_id", held.ID)
		}
	}
	o.AskedAt = c.now().UTC()
	o.Deadline = o.AskedAt.Add(c.window)
	o, _, err = c.store.OpenOrder(ctx, o, deed(o, spec, held))
	return o, err
}

// start begins the order's workflow, unless it runs or has run.
func (c *commands) start(ctx context.Context, o command.Order, scooter fleet.Scooter, cmd protocol.Command) error {
	sealed, err := c.seal(o.Plate, cmd)
	if err != nil {
		return err
	}
	return c.holders.command(ctx, workflows.CommandInput{
		ID: o.ID, Plate: o.Plate, Command: sealed, Window: c.window, Deadline: o.Deadline, Try: c.try,
		Dialect: workflows.Dialect{StrictJSON: scooter.Model.StrictJSON, LowercaseLength: scooter.Model.LowercaseLength},
		By:      o.StaffID, Reason: o.Reason, Ride: o.Ride, RentalID: o.RentalID,
	})
}

// seal hides the secret arguments from everybody but the worker that sends them.
func (c *commands) seal(plate string, cmd protocol.Command) (protocol.Command, error) {
	spec, _ := protocol.Lookup(cmd.Code)
	sealed := protocol.Command{Code: cmd.Code, Args: protocol.Args{}}
	for name, value := range cmd.Args {
		sealed.Args[name] = value
		secret, isText := value.(string)
		if p, _ := spec.Param(name); !p.Secret || !isText || secret == "" {
			continue
		}
		if c.sealer == nil {
			return cmd, credential.ErrNoKey
		}
		text, err := c.sealer.Seal(secret, command.Purpose(plate, int(cmd.Code), name))
		if err != nil {
			return cmd, credential.ErrNoKey.Because(err)
		}
		sealed.Args[name] = text
	}
	return sealed, nil
}

// digest is what a key is bound to. It covers the secrets, so it takes a key of its own: nobody can try them out on it.
func (c *commands) digest(plate string, cmd protocol.Command, body commandBody) string {
	text, err := json.Marshal([]any{plate, cmd.Code, cmd.Args, body.Reason, body.Ride})
	if err != nil {
		return "" // what came as JSON goes as JSON
	}
	mac := hmac.New(sha256.New, c.secret)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// answer waits for the order's end as long as the API may, and says how it went.
func (c *commands) answer(ctx context.Context, o command.Order) (*commandOut, error) {
	if o.Outcome == "" {
		wait, cancel := context.WithTimeout(ctx, c.deadline)
		defer cancel()
		if err := c.holders.awaitCommand(wait, o.ID); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			logFrom(ctx).WarnContext(ctx, "a command can't be waited for", "command", o.ID, "error", err)
		}
	}
	o, err := c.store.Order(ctx, o.Plate, o.ID)
	if err != nil {
		return nil, err
	}
	sends, err := c.store.SendsOf(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	described := c.describe(o, sends)
	switch o.Outcome {
	case command.Done:
		return &commandOut{Status: http.StatusOK, Body: described}, nil
	case command.Refused, command.Silent, command.Unsent:
		f := failed(o).With("command", described).With("attempts", o.Attempts)
		if described.Ack != nil {
			f = f.With("device_status", described.Ack.Status).With("meaning", described.Ack.Meaning)
		}
		return nil, f
	}
	return &commandOut{Status: http.StatusAccepted, Location: staffScooterAt(o.Plate) + "/commands/" + o.ID, Body: described}, nil
}

// failed is the fault of an order that was not carried out.
func failed(o command.Order) *fault.Error {
	switch o.Outcome {
	case command.Refused:
		return command.ErrRefused
	case command.Silent:
		return command.ErrSilent
	}
	if f, known := unsentFaults[o.Unsent]; known {
		return f
	}
	return rental.ErrUnreachable
}

// unsentFaults says why nothing was sent.
var unsentFaults = map[string]*fault.Error{
	workflows.UnsentMoving: rental.ErrMoving, workflows.UnsentBusy: command.ErrBusy, workflows.UnsentLate: command.ErrLate,
	workflows.UnsentUnreachable: rental.ErrUnreachable, workflows.UnsentInvalid: command.ErrSealed,
}

// otherCommand is the same address with a name that no command may be given by here.
type otherCommand struct{ *commands }

type otherCommandIn struct {
	PlateRef
	Name string `path:"name" maxLength:"100"`
}

func (otherCommand) Meta() meta {
	return meta{
		ID: "command-other", Summary: "Commands that are not given here", Hidden: true,
		Faults: []*fault.Error{command.ErrUnknown, command.ErrElsewhere},
	}
}

func (e otherCommand) Execute(_ context.Context, in *otherCommandIn) (*struct{}, error) {
	spec, known := protocol.LookupName(in.Name)
	if !known || spec.Direction != protocol.ToScooter {
		return nil, command.ErrUnknown
	}
	return nil, elsewhere(protocol.Command{Code: spec.Code}, in.Plate)
}

// givenHere are the commands that staff give one by one.
func givenHere() []protocol.Spec {
	var specs []protocol.Spec
	for _, spec := range protocol.Catalogue() {
		if spec.Direction == protocol.ToScooter && !onlyByUpgrade(spec) {
			specs = append(specs, spec)
		}
	}
	return specs
}
