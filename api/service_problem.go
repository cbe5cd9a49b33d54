package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// grantErrors is what OAuth calls our codes; all others are invalid_request or, where it helps to come back, temporarily_unavailable.
var grantErrors = map[string]string{
	errGrant.Code: "unsupported_grant_type", errScope.Code: "invalid_scope", errClient.Code: "invalid_client", errClientNot.Code: "unauthorized_client",
}

// grantError is what OAuth says of a problem beside what we do. (RFC 6749, 5.2)
type grantError struct {
	Error       string `json:"error" enum:"invalid_request,invalid_client,unauthorized_client,unsupported_grant_type,invalid_scope,temporarily_unavailable"`
	Description string `json:"error_description" doc:"In English."`
}

// grants has all that goes wrong with a request said in the words of OAuth too.
func grants(ctx huma.Context, next func(huma.Context)) {
	infoFrom(ctx.Context()).grant = true
	next(ctx)
}

// inOAuth gives a problem the words of OAuth, if its request is one for a token; english is what it says in English.
func (p *Problem) inOAuth(ctx context.Context, english string) *Problem {
	if info := infoFrom(ctx); info == nil || !info.grant {
		return p
	}
	name := grantErrors[p.Code]
	switch {
	case name != "":
	case p.Status == http.StatusTooManyRequests || p.Status >= http.StatusInternalServerError:
		name = "temporarily_unavailable"
	default:
		name = "invalid_request"
	}
	p.grant = &grantError{name, english}
	return p
}

// GrantError is what the document says of it.
type GrantError struct {
	Problem
	grantError
}

// grantErrorsOf writes into the document that an operation answers its errors as OAuth has them.
func grantErrorsOf(doc *huma.OpenAPI, op *huma.Operation) {
	schema := doc.Components.Schemas.Schema(reflect.TypeFor[GrantError](), true, "GrantError")
	for status, shared := range op.Responses {
		name := strings.TrimPrefix(shared.Ref, "#/components/responses/")
		if name == "" || status < "400" {
			continue
		}
		own := *doc.Components.Responses[name]
		own.Content = map[string]*huma.MediaType{typeJSON: {Schema: schema}}
		op.Responses[status] = &own
	}
}
