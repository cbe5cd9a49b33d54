package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"rodada/domain/command"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/protocol"
)

// Exchange is one frame that was sent to a scooter, or could not be, with its answer.
type Exchange struct {
	ID         string         `json:"id"`
	Plate      string         `json:"plate" doc:"What the scooter was called then."`
	Code       int            `json:"code"`
	Name       string         `json:"name"`
	Origin     command.Origin `json:"origin" enum:"rental,command,onboarding,renumbering,upgrade" doc:"What it was sent for."`
	OriginID   string         `json:"origin_id" doc:"Of that rental, command and so on."`
	By         *Member        `json:"by,omitempty" doc:"Who gave the command."`
	RiderID    string         `json:"rider_id,omitempty" format:"uuid" doc:"Whose rental it was."`
	Reason     string         `json:"reason,omitempty"`
	AskedAt    time.Time      `json:"asked_at"`
	SentAt     *time.Time     `json:"sent_at,omitempty"`
	Sent       string         `json:"sent,omitempty" example:"{\"a\":13,\"k\":2020}" doc:"The frame; secrets are hidden, what can't be printed is written as \\x00."`
	ReceivedAt *time.Time     `json:"received_at,omitempty"`
	Received   string         `json:"received,omitempty" example:"{\"a\":14,\"i\":\"12AB\",\"s\":0}"`
	TookMs     *float64       `json:"took_ms,omitempty" doc:"From sent to received."`
	Outcome    string         `json:"outcome" enum:"done,refused,silent,sent,unsent"`
	Status     *int           `json:"status,omitempty" doc:"The wire's s in the answer."`
	Meaning    string         `json:"meaning,omitempty" doc:"What the answer says."`
	Unsent     string         `json:"unsent,omitempty" doc:"Why nothing was sent."`
}

func exchange(r command.Record) Exchange {
	code := protocol.Code(r.Code)
	e := Exchange{
		ID: r.ID, Plate: r.Plate, Code: r.Code, Name: code.String(), Origin: r.Origin, OriginID: r.OriginID, RiderID: r.RiderID,
		Reason: r.Reason, AskedAt: r.AskedAt.UTC(), SentAt: happened(r.SentAt), Sent: protocol.FrameText(r.Sent),
		ReceivedAt: happened(r.ReceivedAt), Received: protocol.FrameText(r.Received), Outcome: string(r.Outcome),
		Status: r.Status, Unsent: r.Unsent,
	}
	if r.StaffID != "" {
		e.By = &Member{ID: r.StaffID, Email: r.Email}
	}
	if took, known := r.Took(); known {
		ms := float64(took.Microseconds()) / 1000
		e.TookMs = &ms
	}
	if !r.ReceivedAt.IsZero() {
		spec, _ := protocol.Lookup(code)
		e.Meaning = meaning(spec.Ack, r.Status)
	}
	return e
}

// listSends is GET /admin/v1/scooters/{plate}/commands.
type listSends struct{ *commands }

type listSendsIn struct {
	PlateRef
	Name    string    `query:"name" maxLength:"100" example:"power-off"`
	Outcome string    `query:"outcome" enum:"done,refused,silent,sent,unsent"`
	Since   time.Time `query:"since" doc:"Not asked for before this time."`
	Until   time.Time `query:"until" doc:"Asked for before this time."`
	Limit   int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Cursor  string    `query:"cursor" maxLength:"200" doc:"The next of the page before, with the same filters."`
}

type sendsOut struct {
	Body struct {
		Sends []Exchange `json:"sends"`
		Next  string     `json:"next,omitempty" doc:"What to pass as cursor for the following page; absent on the last."`
	}
}

func (listSends) Meta() meta {
	return meta{
		ID: "list-sends", Summary: "Everything a scooter was sent, newest first",
		Description: "By staff, by rides and by everything else: who, when, the bytes that went out and came back, and how long that took. " +
			"A ride's are stored with its next change of state. The list goes on when the scooter gets another number.",
		Faults: []*fault.Error{fleet.ErrScooterUnknown, command.ErrUnknown, listing.ErrCursor},
	}
}

func (e listSends) Execute(ctx context.Context, in *listSendsIn) (*sendsOut, error) {
	f := command.Filter{Outcome: command.Outcome(in.Outcome), Since: in.Since, Until: in.Until, Limit: in.Limit + 1}
	if in.Name != "" {
		spec, known := protocol.LookupName(in.Name)
		if !known {
			return nil, command.ErrUnknown
		}
		f.Code = int(spec.Code)
	}
	if in.Cursor != "" {
		var ok bool
		if f.Before, ok = readSendCursor(in.Cursor); !ok {
			return nil, listing.ErrCursor
		}
	}
	page, err := e.store.Sends(ctx, in.Plate, f)
	if err != nil {
		return nil, err
	}
	out := &sendsOut{}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		last := page[in.Limit-1]
		out.Body.Next = sendCursor(command.Cursor{At: last.AskedAt, Number: last.Number})
	}
	out.Body.Sends = make([]Exchange, len(page))
	for i, r := range page {
		out.Body.Sends[i] = exchange(r)
	}
	return out, nil
}

func sendCursor(c command.Cursor) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", c.At.UnixNano(), c.Number))
}

func readSendCursor(text string) (command.Cursor, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || strings.Count(string(raw), ".") != 1 {
		return command.Cursor{}, false
	}
	var nanos, number int64
	if n, err := fmt.Sscanf(string(raw), "%d.%d", &nanos, &number); n != 2 || err != nil {
		return command.Cursor{}, false
	}
	return command.Cursor{At: time.Unix(0, nanos).UTC(), Number: number}, true
}

// getCommand is GET /admin/v1/scooters/{plate}/commands/{id}.
type getCommand struct{ *commands }

type getCommandIn struct {
	PlateRef
	ID string `path:"id" format:"uuid"`
}

type getCommandOut struct {
	Body StaffCommand
}

func (getCommand) Meta() meta {
	return meta{
		ID: "get-command", Summary: "One command of staff and how it ended",
		Description: "Where to look for the end of a command that was answered with 202.", Faults: []*fault.Error{command.ErrOrderUnknown},
	}
}

func (e getCommand) Execute(ctx context.Context, in *getCommandIn) (*getCommandOut, error) {
	o, err := e.store.Order(ctx, in.Plate, in.ID)
	if err != nil {
		return nil, err
	}
	sends, err := e.store.SendsOf(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	return &getCommandOut{Body: e.describe(o, sends)}, nil
}
