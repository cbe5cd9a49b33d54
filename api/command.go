package api

import (
	"context"
	"time"

	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/protocol"
)

// commandStore is what commands need of the books.
type commandStore interface {
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)
	HeldRental(ctx context.Context, plate string) (rental.Rental, bool, error)
	OpenOrder(ctx context.Context, o command.Order, deed *staff.Deed) (known command.Order, created bool, err error)
	OrderByKey(ctx context.Context, staffID, key string) (o command.Order, found bool, err error)
	Order(ctx context.Context, plate, id string) (command.Order, error)
	LastDone(ctx context.Context, plate string, code int) (o command.Order, found bool, err error)
	LastSent(ctx context.Context, plate string, codes ...int) (r command.Record, found bool, err error)
	Sends(ctx context.Context, plate string, f command.Filter) ([]command.Record, error)
	SendsOf(ctx context.Context, originID string) ([]command.Record, error)
}

// Sealer hides secrets on their way to the worker that sends them.
type Sealer interface {
	Seal(secret, purpose string) (string, error)
	Open(sealed, purpose string) (string, error)
}

// commands is what staff send to scooters.
type commands struct {
	store    commandStore
	live     Live
	holders  holders
	sealer   Sealer // nil: no command may carry a secret
	secret   []byte // of the digests
	window   time.Duration
	try      time.Duration // of one answer
	deadline time.Duration // the API's own
	fresh    time.Duration // how long what a scooter last said is believed
	now      func() time.Time
}

// StaffCommand is a command that staff gave, and how it ended.
type StaffCommand struct {
	ID         string         `json:"id" format:"uuid"`
	Plate      string         `json:"plate" example:"12AB"`
	Name       string         `json:"name" example:"set-speed-limit"`
	Code       int            `json:"code" example:"13" doc:"On the wire."`
	Params     map[string]any `json:"params" doc:"Secrets are hidden."`
	Ride       command.Ride   `json:"ride,omitempty" enum:"pause,end" doc:"What a lock does to the ride that holds the scooter, once it is done."`
	RentalID   string         `json:"rental_id,omitempty" format:"uuid" doc:"The rental that held the scooter when the command was given."`
	Reason     string         `json:"reason,omitempty"`
	By         Member         `json:"by"`
	AskedAt    time.Time      `json:"asked_at"`
	Deadline   time.Time      `json:"deadline" doc:"It is not sent after this."`
	FinishedAt *time.Time     `json:"finished_at,omitempty"`
	Outcome    string         `json:"outcome" enum:"pending,done,refused,silent,sent,unsent" doc:"sent: this command has no answer. unsent: it never went out."`
	Unsent     string         `json:"unsent,omitempty" doc:"Why it never went out: moving, busy, late, unreachable or invalid."`
	Attempts   int            `json:"attempts" doc:"How often it was sent."`
	Ack        *CommandAck    `json:"ack,omitempty"`
	Sends      []Exchange     `json:"sends" doc:"Every frame that went out for it, with its answer."`
	WorkflowID string         `json:"workflow_id" doc:"Where to look in the Temporal UI."`
}

// Member is somebody of staff, as far as others need to know.
type Member struct {
	ID    string `json:"id" format:"uuid"`
	Email string `json:"email"`
}

// CommandAck is a scooter's answer.
type CommandAck struct {
	Code    int            `json:"code" example:"14"`
	Name    string         `json:"name" example:"set-speed-limit-ack"`
	Status  *int           `json:"status,omitempty" doc:"The wire's s, where the answer has one."`
	Meaning string         `json:"meaning" example:"success" doc:"What the status says."`
	Values  map[string]any `json:"values" doc:"Every value of the answer by its name; secrets are hidden."`
	// Meanings explains the values that are numbers of a list.
	Meanings   map[string]string `json:"meanings,omitempty" doc:"What values say that are numbers of a list, such as a fault code."`
	ReceivedAt time.Time         `json:"received_at"`
}

func (c *commands) describe(o command.Order, sends []command.Record) StaffCommand {
	d := StaffCommand{
		ID: o.ID, Plate: o.Plate, Name: o.Name, Code: o.Code, Params: o.Args, Ride: o.Ride, RentalID: o.RentalID, Reason: o.Reason,
		By: Member{ID: o.StaffID, Email: o.Email}, AskedAt: o.AskedAt.UTC(), Deadline: o.Deadline.UTC(), FinishedAt: happened(o.FinishedAt),
		Outcome: string(o.Outcome), Unsent: o.Unsent, Attempts: o.Attempts, Sends: make([]Exchange, len(sends)),
		WorkflowID: commandWorkflow(o.ID),
	}
	if d.Outcome == "" {
		d.Outcome = "pending"
	}
	if d.Params == nil {
		d.Params = map[string]any{}
	}
	if o.Ack != nil {
		code := protocol.Code(o.Ack.Code)
		d.Ack = &CommandAck{
			Code: o.Ack.Code, Name: code.String(), Status: o.Ack.Status, Meaning: meaning(code, o.Ack.Status),
			Values: o.Ack.Values, Meanings: meanings(code, o.Ack.Values), ReceivedAt: o.Ack.ReceivedAt.UTC(),
		}
	}
	for i, s := range sends {
		d.Sends[i] = exchange(s)
	}
	return d
}

// meanings says what the catalogue knows of an answer's values.
func meanings(ack protocol.Code, values map[string]any) map[string]string {
	all := map[string]string{}
	spec, _ := protocol.Lookup(ack)
	for _, p := range spec.Params {
		n, isNumber := values[p.Name].(float64)
		if text, known := p.Values[int(n)]; isNumber && known {
			all[p.Name] = text
		}
	}
	return all
}

// meaning says what an answer says of itself.
func meaning(ack protocol.Code, status *int) string {
	spec, known := protocol.Lookup(ack)
	switch {
	case !known:
		return "unknown message"
	case spec.Status == protocol.StatusRaw:
		return "answered"
	case status != nil:
		return spec.Meaning(*status)
	case spec.Status == protocol.StatusResult:
		return "no status"
	}
	return "answered"
}
