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

// mount adds an endpoint at a "METHOD /path". What does not depend on its types is left to functions without type parameters: the
// compiler makes a copy of this one for every endpoint.
func mount[I, O any](m *mounter, who audience, at string, e endpoint[I, O]) {
	about := e.Meta()
	_, readsBody := reflect.TypeFor[I]().FieldByName("Body")
	op := m.operation(who, at, about, readsBody)
	huma.Register(m.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := e.Execute(ctx, in)
		if err != nil {
			return nil, failure(ctx, err)
		}
		return out, nil
	})
	m.finish(op, about)
}

// failure is an error as its client reads it: some say it in a form of their own.
func failure(ctx context.Context, err error) error {
	var own huma.StatusError
	if errors.As(err, &own) {
		return own
	}
	return problemOf(ctx, err)
}

// operation is what the document and the router know of an endpoint.
func (m *mounter) operation(who audience, at string, about meta, readsBody bool) huma.Operation {
	parts := strings.Fields(at)
	if len(parts) != 2 {
		panic("api: not a method and a path: " + at)
	}
	op := huma.Operation{
		OperationID:   about.ID,
		Method:        parts[0],
		Path:          parts[1],
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
	faults := append(slices.Clone(about.Faults), m.guard(&op, who, about)...)
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
	document(m.api.OpenAPI(), &op, faults, readsBody || about.Upload != nil)
	if about.Grants {
		grantErrorsOf(m.api.OpenAPI(), &op)
	}
	files(&op, about)
	encoded(m.api, &op, about)
	streams(m.api, &op, about.Events)
	return op
}

// guard puts what stands before an endpoint in front of it, and lists what may be answered there.
func (m *mounter) guard(op *huma.Operation, who audience, about meta) []*fault.Error {
	faults, class := []*fault.Error{limit.ErrTooMany}, about.class(who, op.Method)
	op.Middlewares = huma.Middlewares{m.limits.byAddress(m.api, class)}
	if about.Grants {
		op.Middlewares = huma.Middlewares{grants, m.limits.byAddress(m.api, class)}
	}
	op.Extensions = map[string]any{"x-limits": class}
	if who == forAll {
		return faults
	}
	needs := about.needs(op.Method)
	for _, each := range who.each() {
		scopes := []string{}
		if each == rider.ForServices && who.has(rider.ForStaff) {
			scopes = append(scopes, string(needs))
		}
		op.Security = append(op.Security, map[string][]string{string(each): scopes})
	}
	op.Middlewares = append(op.Middlewares, authenticate(m.api, m.tokens, m.riders, who, about.Suspended), m.limits.byAccount(m.api, class, about.ID))
	faults = append(faults, rider.ErrToken, fault.ErrAway)
	if who == forRider && !about.Suspended {
		faults = append(faults, rider.ErrSuspended)
	}
	if who.has(rider.ForServices) {
		faults = append(faults, staff.ErrServiceSuspended, staff.ErrServiceExpired, staff.ErrServiceAddress)
	}
	if who == forService {
		op.Middlewares = append(op.Middlewares, m.doors.open(m.api, who, "", about))
	}
	if who.has(rider.ForStaff) {
		op.Middlewares = append(op.Middlewares, m.doors.open(m.api, who, needs, about))
		faults = append(faults, staff.ErrSuspended)
		switch {
		case about.Own:
			faults = append(faults, staff.ErrPasswordTemporary)
		case !about.Newcomers:
			op.Extensions["x-permission"] = needs
			op.Description = strings.TrimSpace(fmt.Sprintf("%s\n\nNeeds the permission `%s`%s.", about.Description, needs, alsoFor(who)))
			faults = append(faults, staff.ErrPermission, staff.ErrPasswordTemporary, staff.ErrFactorNeeded)
		}
	}
	return faults
}

// finish adds to the document what would be in the way while an endpoint is registered.
func (m *mounter) finish(op huma.Operation, about meta) {
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

// ofOneType lets only bodies through that are what an endpoint reads, or do not say what they are.
func ofOneType(api huma.API, upload *huma.RequestBody) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		said := ctx.Header("Content-Type")
		kind, _, err := mime.ParseMediaType(said)
		if said != "" && (err != nil || upload.Content[kind] == nil) {
			wanted := strings.Join(slices.Sorted(maps.Keys(upload.Content)), ", ")
			p := newProblem(ctx.Context(), http.StatusUnsupportedMediaType, codeMediaType, strings.Replace(plainEnglish[codeMediaType], typeJSON, wanted, 1))
			p.Detail = strings.Replace(p.Detail, typeJSON, wanted, 1)
			turnAway(api, ctx, p)
			return
		}
		next(ctx)
	}
}
