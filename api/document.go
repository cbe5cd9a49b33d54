package api

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/fault"
)

// newDocument is the frame of the OpenAPI document.
func newDocument() *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title:   "Rodada",
			Version: "1",
			Description: "Rent a scooter by its QR code. Riders' endpoints are under /v1, staff's under /admin/v1; services may use some of staff's.\n\n" +
				"Errors are application/problem+json (RFC 9457) with a stable `code`. Amounts are whole minor units of a currency. " +
				"Times are RFC 3339. A POST that takes an Idempotency-Key may be repeated with the same key: it happens once.",
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Components: &huma.Components{
			Examples:  map[string]*huma.Example{},
			Responses: map[string]*huma.Response{},
			Schemas:   huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				string(forRider): {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A rider's access token, from /v1/sessions."},
				string(forStaff): {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A staff member's access token, from /admin/v1/sessions."},
				string(forService): {
					Type: "oauth2", Description: "A service's access token, for its client ID and secret. What it may do is up to its permissions.",
					Flows: &huma.OAuthFlows{ClientCredentials: &huma.OAuthFlow{TokenURL: "/service/v1/token", Scopes: serviceScopes()}}, //nolint:gosec // an address
				},
			},
		},
	}
}

// document writes the problems of an operation into it: the codes by status. Every operation refuses parameters that it does
// not know, and one that reads a body may fail to.
func document(doc *huma.OpenAPI, op *huma.Operation, faults []*fault.Error, readsBody bool) {
	codes := map[int][]string{
		http.StatusInternalServerError: {codeInternal},
		http.StatusUnprocessableEntity: {codeInvalid},
	}
	if readsBody {
		for status, code := range requestCodes {
			codes[status] = []string{code}
		}
	}
	for _, f := range faults {
		status := statuses[f.Kind]
		codes[status] = append(codes[status], f.Code)
	}
	schema := doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for status, of := range codes {
		slices.Sort(of)
		of = slices.Compact(of)
		var headers map[string]*huma.Param
		if status == http.StatusTooManyRequests {
			headers = limitHeaders()
		}
		op.Responses[strconv.Itoa(status)] = shared(doc, status, of, &huma.Response{
			Headers:     headers,
			Description: fmt.Sprintf("%s. Codes: %s.", http.StatusText(status), strings.Join(of, ", ")),
			Content: map[string]*huma.MediaType{
				"application/problem+json": {Schema: schema, Examples: problemExamples(doc.Components, status, of)},
			},
		})
	}
}

// shared keeps a response once for all operations that may give it, and refers to it.
func shared(doc *huma.OpenAPI, status int, codes []string, r *huma.Response) *huma.Response {
	name := fmt.Sprintf("Problem%d-%08x", status, crc32.ChecksumIEEE([]byte(strings.Join(codes, " "))))
	doc.Components.Responses[name] = r
	return &huma.Response{Ref: "#/components/responses/" + name}
}

// files writes into the document what is no JSON: an answer, or what is read.
func files(op *huma.Operation, about meta) {
	if about.Upload != nil {
		op.RequestBody, op.MaxBodyBytes, op.SkipValidateBody = about.Upload, about.UploadLimit, true
	}
	if len(about.Files) == 0 {
		return
	}
	content := map[string]*huma.MediaType{}
	for _, kind := range about.Files {
		content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	op.Responses[strconv.Itoa(http.StatusOK)] = &huma.Response{Description: "The file.", Content: content}
}

// encoded writes into the document what a body is that its endpoint encodes itself.
func encoded(api huma.API, op *huma.Operation, about meta) {
	if about.Answer == nil {
		return
	}
	kind := reflect.TypeOf(about.Answer)
	response := op.Responses[strconv.Itoa(http.StatusOK)]
	if response == nil { // it is no file too
		response = &huma.Response{Content: map[string]*huma.MediaType{}}
		op.Responses[strconv.Itoa(http.StatusOK)] = response
	}
	response.Description = "OK"
	response.Content[typeJSON] = &huma.MediaType{Schema: api.OpenAPI().Components.Schemas.Schema(kind, true, kind.Name())}
}

// also repeats the answer of success under the other statuses that it may have.
func also(op huma.Operation, about meta) {
	status := about.Status
	if status == 0 {
		status = http.StatusOK
	}
	success := op.Responses[strconv.Itoa(status)]
	for other, when := range about.Also {
		again := *success
		again.Description = when
		op.Responses[strconv.Itoa(other)] = &again
	}
}
