package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rodada/api/token"
	"rodada/domain/fault"
	"rodada/domain/limit"
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

// mounter puts endpoints on a router and into the document.
type mounter struct {
	api     huma.API
	tokens  *token.Issuer
	riders  accountStore
	doors   doors
	limits  *limits
	maxBody int64
	// bodyTime is for a body to come, and workTime for the rest of a request, where an endpoint has no more patience.
	bodyTime, workTime time.Duration
	// examples are answers to show in the document, by operation and status.
	examples map[string]any
	tag      string
}

// about names the group of the endpoints that follow.
func (m *mounter) about(tag string) { m.tag = tag }

// mount adds an endpoint at a "METHOD /path".
func mount[I, O any](m *mounter, who audience, at string, e endpoint[I, O]) {
	parts := strings.Fields(at)
	if len(parts) != 2 {
		panic("api: not a method and a path: " + at)
	}
	method, path := parts[0], parts[1]
	about := e.Meta()
	op := huma.Operation{
		OperationID:   about.ID,
		Method:        method,
		Path:          path,
		Summary:       about.Summary,
		Description:   about.Description,
		Tags:          []string{m.tag},
		DefaultStatus: about.Status,
		Hidden:        about.Hidden,

		SkipValidateParams: about.AnyQuery,

		MaxBodyBytes:    m.maxBody,
		BodyReadTimeout: m.bodyTime + about.Patience,
		Responses:       map[string]*huma.Response{},
	}
	if about.BodyLimit > 0 {
		op.MaxBodyBytes = about.BodyLimit
	}
	faults, class := append(slices.Clone(about.Faults), limit.ErrTooMany), about.class(who, method)
	op.Middlewares = huma.Middlewares{m.limits.byAddress(m.api, class)}
	op.Extensions = map[string]any{"x-limits": class}
	if who != forAll {
		for _, each := range who.each() {
			scopes := []string{}
			if each == rider.ForServices && who.has(rider.ForStaff) {
				scopes = append(scopes, string(about.needs(method)))
			}
			op.Security = append(op.Security, map[string][]string{string(each): scopes})
		}
		op.Middlewares = append(op.Middlewares, authenticate(m.api, m.tokens, m.riders, who, about.Suspended), m.limits.byAccount(m.api, class, about.ID))
		faults = append(faults, rider.ErrToken)
	}
	if who == forRider && !about.Suspended && !slices.Contains(faults, rider.ErrSuspended) {
		faults = append(faults, rider.ErrSuspended)
	}
	if who == forRider && !slices.Contains(faults, fault.ErrAway) {
		faults = append(faults, fault.ErrAway)
	}
	if who.has(rider.ForServices) {
		faults = append(faults, staff.ErrServiceSuspended, staff.ErrServiceExpired, staff.ErrServiceAddress, fault.ErrAway)
	}
	if who == forService {
		op.Middlewares = append(op.Middlewares, m.doors.open(m.api, "", about))
	}
	if who.has(rider.ForStaff) {
		needs := about.needs(method)
		op.Middlewares = append(op.Middlewares, m.doors.open(m.api, needs, about))
		faults = append(faults, staff.ErrSuspended, fault.ErrAway)
		switch {
		case about.Own:
			faults = append(faults, staff.ErrPasswordTemporary)
		case !about.Newcomers:
			op.Extensions["x-permission"] = needs
			op.Description = strings.TrimSpace(fmt.Sprintf("%s\n\nNeeds the permission `%s`%s.", about.Description, needs, alsoFor(who)))
			faults = append(faults, staff.ErrPermission, staff.ErrPasswordTemporary, staff.ErrFactorNeeded)
		}
	}
	op.Middlewares = append(op.Middlewares, oneEach(m.api))
	if about.Upload != nil && len(about.Upload.Content) == 1 { // a table comes with whatever type a browser makes of it
		op.Middlewares = append(op.Middlewares, ofOneType(m.api, about.Upload))
	}
	if about.Patience > 0 { // after who asks is known: nobody else keeps a connection for long
		op.Middlewares = append(op.Middlewares, patient(about.Patience, m.workTime))
	}
	if about.Body != nil {
		schema := about.Body()
		op.RequestBody = &huma.RequestBody{
			Required: len(schema.Required) > 0, Content: map[string]*huma.MediaType{typeJSON: {Schema: schema}},
		}
	}
	_, readsBody := reflect.TypeFor[I]().FieldByName("Body")
	document(m.api.OpenAPI(), &op, faults, readsBody || about.Upload != nil)
	if about.Grants {
		grantErrorsOf(m.api.OpenAPI(), &op)
	}
	files(&op, about)
	encoded(m.api, &op, about)
	streams(m.api, &op, about.Events)
	huma.Register(m.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := e.Execute(ctx, in)
		var said huma.StatusError
		switch {
		case errors.As(err, &said): // in a form of its own
			return nil, said
		case err != nil:
			return nil, problemOf(ctx, err)
		}
		return out, nil
	})
	if about.Upload != nil {
		op.RequestBody.Required = false // that there is nothing in it, the endpoint says in its own words
	}
	also(op, about)
	exemplify(op, m.examples)
}

