package staff

import (
	"context"
	"encoding/json"
	"time"
)

// Actor is a member of staff at work, or a service, as the audit log knows one: who, from where, in which request.
type Actor struct {
	StaffID   string // with neither ID it is whoever has the machine itself
	ServiceID string
	Email     string // of a service, its name
	Address   string // of the client
	RequestID string
}

// ActorKind is what an actor is.
type ActorKind string

// The kinds of actors.
const (
	ByStaff   ActorKind = "staff"
	ByService ActorKind = "service"
	ByConsole ActorKind = "console" // whoever has the machine itself
	ByNobody  ActorKind = "nobody"  // of ours: a stranger at the door
)

// Kind is what the actor is.
func (a Actor) Kind() ActorKind {
	switch {
	case a.ServiceID != "":
		return ByService
	case a.StaffID != "":
		return ByStaff
	case a.Email == Stranger:
		return ByNobody
	}
	return ByConsole
}

// Stranger is the author of what somebody does whom nobody knows, such as trying a password.
const Stranger = "stranger"

type actorKey struct{}

// Acting marks what happens under ctx as done by a member of staff. The API does so once for every request, so that no
// change of staff's can be stored without its author.
func Acting(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom is who acts; false: nobody of staff does.
func ActorFrom(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}

// Deed is one thing that staff did: an action such as scooter.service on a subject such as a plate, with the state before
// and after as far as they are rows of ours. Both become JSON; nil is none.
type Deed struct {
	Action  string
	Subject string
	Before  any
	After   any
	Reason  string
}

// Entry is a deed as the audit log keeps it.
type Entry struct {
	ID int64
	At time.Time
	Actor
	Action  string
	Subject string
	Before  json.RawMessage
	After   json.RawMessage
	Reason  string
}

// AuditFilter picks entries; what is empty picks all.
type AuditFilter struct {
	StaffEmail string // or a service's name
	Kind       ActorKind
	Action     string // exactly, or with a trailing dot all that begin with it
	Subject    string
	Address    string // of the client
	RequestID  string
	Since      time.Time
	Until      time.Time
}
