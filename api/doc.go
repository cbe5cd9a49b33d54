// Package api is the HTTP of riders and staff. endpoints.go is its table of contents: every endpoint stands there in one
// line, and its code in the file of its noun. The OpenAPI document is generated from that code; errors are the faults of
// package fault as problem+json (RFC 9457), mapped in one place. What a rental does is decided by its workflow; the API
// starts it, waits for it, and answers from the row that it left.
package api