// alsoFor says of an endpoint of staff that services may use it too.
func alsoFor(who audience) string {
	if who == forOffice {
		return ", of staff or of a service"
	}
	return ""
}

// authenticate lets only the bearers of a token of the audience through, before anything of the request is read. Of riders it asks
// the books too: who is suspended, gone or logged out is so with the next request, whatever tokens were given before.
func authenticate(api huma.API, tokens *token.Issuer, riders accountStore, who audience, suspended bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		scheme, signed, _ := strings.Cut(ctx.Header("Authorization"), " ")
		subject, session, err := "", "", error(rider.ErrToken)
		var of rider.Audience
		if strings.EqualFold(scheme, "Bearer") {
			for _, of = range who.each() {
				if subject, session, err = tokens.ReadIn(strings.TrimSpace(signed), of); err == nil {
					break
				}
			}
		}
		var standing rider.Standing
		if err == nil && who == forRider {
			standing, err = riders.Standing(ctx.Context(), subject, session)
		}
		info := infoFrom(ctx.Context())
		if info != nil && err == nil {
			info.subject, info.session, info.audience = subject, session, of
			if info.language == "" {
				info.language = standing.Language
			}
		}
		switch {
		case err != nil:
		case standing.SessionOver:
			err = rider.ErrToken
		case !standing.SuspendedAt.IsZero() && !suspended:
			err = rider.ErrSuspended
		}
		if err != nil {
			challenge(ctx, err, who)
			turnAway(api, ctx, err)
			return
		}
		next(ctx)
	}
}

// challenge says whose token is wanted, where one is not good. (RFC 6750, 3)
func challenge(ctx huma.Context, err error, who audience) {
	if errors.Is(err, rider.ErrToken) {
		ctx.SetHeader("WWW-Authenticate", fmt.Sprintf("Bearer realm=%q", who.each()[0]))
	}
}

// ofOneType lets only bodies through that are what an endpoint reads, or do not say what they are.
func ofOneType(api huma.API, upload *huma.RequestBody) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		said := ctx.Header("Content-Type")
		kind, _, err := mime.ParseMediaType(said)
		if said != "" && (err != nil || upload.Content[kind] == nil) {
			p := newProblem(ctx.Context(), http.StatusUnsupportedMediaType, codeMediaType, "")
			p.Detail = strings.Replace(p.Detail, typeJSON, strings.Join(slices.Sorted(maps.Keys(upload.Content)), ", "), 1)
			turnAway(api, ctx, p)
			return
		}
		next(ctx)
	}
}

// turnAway answers a request that no endpoint comes to see.
func turnAway(api huma.API, ctx huma.Context, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		p = problemOf(ctx.Context(), err)
	}
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = api.Marshal(ctx.BodyWriter(), typeJSON, p)
}
