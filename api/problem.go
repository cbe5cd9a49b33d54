package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/pricing"
	"rodada/geo"
)

// problemBase makes a code into the problem's type URI. It needs no page behind it, only to stay the same.
const problemBase = "urn:rodada:problem:"

// Problem is the body of every error answer. (RFC 9457)
type Problem struct { //nolint:errname // its name in the API
	_         struct{}     `additionalProperties:"true"`
	Type      string       `json:"type" example:"urn:rodada:problem:balance_too_low" doc:"Names the kind of problem; never changes its meaning."`
	Title     string       `json:"title" example:"Payment Required" doc:"The words of the status, in the language of detail."`
	Status    int          `json:"status" example:"402"`
	Detail    string       `json:"detail" doc:"One sentence for a person, in Spanish or English as Accept-Language asks; without it, in the language of the rider's account."`
	Code      string       `json:"code" example:"balance_too_low" doc:"The kind of problem, for a program."`
	RequestID string       `json:"request_id,omitempty" doc:"Quote it when you ask for help."`
	Errors    []FieldError `json:"errors,omitempty" doc:"What is wrong where in the request."`
	// Facts are members of their own beside these.
	Facts map[string]any `json:"-"`
	grant *grantError
}

// FieldError is one thing wrong with a request.
type FieldError struct {
	Location string `json:"location" example:"body.email"`
	Message  string `json:"message" doc:"In the language of detail."`
}

// statuses is the one place where a kind of fault becomes an HTTP status.
var statuses = map[fault.Kind]int{
	fault.Malformed:       http.StatusBadRequest,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.PaymentRequired: http.StatusPaymentRequired,
	fault.Refused:         http.StatusUnprocessableEntity,
	fault.Silent:          http.StatusGatewayTimeout,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Limited:         http.StatusTooManyRequests,
}

// problemOf turns an error into what its client may see. Whatever is not a fault is logged here and shown as internal.
func problemOf(ctx context.Context, err error) *Problem {
	f, ok := fault.From(err)
	status := 0
	if ok {
		status, ok = statuses[f.Kind], statuses[f.Kind] != 0
	}
	switch {
	case ok:
		if cause := errors.Unwrap(f); cause != nil {
			logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "fault", slog.String("code", f.Code), slog.String("cause", cause.Error()))
		}
		p := newProblem(ctx, status, f.Code, f.Message)
		p.Facts = f.Details
		if flaw, is := f.Details["flaw"].(string); is && languageFrom(ctx) == "es" {
			p.Detail = sayFlaw(geo.Flaw(flaw), f.Details)
		}
		if more := sayMore(f); more != "" && languageFrom(ctx) == "es" {
			p.Detail = more
		}
		if field, is := f.Details["field"].(string); is {
			p.Errors = []FieldError{{Location: inBody(field), Message: p.Detail}}
		}
		if flaws, are := f.Details["flaws"].([]firmware.Flaw); are {
			p.Errors = sayPlan(languageFrom(ctx), flaws)
		}
		if flaws, are := f.Details["flaws"].([]pricing.Flaw); are {
			p.Errors = sayPrices(languageFrom(ctx), flaws)
		}
		return p
	case errors.Is(err, context.DeadlineExceeded):
		logFrom(ctx).LogAttrs(ctx, slog.LevelError, "too slow", slog.String("error", err.Error()))
		return newProblem(ctx, http.StatusServiceUnavailable, codeOverloaded, "")
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return newProblem(ctx, statusClientGone, codeInternal, "") // nobody reads it
	}
	logFrom(ctx).LogAttrs(ctx, slog.LevelError, "internal error", slog.String("error", err.Error()))
	return newProblem(ctx, http.StatusInternalServerError, codeInternal, "")
}

// inBody is where a field stands that a fault names.
func inBody(field string) string {
	if strings.HasPrefix(field, "body.") {
		return field
	}
	return "body." + field
}

// statusClientGone is for the access log: the client hung up first.
const statusClientGone = 499

