package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/fault"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// endpoint is one operation: what the document says of it, and what it does.
type endpoint[I, O any] interface {
	Meta() meta
	Execute(ctx context.Context, in *I) (*O, error)
}

// meta is what the OpenAPI document says of an endpoint beside its types.
type meta struct {
	ID          string
	Summary     string
	Description string
	Status      int            // of success; 0: 200, or 204 without a body
	Also        map[int]string // other successes with the same body, and when
	Faults      []*fault.Error // that this endpoint may answer, beside those of every endpoint
	Hidden      bool           // from the document
	// Body is the schema of the body where its Go type does not have it.
	Body func() *huma.Schema
	// Needs is the permission that staff need; empty: view to read, operate to change something.
	Needs staff.Permission
	// Newcomers opens an endpoint of staff to whoever has yet to set a password, and needs no permission.
	Newcomers bool
	// Own opens an endpoint of staff to any permission: it is about their own account. It takes a password of their own.
	Own bool
	// Answer is an example of a body in JSON that the endpoint encodes itself.
	Answer any
	// Class is whose limits it has; empty: those of what reads or writes for its audience. One for all must say it.
	Class class
	// Suspended opens an endpoint of riders to those who are suspended too.
	Suspended bool
	// Files are the media types of an answer that is no JSON.
	Files []string
	// Events are the server-sent events of an answer that goes on: an example of the data by the event's name.
	Events map[string]any
	// BodyLimit is how many bytes of JSON it reads; 0: as many as every endpoint.
	BodyLimit int64
	// Upload is what the endpoint reads when that is no JSON, and UploadLimit how many bytes.
	Upload      *huma.RequestBody
	UploadLimit int64
	// Grants has what goes wrong said as OAuth says it too.
	Grants bool
	// AnyQuery leaves parameters that the document does not name to whoever sends them; then the endpoint checks those that it does.
	AnyQuery bool
	// Patience is how much longer than any other its requests may last, where the body or the answer is large.
	Patience time.Duration
}

// needs is the permission that a member of staff must have.
func (m meta) needs(method string) staff.Permission {
	switch {
	case m.Needs != "":
		return m.Needs
	case method == http.MethodGet:
		return staff.View
	}
	return staff.Operate
}

// audience says who may use an endpoint: whose tokens open it.
type audience string

const (
	forAll     audience = ""
	forRider            = audience(rider.ForRiders)
	forStaff            = audience(rider.ForStaff)
	forService          = audience(rider.ForServices)
	forOffice           = forStaff + " " + forService
)

// each is the audiences of the tokens, the one first that the endpoint is there for.
func (a audience) each() []rider.Audience { return as[rider.Audience](strings.Fields(string(a))) }

// has reports whether tokens of an audience open the endpoint.
func (a audience) has(one rider.Audience) bool { return slices.Contains(a.each(), one) }