// newProblem says a code in the request's language; english is what to say in English if the code has no sentence here.
func newProblem(ctx context.Context, status int, code, english string) *Problem {
	p := problemIn(languageFrom(ctx), status, code, english)
	p.RequestID = requestIDFrom(ctx)
	return p.inOAuth(ctx, say("en", code, english))
}

func problemIn(lang string, status int, code, english string) *Problem {
	return &Problem{
		Type: problemBase + code, Title: title(lang, status), Status: status, Detail: say(lang, code, english), Code: code,
	}
}

// Error makes a Problem an error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus tells huma the status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type of the answer.
func (p *Problem) ContentType(string) string {
	if p.grant != nil {
		return typeJSON
	}
	return "application/problem+json"
}

// MarshalJSON puts the facts beside the standard members, which win.
func (p *Problem) MarshalJSON() ([]byte, error) {
	type plain Problem
	raw, err := json.Marshal((*plain)(p))
	if err != nil || len(p.Facts) == 0 && p.grant == nil {
		return raw, err
	}
	all := map[string]any{}
	if p.grant != nil {
		all["error"], all["error_description"] = p.grant.Error, p.grant.Description
	}
	maps.Copy(all, p.Facts)
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

// writeProblem answers outside of huma: routes that do not exist, panics.
func writeProblem(w http.ResponseWriter, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil { // only facts can fail
		p.Facts = nil
		body, _ = json.Marshal(p) //nolint:errchkjson // the rest is text and a number
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n'))
}

// huma speaks of errors through package variables; these make its own complaints problems like ours. They are set once,
// before any API exists, and hold no state.
func init() {
	huma.ValidateStrictCasing = true
	huma.ErrorFormatter = keepApart                                                    //nolint:reassign // it is no error but the way in which huma says one, and meant to be set
	huma.NewError = func(int, string, ...error) huma.StatusError { return &Problem{} } // asked for its type only
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return requestProblem(ctx.Context(), status, errs)
	}
}

// requestProblem is huma's complaint about a request. What was sent is not sent back: it may be a password.
func requestProblem(ctx context.Context, status int, errs []error) *Problem {
	code, known := requestCodes[status]
	if !known {
		logFrom(ctx).LogAttrs(ctx, slog.LevelError, "request failed", slog.Int("status", status), slog.Any("errors", errs))
		return newProblem(ctx, http.StatusInternalServerError, codeInternal, "")
	}
	p := newProblem(ctx, status, code, "")
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			detail := d.ErrorDetail()
			if detail.Message == msgReason || detail.Message == msgName { // which say all that the schema may have said before
				p.Errors = slices.DeleteFunc(p.Errors, func(e FieldError) bool { return e.Location == placeOf(detail.Location, detail.Message) })
			}
			p.Errors = append(p.Errors, FieldError{
				Location: placeOf(detail.Location, detail.Message), Message: sayField(languageFrom(ctx), detail.Message),
			})
		}
	}
	return p
}

// typeJSON is the media type of bodies, unless an endpoint says otherwise.
const typeJSON = "application/json"

// The codes of trouble with HTTP itself, before any rule of ours was asked.
const (
	codeInternal    = "internal"
	codeOverloaded  = "overloaded"
	codeMalformed   = "body_malformed"
	codeInvalid     = "request_invalid"
	codeTooLarge    = "body_too_large"
	codeTooSlow     = "body_too_slow"
	codeMediaType   = "media_type_unsupported"
	codeNoRoute     = "route_unknown"
	codeNotAllowed  = "method_not_allowed"
	codeUnavailable = "not_ready"
)

var requestCodes = map[int]string{
	http.StatusBadRequest:            codeMalformed,
	http.StatusUnprocessableEntity:   codeInvalid,
	http.StatusRequestEntityTooLarge: codeTooLarge,
	http.StatusRequestTimeout:        codeTooSlow,
	http.StatusUnsupportedMediaType:  codeMediaType,
}
